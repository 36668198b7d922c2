//! Incoming webhooks: the address is a secret; the answer to success is the text `ok`, anything else is a refusal.

use std::time::Duration;

use nvp_respond::effect::Notification;
use serde_json::json;

use super::{PACE, message};
use crate::channels::call::{Http, http_address};
use crate::channels::text::Renderer;
use crate::channels::{Address, Attempt, Channel, Delivering, Failure, Pace, Receipt, Repeat, Stage};

/// Incoming webhooks.
pub(super) struct Incoming {
    http: Http,
    renderer: Renderer,
}

impl Incoming {
    pub(super) fn new(timeout: Duration, renderer: Renderer) -> Result<Self, String> {
        Ok(Self { http: Http::new(timeout, Vec::new())?, renderer })
    }

    async fn post(
        &self,
        notification: &Notification,
        address: &Address,
        attempt: Attempt,
    ) -> Result<Receipt, Failure> {
        let url = http_address(address.expose()).map_err(Failure::Permanent)?;
        let text = message(&self.renderer.render(notification, attempt.in_doubt));
        let answer = self.http.send(self.http.post_json(url, &json!({ "text": text }))).await?;
        if let Some(failure) = answer.failure() {
            return Err(failure);
        }
        match answer.body.trim() {
            "ok" => Ok(Receipt { stage: Stage::Delivered, remote: None }),
            said if answer.is_whole => {
                Err(Failure::Permanent(format!("slack says `{}`", self.http.excerpt(said))))
            }
            _ => Err(Failure::Unknown("its answer cannot be read".to_owned())),
        }
    }
}

impl Channel for Incoming {
    fn kind(&self) -> &'static str {
        "slack"
    }

    fn repeat(&self, _notification: &Notification, _address: &Address) -> Repeat {
        Repeat::Unsafe
    }

    fn pace(&self) -> Option<Pace> {
        Some(PACE)
    }

    fn deliver<'a>(
        &'a self,
        notification: &'a Notification,
        address: &'a Address,
        attempt: Attempt,
    ) -> Delivering<'a> {
        Box::pin(self.post(notification, address, attempt))
    }

    fn template_failures(&self) -> u64 {
        self.renderer.failures()
    }
}
