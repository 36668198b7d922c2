//! Policies and configuration together: whether every rung reaches somebody, and whether every provider is there and does what is declared.
//!
//! Nothing is connected to and no secret is fetched here.

use std::collections::{BTreeMap, BTreeSet};

use nvp_act::channels::config::{ConfigError, Configuration, Tables};
use nvp_act::providers::{self, Configured, Declared};
use nvp_plan::response::Lowered;
use nvp_plan::response::ladder::Calls;
use nvp_respond::roster::Roster;
use nvp_respond::roster::reach::can_reach;

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

/// Something that is wrong, or not as it should be. Shows no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: a place in the policies or in the configuration.
    pub place: String,
    /// What.
    pub why: String,
    /// How to mend it; empty where `why` says so.
    pub help: String,
    /// Whether nothing can be run so; otherwise it is a warning.
    pub is_error: bool,
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
            problems.extend(errors.iter().map(of_configuration));
            None
        }
    };
    if let Some(configuration) = &configuration {
        rungs(plan, configuration.roster(), &mut problems);
        told(plan, configuration.roster(), &mut problems);
    }
    let providers = providers(plan, &answers.providers, &mut problems);
    match configuration {
        Some(configuration) if problems.iter().all(|problem| !problem.is_error) => {
            Ok(Bound { configuration, providers, warnings: problems })
        }
        _ => Err(problems),
    }
}

fn of_configuration(error: &ConfigError) -> Problem {
    let help = error.help.clone().unwrap_or_default();
    Problem { place: error.place.clone(), why: error.problem.clone(), help, is_error: true }
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
            let is_error = missing.len() == channels.len();
            let place = format!("escalation {}, {} {team}", ladder.name, rung.name);
            for (channel, why) in missing {
                let help = format!("bind `{channel}` and say in `[team.{team}]` who is reached by it");
                let why = if is_error { format!("the rung reaches nobody: {why}") } else { why };
                problems.push(Problem { place: place.clone(), why, help, is_error });
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
                        problems.push(Problem {
                            place: format!("playbook {}", playbook.name),
                            why: format!("`{channel}`, by which it writes a ticket, is bound to nothing"),
                            help: format!("add `[channel.{channel}]`"),
                            is_error: true,
                        });
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
            problems.push(Problem {
                place: format!("playbook {playbook}"),
                why: format!("`{team}`, which it tells, cannot be reached by any channel"),
                help: format!("say in `[team.{team}]` who is in it, or where it is reached"),
                is_error: true,
            });
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
        let Some(table) = tables.get(&provider.name) else {
            problems.push(Problem {
                place: format!("provider {}", provider.name),
                why: "the policies declare it, and nothing stands behind it".to_owned(),
                help: format!("add `[provider.{}]` with its `kind`", provider.name),
                is_error: true,
            });
            continue;
        };
        let Some(table) = table.as_table().cloned() else {
            problems.push(Problem {
                place: format!("provider.{}", provider.name),
                why: "it is no table".to_owned(),
                help: format!("write `[provider.{}]`", provider.name),
                is_error: true,
            });
            continue;
        };
        let declared = Declared::of(provider);
        match Configured::read(&provider.name, table) {
            Ok(configured) => {
                problems
                    .extend(providers::disagreements(&configured, &declared).into_iter().map(of_provider));
                bound.push((configured, declared));
            }
            Err(problem) => problems.push(of_provider(problem)),
        }
    }
    for name in tables.keys().filter(|name| plan.providers.iter().all(|provider| provider.name != **name)) {
        problems.push(Problem {
            place: format!("provider.{name}"),
            why: "no policy declares it".to_owned(),
            help: "it is not used; remove it, or declare it".to_owned(),
            is_error: false,
        });
    }
    bound
}

fn of_provider(problem: providers::Problem) -> Problem {
    Problem { place: problem.place, why: problem.why, help: problem.help, is_error: true }
}
