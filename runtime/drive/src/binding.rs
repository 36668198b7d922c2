//! Policies and configuration together: whether every rung reaches somebody, and whether every provider is there and does what is declared.
//!
//! Nothing is connected to and no secret is fetched here.

mod problem;

use std::collections::{BTreeMap, BTreeSet};

use nvp_act::channels::config::{Configuration, Tables};
use nvp_act::providers::{self, Configured, Declared};
use nvp_plan::response::Lowered;
use nvp_plan::response::ladder::Calls;
use nvp_respond::roster::Roster;
use nvp_respond::roster::reach::can_reach;
use nvp_settings::Fault;

pub use self::problem::{Place, Problem};
use crate::codes;

/// The tables of a configuration that say who is told and what can be done.
#[derive(Default)]
pub struct Answers {
    /// Channels, people, teams.
    pub tables: Tables,
    /// `[provider.NAME]`.
    pub providers: toml::Table,
}

/// Names only: what stands there may be a secret that somebody wrote down by mistake.
impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = |table: &toml::Table| table.keys().cloned().collect::<Vec<_>>();
        f.debug_struct("Answers")
            .field("channel", &names(&self.tables.channel))
            .field("team", &names(&self.tables.team))
            .field("provider", &names(&self.providers))
            .finish_non_exhaustive()
    }
}

/// A configuration that fits the policies.
#[derive(Debug)]
pub struct Bound {
    /// Channels, people, teams.
    pub configuration: Configuration,
    /// A body for each provider that the policies declare, with the declaration.
    pub providers: Vec<(Configured, Declared)>,
    /// What is not as it should be, and does not matter enough to refuse it.
    pub warnings: Vec<Problem>,
}

/// Looks whether a configuration fits the policies.
///
/// # Errors
/// All that is wrong, and all warnings.
pub fn bind(plan: &Lowered, answers: &Answers) -> Result<Bound, Vec<Problem>> {
    let mut problems = Vec::new();
    let configuration = match Configuration::read(&answers.tables) {
        Ok(configuration) => Some(configuration),
        Err(errors) => {
            problems.extend(errors.iter().map(Problem::from));
            None
        }
    };
    if let Some(configuration) = &configuration {
        rungs(plan, configuration.roster(), &mut problems);
        told(plan, configuration.roster(), &mut problems);
    }
    let providers = providers(plan, &answers.providers, &mut problems);
    match configuration {
        Some(configuration) if !problems.iter().any(Problem::is_error) => {
            Ok(Bound { configuration, providers, warnings: problems })
        }
        _ => Err(problems),
    }
}

/// Looks at a configuration by itself, where there are no sound policies that it could fit.
#[must_use]
pub fn alone(answers: &Answers) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Err(errors) = Configuration::read(&answers.tables) {
        problems.extend(errors.iter().map(Problem::from));
    }
    problems.extend(answers.providers.iter().filter_map(|(name, value)| by_itself(name, value)));
    problems
}

/// What is wrong with a provider whatever the policies declare.
fn by_itself(name: &str, value: &toml::Value) -> Option<Problem> {
    match value.as_table() {
        Some(table) => Configured::read(name, table.clone()).err().map(Problem::from),
        None => Some(no_table(name)),
    }
}

/// Each rung of a ladder that is used must reach somebody.
fn rungs(plan: &Lowered, roster: &Roster, problems: &mut Vec<Problem>) {
    for ladder in &plan.ladders {
        for rung in &ladder.rungs {
            let Calls::Team(team, channels) = &rung.calls else { continue };
            let team = plan.teams.get(team.index()).map_or("", |team| team.name.as_str());
            let channels = channels.iter().filter_map(|id| plan.channels.get(id.index()));
            let channels: BTreeSet<&str> = channels.map(|channel| channel.name.as_str()).collect();
            let missing: Vec<(&str, String)> = channels
                .iter()
                .filter_map(|channel| Some((*channel, can_reach(roster, &plan.teams, team, channel).err()?)))
                .collect();
            let nobody = missing.len() == channels.len();
            let code = if nobody { codes::RUNG_REACHES_NOBODY } else { codes::CHANNEL_REACHES_NOBODY };
            for (channel, why) in missing {
                let place = Place::Rung { ladder: ladder.name.clone(), rung: rung.name.clone() };
                let help = format!("bind `{channel}` and say in `[team.{team}]` who is reached by it");
                let why = if nobody { format!("the rung reaches nobody: {why}") } else { why };
                let problem = Problem::new(code, place, why, help);
                let team = Place::Configuration(format!("team.{team}"));
                problems.push(problem.also(team, "the team that is called"));
            }
        }
    }
}

