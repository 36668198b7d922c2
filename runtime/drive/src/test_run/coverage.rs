//! Coverage: which levels, clauses and conditions decided something in some test, and whether a test saw what missing data do.
//!
//! A clause decided when people would have been shown another state without it. A condition inside a clause decided when, at such a
//! moment, the clause would have been otherwise had the condition been otherwise.

mod decisive;

use nvp_check::typed::{Absent, Alert, AlertId, Expr, Level, Policy};

use crate::instant::show_duration;
use crate::value_tree::ValueTree;

/// What decided something, for all alerts of a policy that tests were run on.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// By alert, in the policy's order.
    pub alerts: Vec<CoveredAlert>,
}

/// An alert's coverage.
#[derive(Debug, Clone)]
pub struct CoveredAlert {
    /// Its name.
    pub name: String,
    /// Its levels, mildest first.
    pub levels: Vec<CoveredLevel>,
    /// What missing data do, `absent for 10m is red`: how often they did it. Data that `holds` says nothing of count where they went
    /// missing under a standing level.
    pub absent: CoveredCondition,
}

/// A level's coverage.
#[derive(Debug, Clone)]
pub struct CoveredLevel {
    /// Its name.
    pub name: String,
    /// Its `when`; `None` for a level that only `absent` sets.
    pub when: Option<CoveredClause>,
    /// Its `clear when`, or the default: that its `when` is over.
    pub clear: CoveredClause,
}

/// A clause's coverage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoveredClause {
    /// How often it decided.
    pub decided: u64,
    /// Its conditions, where it has several.
    pub conditions: Vec<CoveredCondition>,
}

/// A condition's coverage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredCondition {
    /// As people know it.
    pub text: String,
    /// How often it decided.
    pub decided: u64,
}

/// Something that could decide and never did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered<'a> {
    /// The level; `None` of what missing data do.
    pub level: Option<&'a str>,
    /// `when`, `clear`, or what missing data do.
    pub clause: &'a str,
    /// The condition in it; `None` for the clause as a whole.
    pub condition: Option<&'a str>,
    /// Whether its clause as a whole decided.
    pub in_decided: bool,
}

/// What a witness saw decide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sighting<'t> {
    /// `when` of the level at this place, with its values.
    When(usize, Option<&'t ValueTree>),
    /// `clear` of the level at this place, with its values (of `when`, for the default).
    Clear(usize, Option<&'t ValueTree>),
    /// What missing data do.
    Absent,
}

impl Coverage {
    /// Everything that could decide, with nothing decided yet.
    #[must_use]
    pub fn new(policy: &Policy) -> Self {
        let alert = |alert: &Alert| CoveredAlert {
            name: alert.name.clone(),
            levels: alert.levels.iter().map(|level| covered_level(policy, level)).collect(),
            absent: CoveredCondition { text: absent_text(policy, alert), decided: 0 },
        };
        Self { alerts: policy.alerts.iter().map(alert).collect() }
    }

    /// Counts what was seen of an alert.
    pub(super) fn count(&mut self, policy: &Policy, id: AlertId, sighting: Sighting<'_>) {
        let (Some(alert), Some(covered)) = (policy.alerts.get(id.0), self.alerts.get_mut(id.0)) else {
            return;
        };
        let (place, tree, is_when) = match sighting {
            Sighting::When(place, tree) => (place, tree, true),
            Sighting::Clear(place, tree) => (place, tree, false),
            Sighting::Absent => {
                covered.absent.decided += 1;
                return;
            }
        };
        let (Some(level), Some(covered)) = (alert.levels.get(place), covered.levels.get_mut(place)) else {
            return;
        };
        let (expr, clause) = if is_when {
            (level.when.as_ref(), covered.when.as_mut())
        } else {
            (level.clear.as_ref().or(level.when.as_ref()), Some(&mut covered.clear))
        };
        let Some(clause) = clause else { return };
        let decisive = expr.zip(tree).map(|(expr, tree)| decisive::decisive(expr, tree)).unwrap_or_default();
        clause.decided += 1;
        for condition in &mut clause.conditions {
            condition.decided += u64::from(decisive.contains(&condition.text.as_str()));
        }
    }

    /// How many clauses and conditions decided something, and how many there are.
    #[must_use]
    pub fn decided_of(&self) -> (usize, usize) {
        let all: usize = self.alerts.iter().map(CoveredAlert::parts).sum();
        let idle: usize = self.alerts.iter().map(|alert| alert.undecided().len()).sum();
        (all - idle, all)
    }
}

impl CoveredAlert {
    /// How many clauses and conditions it has; what missing data do is one.
    #[must_use]
    pub fn parts(&self) -> usize {
        let clauses = self.levels.iter().flat_map(CoveredLevel::clauses);
        1 + clauses.map(|(_, clause)| 1 + clause.conditions.len()).sum::<usize>()
    }

    /// What of it never decided, in the order written.
    #[must_use]
    pub fn undecided(&self) -> Vec<Covered<'_>> {
        let mut found = Vec::new();
        for level in &self.levels {
            for (name, clause) in level.clauses() {
                let in_decided = clause.decided > 0;
                let part =
                    |condition| Covered { level: Some(&level.name), clause: name, condition, in_decided };
                if !in_decided {
                    found.push(part(None));
                }
                let idle = clause.conditions.iter().filter(|condition| condition.decided == 0);
                found.extend(idle.map(|condition| part(Some(condition.text.as_str()))));
            }
        }
        if self.absent.decided == 0 {
            let clause = self.absent.text.as_str();
            found.push(Covered { level: None, clause, condition: None, in_decided: false });
        }
        found
    }
}

impl CoveredLevel {
    fn clauses(&self) -> impl Iterator<Item = (&'static str, &CoveredClause)> {
        self.when.iter().map(|when| ("when", when)).chain([("clear", &self.clear)])
    }
}

fn covered_level(policy: &Policy, level: &Level) -> CoveredLevel {
    let clause = |expr: Option<&Expr>| {
        let conditions = expr.map(decisive::atoms).unwrap_or_default();
        let condition = |expr: &&Expr| CoveredCondition { text: expr.text.clone(), decided: 0 };
        let several =
            if conditions.len() > 1 { conditions.iter().map(condition).collect() } else { Vec::new() };
        CoveredClause { decided: 0, conditions: several }
    };
    CoveredLevel {
        name: severity_name(policy, level.severity.0).to_owned(),
        when: level.when.as_ref().map(|when| clause(Some(when))),
        clear: clause(level.clear.as_ref().or(level.when.as_ref())),
    }
}

fn absent_text(policy: &Policy, alert: &Alert) -> String {
    match alert.absent {
        Absent::Clears => "absent clears".to_owned(),
        Absent::Holds => "absent holds".to_owned(),
        Absent::Becomes { after_ms, level } => {
            format!("absent for {} is {}", show_duration(after_ms), severity_name(policy, level.0))
        }
    }
}

fn severity_name(policy: &Policy, place: usize) -> &str {
    policy.severities.get(place).map(|severity| severity.name.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
