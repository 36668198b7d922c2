//! Tickets: a request to any JSON API that creates one, and a search for ours before it is created again.
//!
//! ```toml
//! [channel.jira]
//! kind    = "ticket"
//! url     = "https://jira.example/rest/api/2/issue"
//! bearer  = "env:JIRA_TOKEN"
//! json    = { fields = { project = { key = "OPS" }, summary = "{{ subject }}", description = "{{ body }}", labels = ["{{ ticket }}"] } }
//! success = [201]
//! id      = "/key"
//!
//! [channel.jira.search]
//! url     = "https://jira.example/rest/api/2/search?jql=labels%3D{{ ticket }}"
//! id      = "/issues/0/key"
//!
//! [channel.jira.comment]                         # what else there is to say of an incident that has a ticket
//! url     = "https://jira.example/rest/api/2/issue/{{ id }}/comment"
//! json    = { body = "{{ subject }}: {{ body }}" }
//!
//! [channel.jira.close]                           # when the incident is resolved
//! url     = "https://jira.example/rest/api/2/issue/{{ id }}/transitions"
//! json    = { transition = { id = "31" } }
//! ```
//!
//! Every text in `json` is a template; besides the fields of a notification it has `ticket`, our key for it, `subject` and `body`, and in
//! `comment` and `close` the ticket's `id`. `success` lists the statuses that mean success (all of 2xx unless said), `id` points to the
//! ticket's id in the answer (RFC 6901).
//!
//! Without `comment` each ticket that a policy asks for is one of its own; without `close` tickets stay as they are.

mod known;
mod request;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use nvp_respond::effect::{Notification, Reason};
use nvp_respond::input::IncidentNumber;
use nvp_settings::{Secret, Setting};
use reqwest::header::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::Value;

use self::known::Known;
use self::request::{Call, Form, Values};
use super::call::{Http, header_name};
use super::config::Templates;
use super::config::kind::{Kind, default_timeout, positive};
use super::headers::{self, Headers};
use super::text::{Escape, Fields, Renderer};
use super::{Address, Attempt, Channel, Delivering, Failure, Receipt, Repeat, Site, Stage};

/// `kind = "ticket"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketConfig {
    #[serde(default = "post")]
    method: String,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, Setting>,
    bearer: Option<Secret>,
    json: toml::Value,
    #[serde(default)]
    success: Vec<u16>,
    id: Option<String>,
    /// A header by which the other side deduplicates.
    key_header: Option<String>,
    search: Option<SearchConfig>,
    comment: Option<UpdateConfig>,
    close: Option<UpdateConfig>,
    #[serde(default = "default_timeout", deserialize_with = "positive")]
    timeout: Duration,
}

/// `[channel.NAME.search]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SearchConfig {
    #[serde(default = "get")]
    method: String,
    url: String,
    json: Option<toml::Value>,
    #[serde(default)]
    success: Vec<u16>,
    id: String,
    /// How long a ticket may take until a search finds it.
    #[serde(default = "default_settle", deserialize_with = "nvp_settings::duration")]
    settle: Duration,
}

/// `[channel.NAME.comment]` and `[channel.NAME.close]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UpdateConfig {
    #[serde(default = "post")]
    method: String,
    url: String,
    json: Option<toml::Value>,
    #[serde(default)]
    success: Vec<u16>,
}

impl UpdateConfig {
    fn form(&self) -> Result<Form, String> {
        Form::update(&self.method, &self.url, self.json.as_ref(), &self.success)
    }
}

fn post() -> String {
    "POST".to_owned()
}

fn get() -> String {
    "GET".to_owned()
}

fn default_settle() -> Duration {
    Duration::from_secs(5)
}

impl TicketConfig {
    fn create_form(&self) -> Result<Form, String> {
        Form::new(&self.method, &self.url, Some(&self.json), &self.success, self.id.as_deref())
    }

    fn search_form(&self) -> Result<Option<(Form, Duration)>, String> {
        let Some(search) = &self.search else { return Ok(None) };
        let json = search.json.as_ref();
        let form = Form::new(&search.method, &search.url, json, &search.success, Some(&search.id))
            .map_err(|why| format!("`search`: {why}"))?;
        Ok(Some((form, search.settle)))
    }

