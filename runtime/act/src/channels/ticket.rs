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
//! ```
//!
//! Every text in `json` is a template; besides the fields of a notification it has `ticket`, our key for it, `subject` and `body`.
//! `success` lists the statuses that mean success (all of 2xx unless said), `id` points to the ticket's id in the answer (RFC 6901).

mod request;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use nvp_respond::effect::{Notification, Reason};
use nvp_settings::{Secret, Setting};
use reqwest::header::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::Value;

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
}

impl Kind for TicketConfig {
    fn check(&self) -> Result<(), String> {
        headers::check(&self.headers)?;
        self.key_header.as_deref().map_or(Ok(()), |name| header_name(name).map(drop))?;
        self.create_form()?;
        self.search_form().map(drop)
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

    fn bind(&self, site: &Site, templates: &Templates) -> Result<Arc<dyn Channel>, String> {
        let Headers { map, secrets } = headers::fetch(&self.headers, self.bearer.as_ref())?;
        Ok(Arc::new(Tickets {
            http: Http::new(self.timeout, secrets)?,
            headers: map,
            create: self.create_form()?,
            search: self.search_form()?,
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
    key_header: Option<HeaderName>,
    site: Site,
    renderer: Renderer,
    template_failures: AtomicU64,
}

impl Tickets {
    async fn open(&self, notification: &Notification, attempt: Attempt) -> Result<Receipt, Failure> {
        if notification.reason == Reason::Resolved {
            return Err(Failure::Permanent("tickets are opened here, not closed".to_owned()));
        }
        let key = format!("novaevo-{}", self.site.digest(&[&notification.channel, &notification.key], 32));
        let is_marked = attempt.in_doubt && self.search.is_none() && self.key_header.is_none();
        let text = self.renderer.render(notification, is_marked);
        let fields = Fields::of(notification, &self.site, Escape::Nothing, is_marked);
        let values = Values { ticket: &key, subject: &text.subject, body: &text.body, fields };
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

    fn repeat(&self, _notification: &Notification, _address: &Address) -> Repeat {
        match (&self.key_header, &self.search) {
            (Some(_), _) => Repeat::Keyed,
            (None, Some(_)) => Repeat::Searchable,
            (None, None) => Repeat::Unsafe,
        }
    }

    fn deliver<'a>(
        &'a self,
        notification: &'a Notification,
        _address: &'a Address,
        attempt: Attempt,
    ) -> Delivering<'a> {
        Box::pin(self.open(notification, attempt))
    }

    fn template_failures(&self) -> u64 {
        self.renderer.failures() + self.template_failures.load(Relaxed)
    }
}
