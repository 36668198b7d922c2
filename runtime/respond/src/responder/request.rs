//! Runs that people ask for: of a playbook, with arguments as they are written, for an incident that is open.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use nvp_plan::ids::ObservationId;
use nvp_plan::response::playbook::Playbook;
use nvp_plan::response::provider::{Parameter, ValueType};
use nvp_plan::unit::Unit;

use super::Responder;
use crate::Observe;
use crate::action::Origin;
use crate::effect::{Effects, Event, IncidentEvent, Requested};
use crate::incident::Incident;
use crate::input::Request;
use crate::value::Value;

/// How long a key stands for the run that it was first said for, in ms.
const KEY_LASTS_MS: i64 = 24 * 3_600_000;

impl Responder {
    /// Begins a run that somebody asks for; or why not.
    pub(super) fn request(
        &mut self,
        by: &str,
        request: &Request,
        observe: &dyn Observe,
        out: &mut Effects,
    ) -> Result<(), String> {
        let now_ms = self.state.clock.now_ms();
        let requests = &mut self.state.actions.requests;
        requests.retain(|_, (_, at_ms)| now_ms.saturating_sub(*at_ms) < KEY_LASTS_MS);
        if let Some((number, _)) = requests.get(&request.key) {
            return Err(format!("that is run {number} already; a further one needs another key"));
        }
        let plan = Arc::clone(&self.plan);
        let Some(playbook) = plan.playbooks.iter().find(|playbook| playbook.name == request.playbook) else {
            return Err(format!("there is no playbook `{}`", request.playbook));
        };
        let arguments = arguments(playbook, &request.arguments)?;
        if !self.state.desk.incident(request.incident).is_some_and(Incident::is_open) {
            return Err(format!("incident {} is not open", request.incident));
        }
        let next = self.state.actions.last_action.saturating_add(1);
        self.state.actions.requests.insert(request.key.clone(), (next, now_ms));
        let requested = Requested { by: by.to_owned(), key: request.key.clone(), why: request.why.clone() };
        let origin = Origin {
            incident: Some(request.incident),
            alert: String::new(),
            labels: Vec::new(),
            requested: Some(requested),
        };
        let remedy = IncidentEvent::Remedy(next, playbook.name.clone());
        out.record(now_ms, Event::Incident(request.incident, remedy));
        self.with_actions(observe, None, out, |actions, context, out| {
            actions.start((context, out), playbook, arguments, origin);
        });
        Ok(())
    }
}

/// A playbook's arguments, each said once.
fn arguments(playbook: &Playbook<ObservationId>, said: &[(String, String)]) -> Result<Vec<Value>, String> {
    let name = &playbook.name;
    let unknown = said.iter().find(|(said, _)| playbook.parameters.iter().all(|known| known.name != *said));
    if let Some((unknown, _)) = unknown {
        let known: Vec<_> = playbook.parameters.iter().map(|known| format!("`{}`", known.name)).collect();
        let known =
            if known.is_empty() { "takes none".to_owned() } else { format!("takes {}", known.join(", ")) };
        return Err(format!("`{name}` {known}, and not `{unknown}`"));
    }
    let value = |parameter: &Parameter| {
        let mut values = said.iter().filter(|(said, _)| *said == parameter.name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(text), None) => read(parameter, text),
            (None, _) => Err(format!("`{name}` needs `{}`", parameter.name)),
            (Some(_), Some(_)) => Err(format!("`{}` is said twice", parameter.name)),
        }
    };
    playbook.parameters.iter().map(value).collect()
}

/// A value as it is written: a text as it is, a number with the unit that its parameter has, or in base units.
fn read(parameter: &Parameter, text: &str) -> Result<Value, String> {
    let name = &parameter.name;
    match &parameter.takes {
        ValueType::Text => Ok(Value::Text(text.to_owned())),
        ValueType::Flag => match text {
            "true" => Ok(Value::Condition(Some(true))),
            "false" => Ok(Value::Condition(Some(false))),
            _ => Err(format!("`{name}` is `true` or `false`, and not `{text}`")),
        },
        ValueType::Handle(kind) => Err(format!("`{name}` is a {kind}, which only its provider can give")),
        ValueType::Number(unit) => match number(unit, text) {
            Some(number) if parameter.is_whole && number.fract() != 0.0 => {
                Err(format!("`{name}` is a whole number, and not `{text}`"))
            }
            Some(number) => Ok(Value::Number(number)),
            None => Err(format!("`{name}` is {}, and not `{text}`", wanted(unit))),
        },
    }
}

/// A finite number in base units.
fn number(unit: &Unit, text: &str) -> Option<f64> {
    let suffixes: &[(&str, f64, f64)] = match unit {
        Unit::Ratio => &[("%", 1.0, 100.0)],
        Unit::Time => &[
            ("ms", 1.0, 1_000.0),
            ("s", 1.0, 1.0),
            ("m", 60.0, 1.0),
            ("h", 3_600.0, 1.0),
            ("d", 86_400.0, 1.0),
        ],
        Unit::Number | Unit::Data | Unit::Instant | Unit::Counted(_) | Unit::Compound { .. } => &[],
    };
    let suffixed = suffixes.iter().find_map(|(suffix, factor, divisor)| {
        let number: f64 = text.strip_suffix(suffix)?.parse().ok()?;
        Some(number * factor / divisor)
    });
    suffixed.or_else(|| text.parse().ok()).filter(|number| number.is_finite())
}

/// What a number of this unit looks like.
fn wanted(unit: &Unit) -> String {
    match unit {
        Unit::Ratio => "a ratio (`50%`, or `0.5`)".to_owned(),
        Unit::Time => "a time (`90s`, `5m`, or seconds)".to_owned(),
        Unit::Data => "a number of bytes".to_owned(),
        Unit::Instant => "an instant in seconds since the Unix epoch".to_owned(),
        Unit::Counted(name) => format!("a number of {name}"),
        Unit::Number | Unit::Compound { .. } => "a number".to_owned(),
    }
}
