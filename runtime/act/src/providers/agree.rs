//! Whether what a policy declares of a provider and what its configuration says fit together.

use std::collections::{BTreeMap, BTreeSet};

use nvp_plan::response::provider::{Parameter, ValueType};
use nvp_plan::unit::Unit;
use nvp_settings::{Fault, Setting};

use super::config::Body;
use super::{Configured, Declared, Problem};

/// What an operation of a configuration needs.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Uses {
    /// The parameters that are inserted.
    pub(super) parameters: BTreeSet<String>,
    /// The settings that are inserted.
    pub(super) config: BTreeSet<String>,
}

/// What a configuration can do.
#[derive(Debug, Clone)]
pub(super) enum Offer {
    /// What its configuration names.
    Configured {
        /// Reads by name.
        reads: BTreeMap<String, Uses>,
        /// Writes by name.
        writes: BTreeMap<String, Uses>,
    },
    /// What is built in.
    Native(&'static Native),
}

/// What a built-in kind can do.
#[derive(Debug)]
pub(super) struct Native {
    /// The settings that it needs, and whether each is a secret.
    pub(super) config: &'static [(&'static str, bool)],
    /// Its reads: name, parameters, what it gives, whether a list.
    pub(super) reads: &'static [(&'static str, Takes, Sort, bool)],
    /// Its writes: name, parameters.
    pub(super) writes: &'static [(&'static str, Takes)],
}

/// The parameters of an operation of a built-in kind.
pub(super) type Takes = &'static [(&'static str, Sort)];

/// What a parameter of a built-in kind takes, and what a read gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    Count,
    Time,
    Instant,
    Flag,
    Handle,
}

impl Sort {
    fn fits(self, declared: &ValueType) -> bool {
        match self {
            Self::Text => *declared == ValueType::Text,
            Self::Flag => *declared == ValueType::Flag,
            Self::Handle => matches!(declared, ValueType::Handle(_)),
            Self::Time => *declared == ValueType::Number(Unit::Time),
            Self::Instant => *declared == ValueType::Number(Unit::Instant),
            Self::Count => matches!(declared, ValueType::Number(Unit::Number | Unit::Counted(_))),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Text => "a `text`",
            Self::Count => "a `number` or something counted",
            Self::Time => "a `time`",
            Self::Instant => "an `instant`",
            Self::Flag => "a `flag`",
            Self::Handle => "a handle of a name of its own, such as `session`",
        }
    }
}

/// All that a configured provider does not do as a policy declares it; empty when they fit.
#[must_use]
pub fn disagreements(configured: &Configured, declared: &Declared) -> Vec<Problem> {
    let mut problems = Vec::new();
    let place = configured.place();
    configs(configured, declared, &place, &mut problems);
    match configured.body.offer() {
        Offer::Configured { reads, writes } => {
            let declared_reads: Operations<'_> = declared
                .reads
                .iter()
                .map(|(name, read)| (name.as_str(), read.parameters.as_slice()))
                .collect();
            let declared_writes: Operations<'_> = declared
                .writes
                .iter()
                .map(|(name, parameters)| (name.as_str(), parameters.as_slice()))
                .collect();
            named(configured, "read", &reads, &declared_reads, &mut problems);
            named(configured, "write", &writes, &declared_writes, &mut problems);
        }
        Offer::Native(native) => native_reads_and_writes(native, configured, declared, &mut problems),
    }
    let sorted = |problem: Problem| match problem.fault {
        Fault::Literal => problem,
        _ => problem.fault(Fault::Disagreement),
    };
    problems.into_iter().map(sorted).collect()
}

type Operations<'d> = BTreeMap<&'d str, &'d [Parameter]>;

fn configs(configured: &Configured, declared: &Declared, place: &str, problems: &mut Vec<Problem>) {
    for config in &declared.configs {
        let at = format!("{place}.config.{}", config.name);
        match configured.config.get(&config.name) {
            None => problems.push(Problem::new(
                at,
                format!("the policy declares `config {}`, and it is not set", config.name),
                if config.is_secret { "add it, as `env:NAME` or `file:PATH`" } else { "add it" },
            )),
            Some(Setting::Plain(_)) if config.is_secret => problems.push(Problem::new(
                at,
                "a secret must not be written here",
                "say `env:NAME` or `file:PATH`",
            )),
            Some(_) => {}
        }
    }
    for name in configured.config.keys() {
        if !declared.configs.iter().any(|config| config.name == *name) {
            problems.push(Problem::new(
                format!("{place}.config.{name}"),
                format!("the policy declares no `config {name}`"),
                format!("declare it in `provider {}`, or take it out here", declared.name),
            ));
        }
    }
}

