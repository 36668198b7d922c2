//! A bot: `chat.postMessage`, with our key in the message's metadata, and the history searched for it after a doubt.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use nvp_respond::effect::{Notification, Reason};
use nvp_respond::input::IncidentNumber;
use reqwest::header::AUTHORIZATION;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::answer::{code, read};
use super::threads::{Posted, Threads};
use super::{PACE, is_id, message};
use crate::channels::call::{Http, http_address, sensitive};
use crate::channels::text::Renderer;
use crate::channels::{Address, Attempt, Channel, Delivering, Failure, Pace, Receipt, Repeat, Site, Stage};

/// What our messages' metadata are called.
const EVENT_TYPE: &str = "novaevo_notification";
/// How many pages of the history are searched.
const PAGES_MAX: usize = 5;
/// How many messages a page has.
const PAGE_MESSAGES: usize = 200;

/// A bot in a workspace.
pub(super) struct Bot {
    http: Http,
    base: String,
    authorization: reqwest::header::HeaderValue,
    site: Site,
    renderer: Renderer,
    threads: Threads,
    /// Addresses whose history the bot may not read, or that hold more than is searched.
    unsearchable: Mutex<BTreeSet<u64>>,
}

/// What a search found out.
enum Search {
    Found(Posted),
    NotThere,
    /// The bot may not read the history.
    NotAllowed,
}

impl Bot {
    pub(super) fn new(
        base: String,
        token: SecretString,
        timeout: Duration,
        site: &Site,
        renderer: Renderer,
    ) -> Result<Self, String> {
        let authorization = sensitive("Bearer ", &token).ok_or("`token`: a token is one line of text")?;
        let http = Http::new(timeout, vec![token])?;
        Ok(Self {
            http,
            base,
            authorization,
            site: site.clone(),
            renderer,
            threads: Threads::default(),
            unsearchable: Mutex::default(),
        })
    }

    async fn call(&self, method: &str, body: &Value) -> Result<Result<Value, String>, Failure> {
        let mut url = http_address(&format!("{}/{method}", self.base)).map_err(Failure::Permanent)?;
        let request = if method == "chat.postMessage" {
            self.http.post_json(url, body)
        } else {
            // Reading methods take no JSON.
            url.query_pairs_mut().extend_pairs(form(body));
            self.http.client().get(url)
        };
        let answer = self.http.send(request.header(AUTHORIZATION, self.authorization.clone())).await?;
        match read(&answer) {
            Ok(value) => Ok(Ok(value)),
            Err(Failure::Permanent(why)) => {
                let value: Value = serde_json::from_str(&answer.body).unwrap_or_default();
                if value.is_object() {
                    Ok(Err(code(&value).to_owned()))
                } else {
                    Err(Failure::Permanent(why))
                }
            }
            Err(failure) => Err(failure),
        }
    }

    async fn deliver_one(
        &self,
        notification: &Notification,
        address: &Address,
        attempt: Attempt,
    ) -> Result<Receipt, Failure> {
        let key = self.key(notification);
        let (incident, which) = (notification.incident, notification.acknowledgements);
        if notification.reason == Reason::Acknowledged
            && let Some(shown) = self.threads.acknowledged(incident, address.id(), which)
        {
            return Ok(Receipt { stage: Stage::Delivered, remote: Some(shown.remote()) });
        }
        let thread = self.threads.of(incident, address.id());
        let mut is_marked = false;
        if attempt.in_doubt {
            match self.search(address, thread.as_ref(), &key, notification.since_ms).await? {
                Search::Found(posted) => return Ok(self.posted(notification, address, posted)),
                Search::NotThere => {}
                Search::NotAllowed => {
                    self.unsearchable.lock().unwrap_or_else(PoisonError::into_inner).insert(address.id());
                    is_marked = true;
                }
            }
        }
        let text = message(&self.renderer.render(notification, is_marked));
        let mut body = json!({
            "channel": address.expose(),
            "text": text,
            "unfurl_links": false,
            "unfurl_media": false,
            "metadata": { "event_type": EVENT_TYPE, "event_payload": { "key": key } },
        });
        if let (Some(thread), Some(body)) = (thread, body.as_object_mut()) {
            body.insert("thread_ts".to_owned(), json!(thread.ts));
        }
        match self.call("chat.postMessage", &body).await? {
            Ok(answer) => {
                let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
                match (text("channel"), text("ts")) {
                    (Some(channel), Some(ts)) => {
                        Ok(self.posted(notification, address, Posted { channel, ts }))
                    }
                    _ => Ok(Receipt { stage: Stage::Delivered, remote: None }),
                }
            }
            Err(code) => Err(Failure::Permanent(format!("slack says `{code}`"))),
        }
    }

