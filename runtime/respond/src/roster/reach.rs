//! Who is reached when a team is called by a channel.

#[cfg(test)]
mod tests;

use nvp_plan::response::ladder::Team;

use super::{Roster, TeamRoster};

/// Somebody who is told something, by a channel that reaches them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recipient {
    /// The team: the one called, or the one that is called in its place.
    pub team: String,
    /// The person; `None` for the team's shared room or address.
    pub person: Option<String>,
}

/// Who is reached when a team is called by a channel at an instant (ms since the Unix epoch): the team's shared contact if it has
/// one, else everybody on call who has that channel. When nobody of it is on call, the team that it `empty tells` is called instead.
///
/// # Errors
/// Why nobody is reached, for people.
pub fn reach(
    roster: &Roster,
    teams: &[Team],
    team: &str,
    channel: &str,
    at_ms: i64,
) -> Result<Vec<Recipient>, String> {
    if !roster.channels.contains(channel) {
        return Err(format!("`{channel}` is bound to nothing"));
    }
    let mut asked = vec![team];
    loop {
        let Some(name) = asked.last() else { return Err("no team".to_owned()) };
        let known = roster.teams.get(*name);
        if known.is_some_and(|team| team.shared.contains(channel)) {
            return Ok(vec![Recipient { team: (*name).to_owned(), person: None }]);
        }
        let on_call = known.map(|team| team.on_call(at_ms)).unwrap_or_default();
        if !on_call.is_empty() {
            return people(roster, name, &on_call, channel);
        }
        let next = instead(teams, name).filter(|next| !asked.contains(next));
        let Some(next) = next else { return Err(nobody(&asked, known)) };
        asked.push(next);
    }
}

/// Whether a team can ever be reached by a channel, whoever is on call.
///
/// # Errors
/// Why nobody can be, for people.
pub fn can_reach(roster: &Roster, teams: &[Team], team: &str, channel: &str) -> Result<(), String> {
    if !roster.channels.contains(channel) {
        return Err(format!("`{channel}` is bound to nothing"));
    }
    let mut asked = vec![team];
    loop {
        let Some(name) = asked.last() else { return Err("no team".to_owned()) };
        let known = roster.teams.get(*name);
        if known.is_some_and(|team| team.shared.contains(channel)) {
            return Ok(());
        }
        let people: Vec<&str> = known.map(TeamRoster::everybody).unwrap_or_default();
        let has =
            |person: &&str| roster.people.get(*person).is_some_and(|channels| channels.contains(channel));
        if people.iter().any(has) {
            return Ok(());
        }
        if !people.is_empty() {
            return Err(format!("nobody of `{name}` has `{channel}`: {}", people.join(", ")));
        }
        let next = instead(teams, name).filter(|next| !asked.contains(next));
        let Some(next) = next else { return Err(format!("no people are known of `{}`", asked.join("`, `"))) };
        asked.push(next);
    }
}

/// The team that is called when nobody of this one is on call.
fn instead<'t>(teams: &'t [Team], name: &str) -> Option<&'t str> {
    let place = teams.iter().find(|team| team.name == name)?.empty_tells?;
    teams.get(place.index()).map(|team| team.name.as_str())
}

fn people(roster: &Roster, team: &str, on_call: &[&str], channel: &str) -> Result<Vec<Recipient>, String> {
    let has = |person: &&&str| roster.people.get(**person).is_some_and(|channels| channels.contains(channel));
    let reached: Vec<_> = on_call
        .iter()
        .filter(has)
        .map(|person| Recipient { team: team.to_owned(), person: Some((*person).to_owned()) })
        .collect();
    if reached.is_empty() {
        return Err(format!("nobody on call has `{channel}`: {}", on_call.join(", ")));
    }
    Ok(reached)
}

fn nobody(asked: &[&str], last: Option<&TeamRoster>) -> String {
    match (asked, last) {
        ([team], None) => format!("no people are known of `{team}`"),
        ([_], Some(_)) => "nobody is on call".to_owned(),
        _ => format!("nobody is on call of {}", asked.join(", ")),
    }
}