    fn comment_form(&self) -> Result<Option<Form>, String> {
        let comment = self.comment.as_ref().map(UpdateConfig::form).transpose();
        self.with_id("comment", comment)
    }

    fn close_form(&self) -> Result<Option<Form>, String> {
        let close = self.close.as_ref().map(UpdateConfig::form).transpose();
        self.with_id("close", close)
    }

    /// What changes a ticket needs the ticket's id, which only an answer gives.
    fn with_id(&self, name: &str, form: Result<Option<Form>, String>) -> Result<Option<Form>, String> {
        let form = form.map_err(|why| format!("`{name}`: {why}"))?;
        if form.is_some() && self.id.is_none() {
            return Err(format!(
                "`{name}` needs `id`, such as `id = \"/key\"`: where the answer says which ticket it is"
            ));
        }
        Ok(form)
    }
}

impl Kind for TicketConfig {
    fn check(&self) -> Result<(), String> {
        headers::check(&self.headers)?;
        self.key_header.as_deref().map_or(Ok(()), |name| header_name(name).map(drop))?;
        self.create_form()?;
        self.search_form()?;
        self.comment_form()?;
        self.close_form().map(drop)
    }

    /// Tickets are written where a policy asks for one; a team that is to be told something gets none for it.
    fn has_own_address(&self) -> bool {
        false
    }

    fn own_address(&self) -> Result<Option<Address>, String> {
        Ok(Some(Address::open("tickets")))
    }

    fn check_contact(&self, _text: &str) -> Result<(), String> {
        Err(super::config::kind::no_contact("a channel for tickets"))
    }

    fn contact(&self, text: &str) -> Result<Address, String> {
        self.check_contact(text).map(|()| Address::open(text))
    }

    fn closes_tickets(&self) -> bool {
        self.close.is_some()
    }

    fn bind(&self, site: &Site, templates: &Templates) -> Result<Arc<dyn Channel>, String> {
        let Headers { map, secrets } = headers::fetch(&self.headers, self.bearer.as_ref())?;
        Ok(Arc::new(Tickets {
            http: Http::new(self.timeout, secrets)?,
            headers: map,
            create: self.create_form()?,
            search: self.search_form()?,
            comment: self.comment_form()?,
            close: self.close_form()?,
            known: Known::default(),
            key_header: self.key_header.as_deref().map(header_name).transpose()?,
            site: site.clone(),
            renderer: templates.renderer(site, Escape::Nothing),
            template_failures: AtomicU64::new(0),
        }))
    }
}

/// A system of tickets.
struct Tickets {
    http: Http,
    headers: reqwest::header::HeaderMap,
    create: Form,
    search: Option<(Form, Duration)>,
    comment: Option<Form>,
    close: Option<Form>,
    known: Known,
    key_header: Option<HeaderName>,
    site: Site,
    renderer: Renderer,
    template_failures: AtomicU64,
}

impl Tickets {
    async fn tell(&self, notification: &Notification, attempt: Attempt) -> Result<Receipt, Failure> {
        let known = self.known.of(notification.incident);
        match (&notification.reason, &self.close, &self.comment, known) {
            (Reason::Resolved, Some(close), _, Some(id)) => {
                self.update(close, &id, notification, attempt).await
            }
            (Reason::Resolved, Some(_), _, None) => {
                Err(Failure::Permanent("no ticket of the incident is known, so none is closed".to_owned()))
            }
            (Reason::Resolved, None, ..) => {
                Err(Failure::Permanent("it does not say how tickets are closed".to_owned()))
            }
            (_, _, Some(comment), Some(id)) => self.update(comment, &id, notification, attempt).await,
            _ => {
                let receipt = self.open(notification, attempt).await?;
                if let (Some(incident), Some(id)) = (notification.incident, &receipt.remote) {
                    self.known.remember(incident, id);
                }
                Ok(receipt)
            }
        }
    }

    /// Our key for what a notification is to write.
    fn key(&self, notification: &Notification) -> String {
        format!("novaevo-{}", self.site.digest(&[&notification.channel, &notification.key], 32))
    }

