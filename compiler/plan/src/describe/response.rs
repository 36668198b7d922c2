//! The response as text: services, who is called and when, what alerts do, what providers and playbooks are.
//!
//! Conditions and calls are shown as written; what they read of the evaluation is listed by the plan (`observations`).

use std::fmt::{self, Write};

use super::duration;
use crate::ids::TeamId;
use crate::response::Response;
use crate::response::calendar::{Calendar, Covered, Date, Hours, Maintenance, When};
use crate::response::formula::{Constant, Piece};
use crate::response::incident::{Argument, Does, Reaction, Remedy, Service};
use crate::response::ladder::{Calls, Ladder, Rung};
use crate::response::playbook::{Answer, Autonomy, Limit, Playbook, Step};
use crate::response::provider::{Parameter, Provider, Repeat, ValueType, Write as Deed};
use crate::show;

/// The whole response as text, a line an entry; empty where there is nothing to answer with.
#[must_use]
pub fn response<L>(response: &Response<L>) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = Describe { response, out: &mut text }.all();
    text
}

struct Describe<'a, L> {
    response: &'a Response<L>,
    out: &'a mut String,
}

impl<L> Describe<'_, L> {
    fn all(&mut self) -> fmt::Result {
        let response = self.response;
        self.section("services", &response.services, Self::service)?;
        self.section("teams", &response.teams, |this, team| match team.empty_tells {
            Some(tells) => writeln!(this.out, "  {}, empty tells {}", team.name, this.team(tells)),
            None => writeln!(this.out, "  {}", team.name),
        })?;
        self.section("channels", &response.channels, |this, channel| {
            writeln!(this.out, "  {}", channel.name)
        })?;
        self.section("calendars", &response.calendars, Self::calendar)?;
        self.section("maintenance", &response.maintenances, Self::maintenance)?;
        if !response.reactions.is_empty() {
            let incidents = response.incidents;
            let (within, reopen) = (duration(incidents.within_ms), duration(incidents.reopen_ms));
            writeln!(self.out, "incidents within {within}, reopened for {reopen}")?;
        }
        self.section("escalations", &response.ladders, Self::ladder)?;
        self.section("reactions", &response.reactions, Self::reaction)?;
        self.section("providers", &response.providers, Self::provider)?;
        self.section("playbooks", &response.playbooks, Self::playbook)
    }

    fn section<T>(
        &mut self,
        name: &str,
        all: &[T],
        mut each: impl FnMut(&mut Self, &T) -> fmt::Result,
    ) -> fmt::Result {
        if all.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "{name}")?;
        all.iter().try_for_each(|one| each(self, one))
    }

    fn team(&self, id: TeamId) -> String {
        self.response.teams.get(id.index()).map_or_else(String::new, |team| team.name.clone())
    }

    fn channel(&self, id: crate::ids::ChannelId) -> String {
        self.response.channels.get(id.index()).map_or_else(String::new, |channel| channel.name.clone())
    }

    fn service_name(&self, id: crate::ids::ServiceId) -> String {
        self.response.services.get(id.index()).map_or_else(String::new, |service| service.name.clone())
    }

    fn service(&mut self, service: &Service) -> fmt::Result {
        write!(self.out, "  {} tier {}", service.name, service.tier)?;
        if let Some(owner) = service.owner {
            write!(self.out, " of {}", self.team(owner))?;
        }
        let depends: Vec<String> = service.depends_on.iter().map(|id| self.service_name(*id)).collect();
        if !depends.is_empty() {
            write!(self.out, " depends on {}", depends.join(", "))?;
        }
        writeln!(self.out)
    }

    fn calendar(&mut self, calendar: &Calendar) -> fmt::Result {
        writeln!(self.out, "  {} in {}", calendar.name, calendar.zone)?;
        for weekly in &calendar.weekly {
            writeln!(self.out, "    open {} {}", days(weekly.days), hours(weekly.hours))?;
        }
        for except in &calendar.except {
            writeln!(self.out, "    except {}", date(*except))?;
        }
        for (also, open) in &calendar.also {
            writeln!(self.out, "    also {} {}", date(*also), hours(*open))?;
        }
        Ok(())
    }

    fn maintenance(&mut self, maintenance: &Maintenance) -> fmt::Result {
        let covered = |covered: &Covered| match covered {
            Covered::Everything => "everything".to_owned(),
            Covered::Service(id) => format!("service {}", self.service_name(*id)),
            Covered::Alert(name, labels) => format!("alert {name}{}", selected(labels)),
        };
        let covers: Vec<String> = maintenance.covers.iter().map(covered).collect();
        writeln!(self.out, "  {} covers {}", maintenance.name, covers.join(", "))?;
        for when in &maintenance.when {
            match when {
                When::Between(from_ms, to_ms) => {
                    let instant = |ms: i64| show::value(ms as f64 / 1_000.0, &crate::unit::Unit::Instant);
                    writeln!(self.out, "    from {} to {}", instant(*from_ms), instant(*to_ms))?;
                }
                When::During(id) => {
                    let calendar = self.response.calendars.get(id.index());
                    writeln!(self.out, "    during {}", calendar.map_or("", |calendar| &calendar.name))?;
                }
            }
        }
        Ok(())
    }

    fn ladder(&mut self, ladder: &Ladder) -> fmt::Result {
        let holds = duration(ladder.acknowledged_ms);
        writeln!(self.out, "  {}, an acknowledgement holds {holds}", ladder.name)?;
        for Rung { name, calls, lasts_ms, every_ms, then_every_ms } in &ladder.rungs {
            write!(self.out, "    {name} ")?;
            match calls {
                Calls::Automatic => write!(self.out, "automatic")?,
                Calls::Team(team, by) => {
                    let by: Vec<String> = by.iter().map(|channel| self.channel(*channel)).collect();
                    write!(self.out, "{} by {}", self.team(*team), by.join(", "))?;
                }
            }
            for (word, ms) in [("for", lasts_ms), ("every", every_ms), ("then every", then_every_ms)] {
                if let Some(ms) = ms {
                    write!(self.out, " {word} {}", duration(*ms))?;
                }
            }
            writeln!(self.out)?;
        }
        Ok(())
    }

    fn reaction(&mut self, reaction: &Reaction) -> fmt::Result {
        let level = self.response.severities.get(reaction.level as usize);
        write!(self.out, "  {} at {}", reaction.alert, level.map_or("", |level| &level.name))?;
        if reaction.after_ms > 0 {
            write!(self.out, " for {}", duration(reaction.after_ms))?;
        }
        match &reaction.does {
            Does::Escalate(id) => {
                let ladder = self.response.ladders.get(id.index());
                writeln!(self.out, " escalate {}", ladder.map_or("", |ladder| &ladder.name))
            }
            Does::Run(remedies) => {
                let remedies: Vec<String> = remedies.iter().map(|remedy| self.remedy(remedy)).collect();
                writeln!(self.out, " run {}", remedies.join(", then "))
            }
        }
    }

    fn remedy(&self, remedy: &Remedy) -> String {
        let playbook = self.response.playbooks.get(remedy.playbook.index());
        let arguments: Vec<String> = remedy.arguments.iter().map(argument).collect();
        let within = remedy.within_ms.map(|ms| format!(" within {}", duration(ms))).unwrap_or_default();
        format!("{}({}){within}", playbook.map_or("", |playbook| &playbook.name), arguments.join(", "))
    }

    fn provider(&mut self, provider: &Provider<L>) -> fmt::Result {
        writeln!(self.out, "  {}", provider.name)?;
        for config in &provider.configs {
            let kind = if config.is_secret { "secret" } else { "text" };
            writeln!(self.out, "    config {}: {kind}", config.name)?;
        }
        for read in &provider.reads {
            let list = if read.is_list { "list of " } else { "" };
            let gives = value_type(&read.gives);
            writeln!(self.out, "    read {}({}) -> {list}{gives}", read.name, parameters(&read.parameters))?;
        }
        provider.writes.iter().try_for_each(|write| self.deed(write))
    }

    fn deed(&mut self, deed: &Deed<L>) -> fmt::Result {
        write!(self.out, "    write {}({})", deed.name, parameters(&deed.parameters))?;
        let name = |place: u32| deed.parameters.get(place as usize).map_or("", |known| &known.name);
        if let Some(undo) = &deed.undo {
            write!(self.out, " undo {}", undo.text)?;
        }
        if let Some(expires) = deed.expires {
            write!(self.out, " expires {}", name(expires))?;
        }
        if let Some(why) = &deed.irreversible {
            write!(self.out, " irreversible {why:?}")?;
        }
        match deed.repeat {
            Repeat::Idempotent => write!(self.out, " idempotent")?,
            Repeat::Once => write!(self.out, " once")?,
            Repeat::KeyedBy(place) => write!(self.out, " keyed by {}", name(place))?,
        }
        if let Some(probe) = &deed.probe {
            write!(self.out, " probe {}", probe.text)?;
        }
        for lock in &deed.locks {
            write!(self.out, " locks {}", name(*lock))?;
        }
        writeln!(self.out)
    }

    fn playbook(&mut self, playbook: &Playbook<L>) -> fmt::Result {
        let autonomy = match playbook.autonomy {
            Autonomy::Observe => "observe",
            Autonomy::Propose => "propose",
            Autonomy::Auto => "auto",
        };
        writeln!(self.out, "  {}({}), {autonomy}", playbook.name, parameters(&playbook.parameters))?;
        if let Some((team, why)) = &playbook.standing_approval {
            writeln!(self.out, "    approved by {} {why:?}", self.team(*team))?;
        }
        if playbook.approval.is_needed {
            let by = playbook.approval.by.map_or_else(|| "anybody".to_owned(), |team| self.team(team));
            writeln!(self.out, "    approval by {by} within {}", duration(playbook.approval.within_ms))?;
        }
        for found in &playbook.lets {
            writeln!(self.out, "    let {} = {}", found.name, found.text)?;
        }
        for clause in &playbook.requires {
            writeln!(self.out, "    require {}", clause.text)?;
        }
        playbook.limits.iter().try_for_each(|limit| self.limit(playbook, limit))?;
        if let Some(breaker) = playbook.breaker {
            let (within, holds) = (duration(breaker.within_ms), duration(breaker.holds_ms));
            writeln!(self.out, "    breaker {} in {within} holds {holds}", breaker.failures)?;
        }
        if let Some(storm) = &playbook.storm {
            writeln!(self.out, "    storm when {} holds {}", storm.when.text, duration(storm.holds_ms))?;
        }
        playbook.steps.iter().try_for_each(|step| self.step(step))?;
        if let Some(verify) = &playbook.verify {
            write!(self.out, "    verify {} within {}", verify.condition.text, duration(verify.within_ms))?;
            if let Some(needs) = &verify.needs {
                write!(self.out, " needs {}", needs.text)?;
            }
            writeln!(self.out)?;
        }
        if let Some(lift) = &playbook.lift {
            let latest = duration(lift.at_latest_ms);
            writeln!(self.out, "    lift when {} at latest {latest}", lift.when.text)?;
        }
        self.answers("success", &playbook.on_success)?;
        self.answers("failure", &playbook.on_failure)
    }

    fn limit(&mut self, playbook: &Playbook<L>, limit: &Limit<L>) -> fmt::Result {
        match limit {
            Limit::Rate { runs, per: Some(per), every_ms } => {
                let per = playbook.parameters.get(*per as usize).map_or("", |known| &known.name);
                writeln!(self.out, "    limit {runs} per {per} every {}", duration(*every_ms))
            }
            Limit::Rate { runs, per: None, every_ms } => {
                writeln!(self.out, "    limit at most {runs} every {}", duration(*every_ms))
            }
            Limit::AtOnce(runs) => writeln!(self.out, "    limit at most {runs} at once"),
            Limit::Share(share, _, text) => {
                let share = show::value(*share, &crate::unit::Unit::Ratio);
                writeln!(self.out, "    limit at most {share} of {text}")
            }
        }
    }

    fn step(&mut self, step: &Step<L>) -> fmt::Result {
        write!(self.out, "    step {}", step.name)?;
        if let Some((_, most)) = &step.each {
            write!(self.out, " each of at most {most}")?;
        }
        write!(self.out, " do {} timeout {}", step.call.text, duration(step.timeout_ms))?;
        if step.retries > 0 {
            write!(self.out, " retry {}", step.retries)?;
        }
        if let Some((check, within_ms)) = &step.check {
            write!(self.out, " check {} within {}", check.text, duration(*within_ms))?;
        }
        if let Some(keep) = &step.keep {
            write!(self.out, " keep {keep:?}")?;
        }
        writeln!(self.out)
    }

    fn answers(&mut self, when: &str, answers: &[Answer<L>]) -> fmt::Result {
        for answer in answers {
            let text = match answer {
                Answer::Notify(team, class) => {
                    format!("notify {} at {}", self.team(*team), format!("{class:?}").to_lowercase())
                }
                Answer::Ticket(channel, says) => {
                    let says: String = says.iter().map(piece).collect();
                    format!("ticket {} {says:?}", self.channel(*channel))
                }
                Answer::EscalateTo(rung) => format!("escalate to {rung}"),
            };
            writeln!(self.out, "    on {when} {text}")?;
        }
        Ok(())
    }
}

