//! The signature by which a receiver knows that a payload is ours, and how old it is.

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// `v1=` and the HMAC-SHA256 in hexadecimal of the timestamp, a full stop and the body.
pub(super) fn signature(secret: &SecretString, timestamp: &str, body: &str) -> String {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
        return String::new();
    };
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    format!("v1={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::signature;

    /// Made with `openssl dgst -sha256 -hmac Jefe`.
    #[test]
    fn a_signature_is_what_openssl_makes() {
        let secret = SecretString::from("Jefe".to_owned());
        assert_eq!(
            signature(&secret, "1700000000", "{}"),
            "v1=d3793e2b4103edfbd98cc19591832f5fad701d413db9fcae0ae7dab8184ed207"
        );
    }
}