fn named(
    configured: &Configured,
    kind: &str,
    offered: &BTreeMap<String, Uses>,
    declared: &Operations<'_>,
    problems: &mut Vec<Problem>,
) {
    let place = configured.place();
    for name in declared.keys().filter(|name| !offered.contains_key(**name)) {
        problems.push(Problem::new(
            format!("{place}.{kind}.{name}"),
            format!(
                "the policy declares `{kind} {name}`, and the configuration does not say how that is done"
            ),
            format!("add `[{place}.{kind}.{name}]`"),
        ));
    }
    for (name, uses) in offered {
        let at = format!("{place}.{kind}.{name}");
        let Some(parameters) = declared.get(name.as_str()) else {
            problems.push(Problem::new(
                at,
                format!("the policy declares no `{kind} {name}`"),
                format!("declare it in `provider {}`, or take it out here", configured.name),
            ));
            continue;
        };
        for unknown in uses.parameters.iter().filter(|used| !parameters.iter().any(|p| p.name == **used)) {
            let names: Vec<String> = parameters.iter().map(|p| format!("`{}`", p.name)).collect();
            let help = if names.is_empty() {
                "it has none".to_owned()
            } else {
                format!("it has {}", names.join(", "))
            };
            problems.push(Problem::new(
                at.clone(),
                format!("`{kind} {name}` has no parameter `{unknown}`"),
                help,
            ));
        }
        for unset in uses.config.iter().filter(|used| !configured.config.contains_key(*used)) {
            let help = format!(
                "add `config.{unset}` to `[{place}]`, and to the policy's `provider {}`",
                configured.name
            );
            problems.push(Problem::new(
                at.clone(),
                format!("`config.{unset}` is inserted, and it is not set"),
                help,
            ));
        }
    }
}

fn native_reads_and_writes(
    native: &Native,
    configured: &Configured,
    declared: &Declared,
    problems: &mut Vec<Problem>,
) {
    let place = configured.place();
    let kind = configured.body.to_string();
    for (name, is_secret) in native.config {
        if !declared.configs.iter().any(|config| config.name == *name) {
            let sort = if *is_secret { "secret" } else { "text" };
            problems.push(Problem::new(
                format!("{place}.config.{name}"),
                format!("a provider of kind `{kind}` needs `{name}`, and the policy does not declare it"),
                format!("add `config {name}: {sort}` to `provider {}`", declared.name),
            ));
        }
    }
    for (name, read) in &declared.reads {
        let at = format!("{place}.read.{name}");
        let Some((_, parameters, gives, is_list)) = native.reads.iter().find(|(own, ..)| own == name) else {
            let names = native.reads.iter().map(|(name, ..)| *name);
            problems.push(no_such(&at, &kind, "read", name, names));
            continue;
        };
        if !gives.fits(&read.gives) || *is_list != read.is_list {
            let list = if *is_list { "a list, each entry " } else { "" };
            let why = format!("`read {name}` gives {list}{}", gives.words());
            problems.push(Problem::new(&at, why, "declare it so, as the standard library does"));
        }
        compare_parameters(&at, &format!("read {name}"), parameters, &read.parameters, problems);
    }
    for (name, takes) in &declared.writes {
        let at = format!("{place}.write.{name}");
        match native.writes.iter().find(|(own, _)| own == name) {
            Some((_, parameters)) => {
                compare_parameters(&at, &format!("write {name}"), parameters, takes, problems);
            }
            None => {
                let names = native.writes.iter().map(|(name, _)| *name);
                problems.push(no_such(&at, &kind, "write", name, names));
            }
        }
    }
}

fn no_such(
    at: &str,
    kind: &str,
    sort: &str,
    name: &str,
    names: impl Iterator<Item = &'static str>,
) -> Problem {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    Problem::new(
        at,
        format!("a provider of kind `{kind}` has no {sort} `{name}`"),
        format!("it has {}", names.join(", ")),
    )
}

fn compare_parameters(
    at: &str,
    what: &str,
    offered: &[(&str, Sort)],
    declared: &[Parameter],
    problems: &mut Vec<Problem>,
) {
    for (name, sort) in offered {
        match declared.iter().find(|parameter| parameter.name == *name) {
            Some(parameter) if sort.fits(&parameter.takes) => {}
            Some(_) => problems.push(Problem::new(
                at,
                format!("the parameter `{name}` of `{what}` is {}", sort.words()),
                "declare it so",
            )),
            None => problems.push(Problem::new(
                at,
                format!("`{what}` needs the parameter `{name}`, and the policy does not declare it"),
                format!("add it, {}", sort.words()),
            )),
        }
    }
    for parameter in declared.iter().filter(|p| !offered.iter().any(|(name, _)| *name == p.name)) {
        problems.push(Problem::new(
            at,
            format!("`{what}` has no parameter `{}`", parameter.name),
            "take it out of the declaration",
        ));
    }
}

impl Body {
    fn offer(&self) -> Offer {
        match self {
            Self::Exec(body) => body.offer(),
            Self::Http(body) => body.offer(),
            Self::Pgbouncer(_) => Offer::Native(&super::pgbouncer::OFFER),
            Self::Postgres(_) => Offer::Native(&super::postgres::OFFER),
            Self::Process(body) => body.offer(),
            Self::Script(body) => body.offer(),
        }
    }
}

#[cfg(test)]
mod tests;
