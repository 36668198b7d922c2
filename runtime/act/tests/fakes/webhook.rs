//! A receiver of signed payloads: checks the signature as its owner would, and shows whoever looks all that came.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::http::{Request, Server};

/// The receiver's state.
#[derive(Default)]
pub struct Receiver {
    secret: String,
    /// What came, each once for each time it came.
    pub payloads: Vec<serde_json::Value>,
}

/// Starts one that knows this secret.
pub async fn start(secret: &str) -> Server<Receiver> {
    Server::start(Receiver { secret: secret.into(), payloads: Vec::new() }, serve).await
}

fn serve(receiver: &mut Receiver, request: &Request) -> (u16, String) {
    let mut mac = Hmac::<Sha256>::new_from_slice(receiver.secret.as_bytes()).unwrap();
    mac.update(format!("{}.{}", request.header("x-novaevo-timestamp"), request.body).as_bytes());
    let wanted = format!("v1={}", hex::encode(mac.finalize().into_bytes()));
    if request.header("x-novaevo-signature") != wanted {
        return (401, String::new());
    }
    receiver.payloads.push(request.json());
    (200, String::new())
}