    /// Changes the ticket that is there.
    async fn update(
        &self,
        form: &Form,
        id: &str,
        notification: &Notification,
        attempt: Attempt,
    ) -> Result<Receipt, Failure> {
        let key = self.key(notification);
        let is_marked = attempt.in_doubt && self.key_header.is_none();
        let text = self.renderer.render(notification, is_marked);
        let fields = Fields::of(notification, &self.site, Escape::Nothing, is_marked);
        let values = Values { ticket: &key, id, subject: &text.subject, body: &text.body, fields };
        self.call(form, &values).await?;
        Ok(Receipt { stage: Stage::Delivered, remote: Some(id.to_owned()) })
    }

    async fn open(&self, notification: &Notification, attempt: Attempt) -> Result<Receipt, Failure> {
        let key = self.key(notification);
        let is_marked = attempt.in_doubt && self.search.is_none() && self.key_header.is_none();
        let text = self.renderer.render(notification, is_marked);
        let fields = Fields::of(notification, &self.site, Escape::Nothing, is_marked);
        let values = Values { ticket: &key, id: "", subject: &text.subject, body: &text.body, fields };
        if let Some((search, settle)) = &self.search
            && (attempt.in_doubt || attempt.number > 1)
        {
            if attempt.in_doubt {
                tokio::time::sleep(*settle).await;
            }
            let found = self.call(search, &values).await.map_err(not_sent)?;
            if let Some(id) = search.id(&found) {
                return Ok(Receipt { stage: Stage::Delivered, remote: Some(id) });
            }
        }
        let answer = self.call(&self.create, &values).await?;
        Ok(Receipt { stage: Stage::Delivered, remote: self.create.id(&answer) })
    }

    /// One call, and the JSON of its answer.
    async fn call(&self, form: &Form, values: &Values<'_>) -> Result<Value, Failure> {
        let Call { method, url, body, failures } = form.fill(values).map_err(Failure::Permanent)?;
        self.template_failures.fetch_add(failures, Relaxed);
        let mut request = self.http.client().request(method, url).headers(self.headers.clone());
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        if let (Some(name), Ok(value)) = (&self.key_header, HeaderValue::from_str(values.ticket)) {
            request = request.header(name, value);
        }
        let answer = self.http.send(request).await?;
        if !form.is_success(answer.status) {
            let said = self.http.excerpt(&answer.body);
            let why = format!("it answered {}: {said}", answer.status);
            return Err(match answer.failure() {
                None | Some(Failure::Permanent(_)) => Failure::Permanent(why),
                Some(failure) => failure,
            });
        }
        serde_json::from_str(&answer.body).or_else(|_| {
            // What succeeded has happened; only its id is not known.
            if answer.is_whole {
                Ok(Value::Null)
            } else {
                Err(Failure::Unknown("its answer broke off".to_owned()))
            }
        })
    }
}

/// A search that nobody answered has created nothing.
fn not_sent(failure: Failure) -> Failure {
    match failure {
        Failure::Unknown(why) => Failure::temporary(format!("it cannot be searched: {why}")),
        Failure::Permanent(why) => Failure::Permanent(format!("it cannot be searched: {why}")),
        other => other,
    }
}

impl Channel for Tickets {
    fn kind(&self) -> &'static str {
        "ticket"
    }

    fn repeat(&self, notification: &Notification, _address: &Address) -> Repeat {
        // A comment is not searched for.
        let is_update = notification.reason == Reason::Resolved
            || self.comment.is_some() && self.known.of(notification.incident).is_some();
        match (&self.key_header, &self.search) {
            (Some(_), _) => Repeat::Keyed,
            (None, Some(_)) if !is_update => Repeat::Searchable,
            (None, _) => Repeat::Unsafe,
        }
    }

    fn deliver<'a>(
        &'a self,
        notification: &'a Notification,
        _address: &'a Address,
        attempt: Attempt,
    ) -> Delivering<'a> {
        Box::pin(self.tell(notification, attempt))
    }

    fn recall(&self, incident: IncidentNumber, _address: &Address, remote: &str) {
        self.known.remember(incident, remote);
    }

    fn template_failures(&self) -> u64 {
        self.renderer.failures() + self.template_failures.load(Relaxed)
    }
}
