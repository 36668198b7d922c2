//! The loopback port, and which names it answers to.

use std::net::SocketAddr;

use axum::http::{HeaderMap, header};
use tokio::net::TcpListener;

use crate::error::ControlError;

/// Begins to listen at a loopback address.
pub(super) async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ControlError> {
    if !address.ip().is_loopback() {
        return Err(ControlError::NotLoopback { address });
    }
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bound.await.map_err(|why| ControlError::Address { address, why })
}

/// Whether a request was meant for this machine. A page in a browser can be made to ask here under a name of its own (DNS rebinding); then
/// that name is in `Host`.
pub(super) fn is_ours(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let Ok(host) = host.to_str() else { return false };
    let name = match host.rsplit_once(':') {
        // The colons of an IPv6 address stand in brackets.
        Some((name, port)) if !port.ends_with(']') => {
            if port.parse::<u16>().is_err() {
                return false;
            }
            name
        }
        _ => host,
    };
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|ours| name.eq_ignore_ascii_case(ours))
        || name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::is_ours;

    fn with(hosts: &[&'static str]) -> HeaderMap {
        hosts.iter().map(|host| (header::HOST, HeaderValue::from_static(host))).collect()
    }

    #[test]
    fn only_names_of_this_machine_are_answered_to() {
        for ours in ["localhost", "LOCALHOST:9095", "127.0.0.1:9095", "127.8.0.1", "[::1]", "[::1]:9095"] {
            assert!(is_ours(&with(&[ours])), "{ours}");
        }
        for foreign in
            ["evil.example", "evil.example:9095", "127.0.0.1.evil.example", "localhost:x", "", "::1"]
        {
            assert!(!is_ours(&with(&[foreign])), "{foreign}");
        }
        assert!(!is_ours(&with(&[])), "none");
        assert!(!is_ours(&with(&["localhost", "localhost"])), "two");
    }
}
