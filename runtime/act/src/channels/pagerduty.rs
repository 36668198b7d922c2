//! PagerDuty, Events API v2: an alert an incident and routing key, triggered, acknowledged and resolved by its `dedup_key`.
//!
//! What calls somebody triggers the incident's alert, however often it is sent; its resolution resolves it. A notice becomes a change
//! event, which calls nobody and leaves no alert open; those have no key.

mod event;

use std::sync::Arc;
use std::time::Duration;

use nvp_respond::effect::{Notification, Reason};
use nvp_respond::input::IncidentNumber;
use nvp_settings::Secret;
use serde::Deserialize;

use self::event::{acknowledgement, change, dedup_key, resolution, trigger};
use super::call::{Http, http_address};
use super::config::Templates;
use super::config::kind::{Kind, default_timeout, positive};
use super::text::{Escape, Renderer};
use super::{Address, Attempt, Channel, Delivering, Failure, Pace, Receipt, Repeat, Site, Stage};

/// The service; another one for tests and gateways is said in `url`.
const SERVICE: &str = "https://events.pagerduty.com";
/// 120 events a minute and routing key are taken; more are refused with 429.
const PACE: Pace = Pace { every: Duration::from_millis(500), burst: 30 };

/// `kind = "pagerduty"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PagerDutyConfig {
    routing_key: Option<Secret>,
    url: Option<String>,
    #[serde(default = "default_timeout", deserialize_with = "positive")]
    timeout: Duration,
}

impl Kind for PagerDutyConfig {
    fn check(&self) -> Result<(), String> {
        self.url.as_ref().map_or(Ok(()), |url| http_address(url).map(drop))
    }

    fn has_own_address(&self) -> bool {
        self.routing_key.is_some()
    }

    fn own_address(&self) -> Result<Option<Address>, String> {
        self.routing_key.as_ref().map(Address::kept).transpose().map_err(|error| error.to_string())
    }

    fn check_contact(&self, text: &str) -> Result<(), String> {
        Secret::parse(text).map(drop).map_err(|error| format!("a routing key: {error}"))
    }

    fn contact(&self, text: &str) -> Result<Address, String> {
        let secret = Secret::parse(text).map_err(|error| format!("a routing key: {error}"))?;
        Address::kept(&secret).map_err(|error| error.to_string())
    }

    fn bind(&self, site: &Site, templates: &Templates) -> Result<Arc<dyn Channel>, String> {
        let base = self.url.as_deref().unwrap_or(SERVICE);
        Ok(Arc::new(PagerDuty {
            http: Http::new(self.timeout, Vec::new())?,
            base: base.trim_end_matches('/').to_owned(),
            site: site.clone(),
            renderer: templates.renderer(site, Escape::Nothing),
        }))
    }
}

/// Services of PagerDuty, by routing key.
struct PagerDuty {
    http: Http,
    base: String,
    site: Site,
    renderer: Renderer,
}

impl PagerDuty {
    async fn deliver_one(
        &self,
        notification: &Notification,
        address: &Address,
        attempt: Attempt,
    ) -> Result<Receipt, Failure> {
        let key = dedup_key(&self.site, notification.incident, &notification.key, address);
        match &notification.reason {
            Reason::Resolved => self.post("enqueue", &resolution(address, &key), address, Some(key)).await,
            Reason::Notice => {
                let text = self.renderer.render(notification, attempt.in_doubt);
                let event = change(notification, &self.site, &text, address, attempt.in_doubt);
                self.post("change/enqueue", &event, address, None).await
            }
            Reason::Page { .. }
            | Reason::Worse
            | Reason::Unacknowledged
            | Reason::Ticket
            | Reason::Approval(_) => {
                // The same alert again is no second one: no mark.
                let text = self.renderer.render(notification, false);
                let event = trigger(notification, &self.site, &text, address, &key);
                self.post("enqueue", &event, address, Some(key)).await
            }
        }
    }

    async fn post(
        &self,
        path: &str,
        event: &serde_json::Value,
        address: &Address,
        key: Option<String>,
    ) -> Result<Receipt, Failure> {
        let url = http_address(&format!("{}/v2/{path}", self.base)).map_err(Failure::Permanent)?;
        let request = self.http.post_json(url, event);
        let answer = self.http.send(request).await?;
        match answer.failure() {
            None => Ok(Receipt { stage: Stage::Accepted, remote: key }),
            Some(Failure::Permanent(why)) => {
                // The other side says which field it does not take, and may repeat the key.
                let said = self.http.excerpt(&answer.body.replace(address.expose(), "…"));
                Err(Failure::Permanent(format!("{why}: {said}")))
            }
            Some(failure) => Err(failure),
        }
    }
}

impl Channel for PagerDuty {
    fn kind(&self) -> &'static str {
        "pagerduty"
    }

    fn repeat(&self, notification: &Notification, _address: &Address) -> Repeat {
        if notification.reason == Reason::Notice { Repeat::Unsafe } else { Repeat::Keyed }
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
        Box::pin(self.deliver_one(notification, address, attempt))
    }

    fn acknowledge<'a>(&'a self, incident: IncidentNumber, address: &'a Address) -> Option<Delivering<'a>> {
        Some(Box::pin(async move {
            let key = dedup_key(&self.site, Some(incident), "", address);
            self.post("enqueue", &acknowledgement(address, &key), address, Some(key)).await
        }))
    }

    fn template_failures(&self) -> u64 {
        self.renderer.failures()
    }
}
