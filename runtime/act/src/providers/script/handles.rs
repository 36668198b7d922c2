//! What a script is given: requests below named addresses, settings, a log, and words for how a call ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use rhai::{Dynamic, Engine, EvalAltResult, Map};
use secrecy::ExposeSecret as _;

use super::convert;
use super::sandbox::Run;
use crate::providers::answer::excerpt;
use crate::providers::http::client::{Answered, Client, Request};
use crate::providers::secrets::Fetched;
use crate::providers::{NotDone, Secrets};

/// How many lines a call may log.
const LOG_LINES_MAX: u32 = 100;

/// What all calls of a script are given.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) provider: String,
    pub(super) clients: BTreeMap<String, Client>,
    pub(super) config: Fetched,
    pub(super) secrets: Secrets,
}

/// How a script says that it did not do what it should.
#[derive(Debug, Clone)]
pub(super) enum Said {
    /// It is known not to have happened.
    Failed(String),
    /// It may have happened.
    Unknown(String),
}

/// An address below which a script may send requests.
#[derive(Debug, Clone)]
struct Http {
    name: String,
    run: Arc<Run>,
}

type Thrown<T> = Result<T, Box<EvalAltResult>>;

/// Gives all of it to a script's engine.
pub(super) fn grant(engine: &mut Engine, run: &Arc<Run>) {
    engine.register_type_with_name::<Said>("answer").register_type_with_name::<Http>("http");
    engine.register_fn("failed", |why: &str| Said::Failed(why.to_owned()));
    engine.register_fn("unknown", |why: &str| Said::Unknown(why.to_owned()));
    let own = Arc::clone(run);
    engine.register_fn("log", move |text: &str| own.log(text));
    let own = Arc::clone(run);
    engine.register_fn("config", move |name: &str| -> Thrown<String> {
        let found = own.granted.config.get(name);
        found
            .map(|text| text.expose_secret().to_owned())
            .ok_or_else(|| format!("there is no `config.{name}`").into())
    });
    let own = Arc::clone(run);
    engine.register_fn("http", move |name: &str| -> Thrown<Http> {
        if own.granted.clients.contains_key(name) {
            return Ok(Http { name: name.to_owned(), run: Arc::clone(&own) });
        }
        Err(format!("no address `{name}` is configured: add `http.{name}.base`").into())
    });
    engine
        .register_fn("get", |http: &mut Http, path: Dynamic| http.send(Method::GET, &path, Map::new(), None));
    engine.register_fn("get", |http: &mut Http, path: Dynamic, query: Map| {
        http.send(Method::GET, &path, query, None)
    });
    engine.register_fn("delete", |http: &mut Http, path: Dynamic| {
        http.send(Method::DELETE, &path, Map::new(), None)
    });
    for method in [Method::POST, Method::PUT, Method::PATCH] {
        let name = method.as_str().to_ascii_lowercase();
        engine.register_fn(name, move |http: &mut Http, path: Dynamic, body: Dynamic| {
            http.send(method.clone(), &path, Map::new(), Some(&body))
        });
    }
}

impl Http {
    fn send(&mut self, method: Method, path: &Dynamic, query: Map, body: Option<&Dynamic>) -> Thrown<Map> {
        let run = &self.run;
        let client = run.granted.clients.get(&self.name).ok_or("the address is gone")?;
        let may_change = !matches!(method, Method::GET | Method::HEAD);
        let mut headers = HeaderMap::new();
        if let Some(key) = run.key.as_ref().filter(|_| may_change) {
            let key = HeaderValue::try_from(key).map_err(|_| "the key cannot be sent in a header")?;
            headers.insert(HeaderName::from_static("idempotency-key"), key);
        }
        let mut pairs = Vec::new();
        for (name, value) in &query {
            pairs.push((name.to_string(), convert::text(value)?));
        }
        let body = body.map(convert::json).transpose()?;
        let request = Request { method, segments: segments(path)?, query: pairs, headers, body };
        let answered = run.wait(client.send(request));
        if may_change && !matches!(answered, Err(NotDone::Failed(_))) {
            run.note_sent();
        }
        Ok(answer(&answered.map_err(|not_done| not_done.to_string())?))
    }
}

/// An answer as a script sees it.
fn answer(answered: &Answered) -> Map {
    let body = match answered.json() {
        Ok(json) => rhai::serde::to_dynamic(json).unwrap_or(Dynamic::UNIT),
        Err(_) if answered.body.is_empty() => Dynamic::UNIT,
        Err(_) => excerpt(&answered.body).into(),
    };
    Map::from_iter([
        ("status".into(), Dynamic::from_int(i64::from(answered.status.as_u16()))),
        ("body".into(), body),
    ])
}

/// A path from a text or, with values in it, from a list of segments.
fn segments(path: &Dynamic) -> Result<Vec<String>, String> {
    let segments: Vec<String> = match path.clone().try_cast::<rhai::Array>() {
        Some(array) => array.iter().map(convert::text).collect::<Result<_, _>>()?,
        None => convert::text(path)?.trim_start_matches('/').split('/').map(str::to_owned).collect(),
    };
    if segments.iter().any(|segment| matches!(segment.as_str(), "." | "..")) {
        return Err("a path has no `.` and no `..`".to_owned());
    }
    Ok(segments)
}

impl Run {
    fn log(&self, text: &str) {
        if self.count_line() < LOG_LINES_MAX {
            let text = self.granted.secrets.hide(excerpt(text.as_bytes()));
            tracing::info!(provider = %self.granted.provider, "{text}");
        }
    }
}
