//! Policies for tests, in a few lines: see `ladders/README.md`.

use std::collections::BTreeMap;

use nvp_plan::ids::{CalendarId, ChannelId, ServiceId, TeamId};
use nvp_plan::response::Lowered;
use nvp_plan::response::calendar::{Calendar, Covered, Hours, Maintenance, Weekly, When};
use nvp_plan::response::incident::{Class, Service, Severity};
use nvp_plan::response::ladder::{Calls, Channel, Ladder, Rung, Team};

/// A duration as people write it, in ms.
pub fn duration(text: &str) -> i64 {
    let mut total = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).expect(text);
        let number: i64 = rest[..digits].parse().expect(text);
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        total += number
            * match &rest[..unit] {
                "ms" => 1,
                "s" => 1_000,
                "m" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                other => panic!("no unit: {other} in {text}"),
            };
        rest = &rest[unit..];
    }
    total
}

/// The policy that the lines say; times count from `start_ms`.
pub fn parse(text: &str, start_ms: i64) -> Lowered {
    let mut plan = Lowered::default();
    for (name, class) in
        [("info", Class::Info), ("yellow", Class::Minor), ("orange", Class::Major), ("red", Class::Critical)]
    {
        plan.severities.push(Severity { name: name.to_owned(), class });
    }
    // What is named must be there before it is referred to.
    let lines: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.split_whitespace().collect())
        .collect();
    for line in &lines {
        match line[0] {
            "service" => plan.services.push(service(line[1])),
            "team" => plan.teams.push(Team { name: line[1].to_owned(), empty_tells: None }),
            _ => {}
        }
    }
    for line in &lines {
        match line[0] {
            "service" => fill_service(&mut plan, line),
            "team" => fill_team(&mut plan, line),
            "incidents" => {
                let said = pairs(&line[1..]);
                plan.incidents.within_ms = duration(said["within"]);
                plan.incidents.reopen_ms = duration(said["reopen"]);
            }
            "calendar" => plan.calendars.push(calendar(line)),
            "maintenance" => {
                let made = maintenance(&plan, line, start_ms);
                plan.maintenances.push(made);
            }
            "ladder" => {
                let acknowledged_ms = line.get(3).map_or(1_800_000, |holds| duration(holds));
                plan.ladders.push(Ladder { name: line[1].to_owned(), rungs: Vec::new(), acknowledged_ms });
            }
            _ => {
                let made = rung(&mut plan, line);
                plan.ladders.last_mut().expect("a rung stands below its ladder").rungs.push(made);
            }
        }
    }
    plan
}

fn service(name: &str) -> Service {
    Service { name: name.to_owned(), is: vec![name.to_owned()], depends_on: Vec::new(), tier: 2, owner: None }
}

fn pairs<'w>(words: &[&'w str]) -> BTreeMap<&'w str, &'w str> {
    words.chunks(2).map(|pair| (pair[0], *pair.get(1).expect("words come in pairs"))).collect()
}

fn team_of(plan: &Lowered, name: &str) -> TeamId {
    let place = plan.teams.iter().position(|team| team.name == name).expect(name);
    TeamId(u32::try_from(place).expect("few"))
}

fn service_of(plan: &Lowered, name: &str) -> ServiceId {
    let place = plan.services.iter().position(|service| service.name == name).expect(name);
    ServiceId(u32::try_from(place).expect("few"))
}

fn fill_service(plan: &mut Lowered, line: &[&str]) {
    let said = pairs(&line[2..]);
    let depends_on: Vec<_> = said
        .get("depends")
        .into_iter()
        .flat_map(|names| names.split(','))
        .map(|name| service_of(plan, name))
        .collect();
    let owner = said.get("owner").map(|name| team_of(plan, name));
    let place = service_of(plan, line[1]).index();
    let service = &mut plan.services[place];
    service.depends_on = depends_on;
    service.owner = owner;
    service.tier = said.get("tier").map_or(2, |tier| tier.parse().expect("a tier"));
}

fn fill_team(plan: &mut Lowered, line: &[&str]) {
    let tells = pairs(&line[2..]).get("tells").map(|name| team_of(plan, name));
    let place = team_of(plan, line[1]).index();
    plan.teams[place].empty_tells = tells;
}

/// `calendar nights in Europe/Paris daily 22:00..26:00`
fn calendar(line: &[&str]) -> Calendar {
    let minutes = |text: &str| {
        let (hours, minutes) = text.split_once(':').expect(text);
        hours.parse::<u16>().expect(text) * 60 + minutes.parse::<u16>().expect(text)
    };
    let (from, to) = line[5].split_once("..").expect("hours");
    Calendar {
        name: line[1].to_owned(),
        zone: line[3].to_owned(),
        weekly: vec![Weekly { days: 127, hours: Hours { from: minutes(from), to: minutes(to) } }],
        except: Vec::new(),
        also: Vec::new(),
    }
}

/// `maintenance upgrade covers service database from 10m to 20m`, `maintenance nightly covers everything during nights`
fn maintenance(plan: &Lowered, line: &[&str], start_ms: i64) -> Maintenance {
    let (covered, rest) = match line[3] {
        "everything" => (Covered::Everything, &line[4..]),
        "service" => (Covered::Service(service_of(plan, line[4])), &line[5..]),
        "alert" => (Covered::Alert(line[4].to_owned(), Vec::new()), &line[5..]),
        other => panic!("covers what: {other}"),
    };
    let said = pairs(rest);
    let when = said.get("during").map_or_else(
        || When::Between(start_ms + duration(said["from"]), start_ms + duration(said["to"])),
        |name| {
            let place = plan.calendars.iter().position(|calendar| calendar.name == *name).expect(name);
            When::During(CalendarId(u32::try_from(place).expect("few")))
        },
    );
    Maintenance { name: line[1].to_owned(), covers: vec![covered], when: vec![when] }
}

/// `N1 operations by sms,email for 15m every 5m`, `N0 automatic for 20m`, `N4 executives by call for 2h then-every 30m`
fn rung(plan: &mut Lowered, line: &[&str]) -> Rung {
    let said = pairs(&line[2..]);
    let calls = if line[1] == "automatic" {
        Calls::Automatic
    } else {
        let channels = said["by"].split(',').map(|name| channel_of(plan, name)).collect();
        Calls::Team(team_of(plan, line[1]), channels)
    };
    let lasts = |word: &str| said.get(word).map(|text| duration(text));
    Rung {
        name: line[0].to_owned(),
        calls,
        lasts_ms: lasts("for"),
        every_ms: lasts("every"),
        then_every_ms: lasts("then-every"),
    }
}

fn channel_of(plan: &mut Lowered, name: &str) -> ChannelId {
    let known = plan.channels.iter().position(|channel| channel.name == name);
    let place = known.unwrap_or_else(|| {
        plan.channels.push(Channel { name: name.to_owned() });
        plan.channels.len() - 1
    });
    ChannelId(u32::try_from(place).expect("few"))
}
