//! A request whose path, query and body wait for a call's values.

use std::collections::BTreeMap;

use nvp_settings::Setting;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value as Json;

use super::client::{Request, headers};
use crate::providers::agree::Uses;
use crate::providers::template::{Inserts, Template};
use crate::providers::{Problem, Secrets};

/// A request to be filled.
#[derive(Debug)]
pub(super) struct RequestTemplate {
    method: Method,
    segments: Vec<Template>,
    query: Vec<(String, Template)>,
    headers: HeaderMap,
    body: Option<BodyTemplate>,
}

/// JSON whose texts are templates.
#[derive(Debug)]
enum BodyTemplate {
    Text(Template),
    List(Vec<Self>),
    Table(Vec<(String, Self)>),
    Other(Json),
}

impl RequestTemplate {
    /// Reads what has places.
    pub(super) fn parse(
        place: &str,
        path: &str,
        query: &BTreeMap<String, String>,
        body: Option<&toml::Value>,
    ) -> Result<Self, Problem> {
        let help = "write `{name}` where a parameter is inserted";
        let at = format!("{place}.path");
        let relative = path
            .strip_prefix('/')
            .ok_or_else(|| Problem::new(&at, "it does not begin with `/`", "add it"))?;
        if relative.contains(['?', '#']) {
            return Err(Problem::new(at, "it has a query", "write it in `query`"));
        }
        let mut segments = Vec::new();
        for segment in relative.split('/') {
            let template = Template::parse(segment).map_err(|why| Problem::new(&at, why, help))?;
            if template.has_config() {
                return Err(Problem::new(
                    at,
                    "a setting is inserted, and paths are written to logs",
                    "send it in a header or in the body",
                ));
            }
            segments.push(template);
        }
        let mut pairs = Vec::new();
        for (name, text) in query {
            let at = format!("{place}.query.{name}");
            let template = Template::parse(text).map_err(|why| Problem::new(&at, why, help))?;
            if template.has_config() {
                return Err(Problem::new(
                    at,
                    "a setting is inserted, and queries are written to logs",
                    "send it in a header or in the body",
                ));
            }
            pairs.push((name.clone(), template));
        }
        let body = match body {
            None => None,
            Some(body) => Some(
                BodyTemplate::parse(body).map_err(|why| Problem::new(format!("{place}.body"), why, help))?,
            ),
        };
        Ok(Self { method: Method::GET, segments, query: pairs, headers: HeaderMap::new(), body })
    }

    /// With its method and its own headers, secrets fetched.
    pub(super) fn with(
        self,
        place: &str,
        method: &str,
        own: &BTreeMap<String, Setting>,
        secrets: &mut Secrets,
    ) -> Result<Self, Problem> {
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| {
            Problem::new(format!("{place}.method"), "there is no such method", "write one such as `POST`")
        })?;
        Ok(Self { method, headers: headers(place, own, secrets)?, ..self })
    }

    /// The request, with its values and these headers.
    pub(super) fn filled(&self, inserts: Inserts<'_>, more: HeaderMap) -> Result<Request, String> {
        let mut segments = Vec::with_capacity(self.segments.len());
        for template in &self.segments {
            let segment = template.text(inserts)?;
            // An address that holds these, encoded or not, is another address.
            if matches!(segment.as_str(), "." | "..") || (segment.is_empty() && !template.is_literal()) {
                return Err(
                    "a value in the path is empty or dots only, and would change where the request goes"
                        .to_owned(),
                );
            }
            segments.push(segment);
        }
        let mut query = Vec::with_capacity(self.query.len());
        for (name, template) in &self.query {
            query.push((name.clone(), template.text(inserts)?));
        }
        let body = self.body.as_ref().map(|body| body.filled(inserts)).transpose()?;
        let mut headers = self.headers.clone();
        headers.extend(more);
        Ok(Request { method: self.method.clone(), segments, query, headers, body })
    }

    /// What is inserted.
    pub(super) fn uses(&self) -> Uses {
        let mut uses = Uses::default();
        self.each(&mut |template| template.names(&mut uses.parameters, &mut uses.config));
        uses
    }

    /// Whether what only a write carries is inserted.
    pub(super) fn has_intent(&self) -> bool {
        let mut found = false;
        self.each(&mut |template| found |= template.has_intent());
        found
    }

    fn each(&self, see: &mut impl FnMut(&Template)) {
        self.segments.iter().for_each(&mut *see);
        self.query.iter().for_each(|(_, template)| see(template));
        if let Some(body) = &self.body {
            body.each(see);
        }
    }
}

impl BodyTemplate {
    fn parse(body: &toml::Value) -> Result<Self, String> {
        Ok(match body {
            toml::Value::String(text) => Self::Text(Template::parse(text)?),
            toml::Value::Array(entries) => {
                Self::List(entries.iter().map(Self::parse).collect::<Result<_, _>>()?)
            }
            toml::Value::Table(table) => Self::Table(
                table
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), Self::parse(value)?)))
                    .collect::<Result<_, String>>()?,
            ),
            toml::Value::Integer(number) => Self::Other(Json::from(*number)),
            toml::Value::Float(number) => Self::Other(Json::from(*number)),
            toml::Value::Boolean(is) => Self::Other(Json::from(*is)),
            toml::Value::Datetime(_) => return Err("JSON has no dates: write it as a text".to_owned()),
        })
    }

    fn filled(&self, inserts: Inserts<'_>) -> Result<Json, String> {
        match self {
            Self::Text(template) => template.json(inserts),
            Self::List(entries) => {
                entries.iter().map(|entry| entry.filled(inserts)).collect::<Result<_, _>>().map(Json::Array)
            }
            Self::Table(table) => table
                .iter()
                .map(|(name, value)| Ok((name.clone(), value.filled(inserts)?)))
                .collect::<Result<_, String>>()
                .map(Json::Object),
            Self::Other(json) => Ok(json.clone()),
        }
    }

    fn each(&self, see: &mut impl FnMut(&Template)) {
        match self {
            Self::Text(template) => see(template),
            Self::List(entries) => entries.iter().for_each(|entry| entry.each(see)),
            Self::Table(table) => table.iter().for_each(|(_, value)| value.each(see)),
            Self::Other(_) => {}
        }
    }
}
