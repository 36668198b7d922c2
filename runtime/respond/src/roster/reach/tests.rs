use std::collections::BTreeSet;

use nvp_plan::ids::TeamId;

use super::*;

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn team(members: &[&str], shared: &[&str]) -> TeamRoster {
    let members = members.iter().map(|name| (*name).to_owned()).collect();
    TeamRoster { members, rotations: Vec::new(), shared: set(shared) }
}

fn world() -> (Roster, Vec<Team>) {
    let roster = Roster {
        teams: [
            ("operations".to_owned(), team(&["anna", "boris"], &["chat"])),
            ("specialists".to_owned(), team(&[], &["chat"])),
            ("leads".to_owned(), team(&["carl"], &[])),
        ]
        .into(),
        people: [
            ("anna".to_owned(), set(&["sms", "call", "chat"])),
            ("boris".to_owned(), set(&["sms"])),
            ("carl".to_owned(), set(&["call"])),
        ]
        .into(),
        channels: set(&["sms", "call", "chat"]),
        ..Roster::default()
    };
    let named = |name: &str, empty_tells: Option<u32>| Team {
        name: name.to_owned(),
        empty_tells: empty_tells.map(TeamId),
    };
    let teams = vec![
        named("operations", None),
        named("specialists", Some(2)),
        named("leads", None),
        named("left", Some(4)),
        named("right", Some(3)),
    ];
    (roster, teams)
}

fn reached(team: &str, channel: &str) -> Result<Vec<String>, String> {
    let (roster, teams) = world();
    let one = |to: Recipient| format!("{}/{}", to.team, to.person.unwrap_or_default());
    reach(&roster, &teams, team, channel, 0).map(|all| all.into_iter().map(one).collect())
}

#[test]
fn everybody_on_call_who_has_the_channel_is_reached() {
    assert_eq!(reached("operations", "sms").unwrap(), ["operations/anna", "operations/boris"]);
    assert_eq!(reached("operations", "call").unwrap(), ["operations/anna"]);
}

#[test]
fn a_shared_contact_is_reached_once_and_without_anybody_on_call() {
    assert_eq!(reached("operations", "chat").unwrap(), ["operations/"]);
    assert_eq!(reached("specialists", "chat").unwrap(), ["specialists/"]);
}

#[test]
fn when_nobody_is_on_call_the_other_team_is_called() {
    assert_eq!(reached("specialists", "call").unwrap(), ["leads/carl"]);
}

#[test]
fn nobody_reached_says_why() {
    assert_eq!(reached("leads", "sms").unwrap_err(), "nobody on call has `sms`: carl");
    assert_eq!(reached("specialists", "sms").unwrap_err(), "nobody on call has `sms`: carl");
    assert_eq!(reached("strangers", "sms").unwrap_err(), "no people are known of `strangers`");
    assert_eq!(reached("leads", "pigeon").unwrap_err(), "`pigeon` is bound to nothing");
    assert_eq!(reached("left", "sms").unwrap_err(), "nobody is on call of left, right", "round in a circle");
}
