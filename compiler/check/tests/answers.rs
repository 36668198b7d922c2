//! What answers alerts in a few lines, for the corpus.

use nvp_check::typed::{Expr, Policy};
use nvp_plan::describe::duration;
use nvp_plan::response::Response;
use nvp_plan::response::calendar::{Calendar, Covered, Hours, Maintenance, When};
use nvp_plan::response::incident::{Argument, Does, Incidents, Reaction};
use nvp_plan::response::ladder::{Calls, Ladder, Rung};

/// The teams, channels, ladders, calendars, maintenance windows and reactions of a set; of services what is more than their names.
pub fn answers(policy: &Policy) -> String {
    let response = &policy.response;
    let mut out = String::new();
    for service in &response.services {
        let owner = service.owner.map(|team| response.teams[team.index()].name.as_str());
        if service.tier != 2 || owner.is_some() {
            let depends: Vec<&str> =
                service.depends_on.iter().map(|id| response.services[id.index()].name.as_str()).collect();
            out.push_str(&format!(
                "service {} tier {} of {} above {}\n",
                service.name,
                service.tier,
                owner.unwrap_or("nobody"),
                depends.join(", ")
            ));
        }
    }
    for team in &response.teams {
        let tells = team.empty_tells.map(|team| response.teams[team.index()].name.as_str());
        let tells = tells.map(|tells| format!(", empty tells {tells}")).unwrap_or_default();
        out.push_str(&format!("team {}{tells}\n", team.name));
    }
    for channel in &response.channels {
        out.push_str(&format!("channel {}\n", channel.name));
    }
    response.calendars.iter().for_each(|calendar| out.push_str(&calendar_lines(calendar)));
    response.maintenances.iter().for_each(|one| out.push_str(&maintenance_line(response, one)));
    if response.incidents != Incidents::default() {
        let Incidents { within_ms, reopen_ms } = response.incidents;
        out.push_str(&format!("incidents within {}, reopen {}\n", duration(within_ms), duration(reopen_ms)));
    }
    response.ladders.iter().for_each(|ladder| out.push_str(&ladder_lines(response, ladder)));
    response.reactions.iter().for_each(|reaction| out.push_str(&reaction_line(response, reaction)));
    out
}

fn hours(hours: Hours) -> String {
    format!("{:02}:{:02}..{:02}:{:02}", hours.from / 60, hours.from % 60, hours.to / 60, hours.to % 60)
}

fn calendar_lines(calendar: &Calendar) -> String {
    let mut out = format!("calendar {} in {}\n", calendar.name, calendar.zone);
    for weekly in &calendar.weekly {
        out.push_str(&format!("  open {:07b} {}\n", weekly.days, hours(weekly.hours)));
    }
    for date in &calendar.except {
        out.push_str(&format!("  except {}-{}-{}\n", date.year, date.month, date.day));
    }
    for (date, open) in &calendar.also {
        out.push_str(&format!("  also {}-{}-{} {}\n", date.year, date.month, date.day, hours(*open)));
    }
    out
}

fn maintenance_line(response: &Response<Expr>, maintenance: &Maintenance) -> String {
    let covers: Vec<String> = maintenance
        .covers
        .iter()
        .map(|covered| match covered {
            Covered::Everything => "everything".to_owned(),
            Covered::Service(id) => format!("service {}", response.services[id.index()].name),
            Covered::Alert(name, labels) => format!("alert {name} {labels:?}"),
        })
        .collect();
    let when: Vec<String> = maintenance
        .when
        .iter()
        .map(|when| match when {
            When::Between(from_ms, to_ms) => format!("{from_ms}..{to_ms}"),
            When::During(id) => format!("during {}", response.calendars[id.index()].name),
        })
        .collect();
    format!("maintenance {} of {} {}\n", maintenance.name, covers.join(", "), when.join(", "))
}

fn ladder_lines(response: &Response<Expr>, ladder: &Ladder) -> String {
    let mut out = format!("escalation {} acknowledged {}\n", ladder.name, duration(ladder.acknowledged_ms));
    for Rung { name, calls, lasts_ms, every_ms, then_every_ms } in &ladder.rungs {
        let calls = match calls {
            Calls::Automatic => "automatic".to_owned(),
            Calls::Team(team, by) => {
                let by: Vec<&str> = by.iter().map(|id| response.channels[id.index()].name.as_str()).collect();
                format!("{} by {}", response.teams[team.index()].name, by.join(", "))
            }
        };
        let said = |word: &str, ms: &Option<i64>| ms.map(|ms| format!(" {word} {}", duration(ms)));
        let times = [said("for", lasts_ms), said("every", every_ms), said("then every", then_every_ms)];
        out.push_str(&format!("  {name} {calls}{}\n", times.into_iter().flatten().collect::<String>()));
    }
    out
}

fn reaction_line(response: &Response<Expr>, reaction: &Reaction) -> String {
    let does = match &reaction.does {
        Does::Escalate(id) => format!("escalate {}", response.ladders[id.index()].name),
        Does::Run(remedies) => {
            let remedies: Vec<String> = remedies
                .iter()
                .map(|remedy| {
                    let arguments: Vec<String> = remedy
                        .arguments
                        .iter()
                        .map(|argument| match argument {
                            Argument::Label(label) => label.clone(),
                            Argument::Constant(constant) => format!("{constant:?}"),
                        })
                        .collect();
                    let within = remedy.within_ms.map(|ms| format!(" within {}", duration(ms)));
                    format!("#{}({}){}", remedy.playbook.0, arguments.join(", "), within.unwrap_or_default())
                })
                .collect();
            format!("run {}", remedies.join(" then "))
        }
    };
    let level = &response.severities[reaction.level as usize].name;
    format!("  {} at {level} after {} {does}\n", reaction.alert, duration(reaction.after_ms))
}