    /// What a message is found again by: an acknowledgement is told once in a thread, whomever of those that read it it is for.
    fn key(&self, notification: &Notification) -> String {
        let Notification { incident, acknowledgements, channel, key, .. } = notification;
        match (&notification.reason, incident) {
            (Reason::Acknowledged, Some(incident)) => self
                .site
                .digest(&[channel, &format!("incident {incident} acknowledged {acknowledgements}")], 32),
            _ => self.site.digest(&[channel, key], 32),
        }
    }

    fn posted(&self, notification: &Notification, address: &Address, posted: Posted) -> Receipt {
        let remote = posted.remote();
        self.threads.remember(notification.incident, address.id(), posted.clone());
        if notification.reason == Reason::Acknowledged {
            let shown = (notification.acknowledgements, posted);
            self.threads.note_acknowledged(notification.incident, address.id(), shown);
        }
        Receipt { stage: Stage::Delivered, remote: Some(remote) }
    }

    /// Looks for a message with this key, in the thread where there is one. A search that fails sends nothing.
    async fn search(
        &self,
        address: &Address,
        thread: Option<&Posted>,
        key: &str,
        since_ms: i64,
    ) -> Result<Search, Failure> {
        let channel = thread.map_or_else(|| address.expose(), |posted| posted.channel.as_str());
        if !is_id(channel) {
            return Ok(Search::NotAllowed);
        }
        let mut cursor = String::new();
        for _ in 0..PAGES_MAX {
            let mut body = json!({
                "channel": channel,
                "oldest": since_ms.div_euclid(1_000).to_string(),
                "include_all_metadata": "true",
                "limit": PAGE_MESSAGES.to_string(),
            });
            if let Some(body) = body.as_object_mut() {
                if let Some(thread) = thread {
                    body.insert("ts".to_owned(), json!(thread.ts));
                }
                if !cursor.is_empty() {
                    body.insert("cursor".to_owned(), json!(cursor));
                }
            }
            let method = if thread.is_some() { "conversations.replies" } else { "conversations.history" };
            let page = match self.call(method, &body).await.map_err(not_sent)? {
                Ok(page) => page,
                Err(_) => return Ok(Search::NotAllowed),
            };
            let messages = page.get("messages").and_then(Value::as_array);
            let found = messages.into_iter().flatten().find(|message| is_ours(message, key));
            if let Some(ts) = found.and_then(|message| message.get("ts")).and_then(Value::as_str) {
                return Ok(Search::Found(Posted { channel: channel.to_owned(), ts: ts.to_owned() }));
            }
            cursor = page
                .pointer("/response_metadata/next_cursor")
                .and_then(Value::as_str)
                .unwrap_or("")
                .to_owned();
            if cursor.is_empty() {
                return Ok(Search::NotThere);
            }
        }
        // There is more than is looked at: it may be further back.
        Ok(Search::NotAllowed)
    }
}

/// A search that nobody answered has posted nothing.
fn not_sent(failure: Failure) -> Failure {
    match failure {
        Failure::Unknown(why) => Failure::temporary(format!("its history cannot be searched: {why}")),
        other => other,
    }
}

fn is_ours(message: &Value, key: &str) -> bool {
    message.pointer("/metadata/event_payload/key").and_then(Value::as_str) == Some(key)
}

/// The parameters of a reading method.
fn form(body: &Value) -> Vec<(&str, &str)> {
    let fields = body.as_object().into_iter().flatten();
    fields.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect()
}

impl Channel for Bot {
    fn kind(&self) -> &'static str {
        "slack"
    }

    fn repeat(&self, _notification: &Notification, address: &Address) -> Repeat {
        let unsearchable = self.unsearchable.lock().unwrap_or_else(PoisonError::into_inner);
        let may_search = is_id(address.expose()) && !unsearchable.contains(&address.id());
        if may_search { Repeat::Searchable } else { Repeat::Unsafe }
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
        if let Some(posted) = Posted::parse(remote) {
            self.threads.remember(Some(incident), address.id(), posted);
        }
    }

    fn template_failures(&self) -> u64 {
        self.renderer.failures()
    }
}
