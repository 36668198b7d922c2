//! PagerDuty, Events API v2: an alert an incident and routing key, triggered, acknowledged and resolved by its `dedup_key`.
//!
//! What calls somebody triggers the incident's alert, however often it is sent; an acknowledgement acknowledges it, and the resolution
//! resolves it. A notice becomes a change event, which calls nobody and leaves no alert open; those have no key.
//!
//! INVARIANT (a call is heard): the service tells nobody of a trigger whose alert is acknowledged. So what calls somebody after an
//! acknowledgement (it ran out, or it got worse) triggers an alert of its own, in whose place the older one is then resolved. Each
//! acknowledgement begins another key; at any time one of them is open.

mod alerts;
mod event;

use std::sync::Arc;
use std::time::Duration;

use nvp_respond::effect::{Notification, Reason};
use nvp_respond::input::IncidentNumber;
use nvp_settings::Secret;
use serde::Deserialize;

use self::alerts::Alerts;
use self::event::{acknowledgement, change, dedup_key, resolution, trigger};
use super::call::{Http, http_address};
use super::config::Templates;
use super::config::kind::{Kind, default_timeout, positive};
use super::text::{Escape, Renderer};
use super::{Address, Attempt, Channel, Delivering, Failure, Pace, Receipt, Repeat, Site, Stage};

/// The service; another one for tests and gateways is said in `url`.
const SERVICE: &str = "https://events.pagerduty.com";
/// How many alerts of an incident are resolved where it is not known which is open: the newest and so many before it.
const KEYS_GUESSED_MAX: u32 = 3;
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

    fn shows_acknowledgements(&self) -> bool {
        true
    }

    fn bind(&self, site: &Site, templates: &Templates) -> Result<Arc<dyn Channel>, String> {
        let base = self.url.as_deref().unwrap_or(SERVICE);
        Ok(Arc::new(PagerDuty {
            http: Http::new(self.timeout, Vec::new())?,
            base: base.trim_end_matches('/').to_owned(),
            site: site.clone(),
            renderer: templates.renderer(site, Escape::Nothing),
            alerts: Alerts::default(),
        }))
    }
}

/// Services of PagerDuty, by routing key.
struct PagerDuty {
    http: Http,
    base: String,
    site: Site,
    renderer: Renderer,
    alerts: Alerts,
}

impl PagerDuty {
    async fn deliver_one(
        &self,
        notification: &Notification,
        address: &Address,
        attempt: Attempt,
    ) -> Result<Receipt, Failure> {
        match &notification.reason {
            Reason::Resolved => self.resolve(notification, address).await,
            Reason::Acknowledged => self.acknowledge(notification, address).await,
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
                let key = dedup_key(&self.site, notification, notification.acknowledgements, address);
                let event = trigger(notification, &self.site, &text, address, &key);
                let receipt = self.post("enqueue", &event, address, Some(key.clone())).await?;
                if let Some(incident) = notification.incident {
                    self.replace(incident, address, &key).await;
                }
                Ok(receipt)
            }
        }
    }

    /// An alert was triggered: those of the incident before it are over. Where the service does not take that now, the resolution says it
    /// again.
    async fn replace(&self, incident: IncidentNumber, address: &Address, key: &str) {
        for old in self.alerts.open(incident, address.id()) {
            if old != key && self.post("enqueue", &resolution(address, &old), address, None).await.is_ok() {
                self.alerts.closed(incident, address.id(), &old);
            }
        }
        self.alerts.opened(incident, address.id(), key);
    }

    /// Acknowledges what is open of the incident; where nothing is known to be, what was triggered last before this acknowledgement.
    async fn acknowledge(&self, notification: &Notification, address: &Address) -> Result<Receipt, Failure> {
        let mut keys = self.open(notification, address);
        if keys.is_empty() {
            let before = notification.acknowledgements.saturating_sub(1);
            keys.push(dedup_key(&self.site, notification, before, address));
        }
        for key in &keys {
            self.post("enqueue", &acknowledgement(address, key), address, None).await?;
        }
        Ok(Receipt { stage: Stage::Accepted, remote: keys.pop() })
    }

    /// Resolves what is open of the incident, and what may be. A resolution of what is not open is dropped.
    async fn resolve(&self, notification: &Notification, address: &Address) -> Result<Receipt, Failure> {
        let mut keys = self.open(notification, address);
        if keys.is_empty() {
            let acknowledgements = notification.acknowledgements;
            let from = acknowledgements.saturating_sub(KEYS_GUESSED_MAX);
            let guessed = (from..=acknowledgements).rev();
            keys.extend(guessed.map(|which| dedup_key(&self.site, notification, which, address)));
        }
        for key in &keys {
            self.post("enqueue", &resolution(address, key), address, None).await?;
            if let Some(incident) = notification.incident {
                self.alerts.closed(incident, address.id(), key);
            }
        }
        Ok(Receipt { stage: Stage::Accepted, remote: keys.pop() })
    }

    fn open(&self, notification: &Notification, address: &Address) -> Vec<String> {
        let open = notification.incident.map(|incident| self.alerts.open(incident, address.id()));
        open.unwrap_or_default()
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

    fn recall(&self, incident: IncidentNumber, address: &Address, remote: &str) {
        self.alerts.opened(incident, address.id(), remote);
    }

    fn template_failures(&self) -> u64 {
        self.renderer.failures()
    }
}
