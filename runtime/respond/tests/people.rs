//! People for tests, in a few lines: see `ladders/README.md`.

use nvp_respond::roster::{Roster, Rotation, TeamRoster};

/// The people that the lines say.
pub fn parse(text: &str) -> Roster {
    let mut roster = Roster::default();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let names = |words: &[&str]| words.iter().map(|name| name.trim_end_matches(',').to_owned()).collect();
        match words[0] {
            "team" => {
                let team: &mut TeamRoster = roster.teams.entry(words[1].to_owned()).or_default();
                match words.get(2) {
                    Some(&"shared") => {
                        team.shared =
                            words[3..].iter().map(|name| name.trim_end_matches(',').to_owned()).collect();
                    }
                    Some(&"is") => team.members = names(&words[3..]),
                    Some(&"turns") => team.rotations.push(rotation(&words[3..])),
                    _ => {}
                }
                roster.channels.extend(team.shared.iter().cloned());
            }
            "person" => {
                let channels: Vec<String> = names(&words[3..]);
                roster.channels.extend(channels.iter().cloned());
                roster.people.insert(words[1].to_owned(), channels.into_iter().collect());
            }
            "channel" => {
                let channels = match words[2] {
                    "shows" => &mut roster.show_acknowledgements,
                    "closes" => &mut roster.close_tickets,
                    other => panic!("what is {other}?"),
                };
                channels.insert(words[1].to_owned());
            }
            other => panic!("what is {other}?"),
        }
    }
    roster
}

/// `anna,boris of 1 days from 2026-01-05 at 540 in Europe/Paris`
fn rotation(words: &[&str]) -> Rotation {
    let first: jiff::civil::Date = words[5].parse().expect(words[5]);
    Rotation {
        name: "primary".to_owned(),
        members: words[0].split(',').map(str::to_owned).collect(),
        zone: words[9].to_owned(),
        first: (first.year(), first.month(), first.day()),
        at_minutes: words[7].parse().expect(words[7]),
        days: words[2].parse().expect(words[2]),
        overrides: Vec::new(),
    }
}