fn piece<L>(piece: &Piece<L>) -> &str {
    match piece {
        Piece::Plain(text) => text,
        Piece::Value(..) => "{…}",
    }
}

fn argument(argument: &Argument) -> String {
    match argument {
        Argument::Label(label) => label.clone(),
        Argument::Constant(Constant::Number(number)) => number.to_string(),
        Argument::Constant(Constant::Condition(Some(is))) => is.to_string(),
        Argument::Constant(Constant::Condition(None)) => "unknown".to_owned(),
        Argument::Constant(Constant::Text(text)) => format!("{text:?}"),
    }
}

fn parameters(all: &[Parameter]) -> String {
    let one = |parameter: &Parameter| format!("{}: {}", parameter.name, value_type(&parameter.takes));
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn value_type(of: &ValueType) -> String {
    match of {
        ValueType::Number(unit) => match show::unit(unit) {
            name if name.is_empty() => "number".to_owned(),
            name => name,
        },
        ValueType::Text => "text".to_owned(),
        ValueType::Flag => "flag".to_owned(),
        ValueType::Handle(name) => name.clone(),
    }
}

fn selected(labels: &[(String, String)]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let labels: Vec<String> = labels.iter().map(|(name, is)| format!("{name} = {is:?}")).collect();
    format!("{{{}}}", labels.join(", "))
}

fn days(bits: u8) -> String {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let days = DAYS.iter().enumerate().filter(|(place, _)| bits & (1 << place) != 0);
    days.map(|(_, day)| *day).collect::<Vec<_>>().join(", ")
}

/// Hours as written: those that end on the next day end before they begin.
fn hours(hours: Hours) -> String {
    let to = if hours.to > 1440 { hours.to - 1440 } else { hours.to };
    format!("{:02}:{:02}..{:02}:{:02}", hours.from / 60, hours.from % 60, to / 60, to % 60)
}

fn date(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}