/// Teams that playbooks tell, and ask for approvals: somebody must be reachable by some channel.
fn told(plan: &Lowered, roster: &Roster, problems: &mut Vec<Problem>) {
    use nvp_plan::response::playbook::Answer;
    let mut asked: BTreeMap<usize, &str> = BTreeMap::new();
    for playbook in &plan.playbooks {
        if let Some(team) = playbook.approval.by {
            asked.insert(team.index(), &playbook.name);
        }
        for answer in playbook.on_success.iter().chain(&playbook.on_failure) {
            match answer {
                Answer::Notify(team, _) => drop(asked.entry(team.index()).or_insert(&playbook.name)),
                Answer::Ticket(channel, _) => {
                    let channel = plan.channels.get(channel.index()).map_or("", |it| it.name.as_str());
                    if !roster.channels.contains(channel) {
                        problems.push(Problem::new(
                            codes::TICKET_BOUND_TO_NOTHING,
                            Place::Playbook(playbook.name.clone()),
                            format!("`{channel}`, by which it writes a ticket, is bound to nothing"),
                            format!("add `[channel.{channel}]`"),
                        ));
                    }
                }
                Answer::EscalateTo(_) => {}
            }
        }
    }
    for (team, playbook) in asked {
        let Some(team) = plan.teams.get(team).map(|team| team.name.as_str()) else { continue };
        let is_reached = |channel: &String| can_reach(roster, &plan.teams, team, channel).is_ok();
        if !roster.channels.iter().any(is_reached) {
            let problem = Problem::new(
                codes::TEAM_NOT_REACHED,
                Place::Playbook(playbook.to_owned()),
                format!("`{team}`, which it tells, cannot be reached by any channel"),
                format!("say in `[team.{team}]` who is in it, or where it is reached"),
            );
            let team = Place::Configuration(format!("team.{team}"));
            problems.push(problem.also(team, "the team that is told"));
        }
    }
}

fn providers(
    plan: &Lowered,
    tables: &toml::Table,
    problems: &mut Vec<Problem>,
) -> Vec<(Configured, Declared)> {
    let mut bound = Vec::new();
    for provider in &plan.providers {
        let declared_at = || Place::Provider(provider.name.clone());
        let Some(value) = tables.get(&provider.name) else {
            problems.push(Problem::new(
                codes::NOTHING_BEHIND_PROVIDER,
                declared_at(),
                format!("`{}` is declared, and nothing stands behind it", provider.name),
                format!("add `[provider.{}]` with its `kind`", provider.name),
            ));
            continue;
        };
        let Some(table) = value.as_table().cloned() else {
            problems.push(no_table(&provider.name));
            continue;
        };
        let declared = Declared::of(provider);
        match Configured::read(&provider.name, table) {
            Ok(configured) => {
                let disagreements = providers::disagreements(&configured, &declared).into_iter();
                problems.extend(
                    disagreements.map(|problem| Problem::from(problem).also(declared_at(), "declared here")),
                );
                bound.push((configured, declared));
            }
            Err(problem) => problems.push(problem.into()),
        }
    }
    for (name, value) in tables {
        if plan.providers.iter().any(|provider| provider.name == *name) {
            continue;
        }
        problems.extend(by_itself(name, value));
        problems.push(Problem::new(
            codes::PROVIDER_NOT_DECLARED,
            Place::Configuration(format!("provider.{name}")),
            format!("no policy declares the provider `{name}`"),
            "it is not used; remove it, or declare it",
        ));
    }
    bound
}

fn no_table(provider: &str) -> Problem {
    let help = format!("write `[provider.{provider}]`");
    Problem::configured(Fault::Value, format!("provider.{provider}"), "a provider is a table", help)
}
