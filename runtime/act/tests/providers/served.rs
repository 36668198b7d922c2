//! Providers as a policy declares and a configuration says them, called through the hands.

use std::time::Duration;

use nvp_act::providers::{Bounds, Configured, Declared, Hands, Report, Serving};
use nvp_plan::response::provider::{Parameter, Read, ValueType};
use nvp_plan::unit::Unit;
use nvp_respond::effect::{Call, WriteIntent};
use nvp_respond::input::Outcome;
use nvp_respond::value::Value;
use tokio::sync::mpsc::UnboundedReceiver;

/// Hands, and what they report.
pub struct Served {
    pub hands: Hands,
    pub reports: UnboundedReceiver<Report>,
    number: u64,
}

/// A number.
pub fn number() -> ValueType {
    ValueType::Number(Unit::Number)
}

pub fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// What is declared: reads with what they give, and writes.
pub fn declared(name: &str, reads: &[(&str, ValueType)], writes: &[&str]) -> Declared {
    let read = |(name, gives): &(&str, ValueType)| {
        let read =
            Read { name: (*name).to_owned(), parameters: Vec::new(), is_list: false, gives: gives.clone() };
        ((*name).to_owned(), read)
    };
    Declared {
        name: name.to_owned(),
        configs: Vec::new(),
        reads: reads.iter().map(read).collect(),
        writes: writes.iter().map(|name| ((*name).to_owned(), Vec::<Parameter>::new())).collect(),
    }
}

/// A provider of this configuration.
pub fn serving(declared: Declared, config: &str) -> Serving {
    let configured = Configured::read(&declared.name, toml::from_str(config).unwrap()).unwrap();
    configured.open(declared, &std::env::temp_dir()).unwrap()
}

/// A call within 20 s.
pub fn call(provider: &str, operation: &str, arguments: &[(&str, Value)]) -> Call {
    Call {
        number: 0,
        action: 1,
        provider: provider.to_owned(),
        operation: operation.to_owned(),
        arguments: arguments.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        write: None,
        timeout_ms: 20_000,
    }
}

/// As a write.
pub fn write(call: Call) -> Call {
    let intent = WriteIntent {
        step: "grow".to_owned(),
        is_undo: false,
        attempt: 1,
        key: "7/grow/0".to_owned(),
        fences: Vec::new(),
    };
    Call { write: Some(intent), ..call }
}

/// Within so long.
pub fn within(time: Duration, call: Call) -> Call {
    Call { timeout_ms: i64::try_from(time.as_millis()).unwrap(), ..call }
}

/// With these locks.
pub fn fenced(call: Call, resource: &str, token: u64) -> Call {
    let mut call = write(call);
    call.write.as_mut().unwrap().fences.push((resource.to_owned(), token));
    call
}

impl Served {
    pub fn new(providers: Vec<Serving>) -> Self {
        Self::within(providers, Bounds::default())
    }

    pub fn within(providers: Vec<Serving>, bounds: Bounds) -> Self {
        let (hands, reports) = Hands::new(providers, bounds);
        Self { hands, reports, number: 0 }
    }

    /// Hands a call over; its number.
    pub fn take(&mut self, call: Call) -> u64 {
        self.number += 1;
        self.hands.take(Call { number: self.number, ..call });
        self.number
    }

    pub async fn report(&mut self) -> Report {
        self.reports.recv().await.unwrap()
    }

    /// Hands a call over and waits for its end; nothing else is under way.
    pub async fn end(&mut self, call: Call) -> Outcome {
        let number = self.take(call);
        let report = self.report().await;
        assert_eq!(report.call, number);
        report.outcome
    }
}

/// Why it failed, and is known not to have happened.
pub fn failed(outcome: Outcome) -> String {
    match outcome {
        Outcome::Failed(why) => why,
        other => panic!("not failed: {other:?}"),
    }
}

/// Why it is unknown.
pub fn unknown(outcome: Outcome) -> String {
    match outcome {
        Outcome::Unknown(why) => why,
        other => panic!("not unknown: {other:?}"),
    }
}
