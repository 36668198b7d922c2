//! Providers, playbooks and what tests say of them in a few lines.

use nvp_check::typed::{Expr, Policy, ReadValue, Test};
use nvp_plan::response::formula::{Clause, Constant, Formula, Piece, ReadCall, WriteCall};
use nvp_plan::response::playbook::{Answer, Limit, Playbook};
use nvp_plan::response::provider::{Parameter, Provider, Repeat, ValueType};
use nvp_plan::show;

/// All providers and playbooks of a set.
pub fn deeds(policy: &Policy) -> String {
    let mut out = String::new();
    policy.response.providers.iter().for_each(|provider| out.push_str(&provider_lines(policy, provider)));
    policy.response.playbooks.iter().for_each(|playbook| out.push_str(&playbook_lines(policy, playbook)));
    out
}

fn constant(constant: &Constant) -> String {
    match constant {
        Constant::Number(value) => value.to_string(),
        Constant::Condition(value) => value.map_or("unknown".to_owned(), |value| value.to_string()),
        Constant::Text(text) => format!("{text:?}"),
    }
}

fn ty(ty: &ValueType) -> String {
    match ty {
        ValueType::Number(unit) => match show::unit(unit) {
            name if name.is_empty() => "number".to_owned(),
            name => name,
        },
        ValueType::Text => "text".to_owned(),
        ValueType::Flag => "flag".to_owned(),
        ValueType::Handle(name) => format!("handle {name}"),
    }
}

fn parameters(parameters: &[Parameter]) -> String {
    let each = parameters.iter().map(|parameter| {
        let whole = if parameter.is_whole { " whole" } else { "" };
        format!("{}: {}{whole}", parameter.name, ty(&parameter.takes))
    });
    each.collect::<Vec<_>>().join(", ")
}

fn provider_lines(policy: &Policy, provider: &Provider<Expr>) -> String {
    let mut out = format!("provider {}\n", provider.name);
    for config in &provider.configs {
        out.push_str(&format!("  config {}{}\n", config.name, if config.is_secret { " secret" } else { "" }));
    }
    for read in &provider.reads {
        let list = if read.is_list { "list of " } else { "" };
        let (name, takes) = (&read.name, parameters(&read.parameters));
        out.push_str(&format!("  read {name}({takes}) -> {list}{}\n", ty(&read.gives)));
    }
    for write in &provider.writes {
        let named = |place: u32| write.parameters[place as usize].name.clone();
        out.push_str(&format!("  write {}({})", write.name, parameters(&write.parameters)));
        let before: Vec<String> = write.before.iter().map(|call| read_call(policy, call)).collect();
        if !before.is_empty() {
            out.push_str(&format!(" before [{}]", before.join("; ")));
        }
        out.push_str(
            &write.undo.as_ref().map_or(String::new(), |undo| format!(" undo {}", write_call(policy, undo))),
        );
        out.push_str(&write.expires.map_or(String::new(), |place| format!(" expires {}", named(place))));
        out.push_str(
            &write.irreversible.as_ref().map_or(String::new(), |why| format!(" irreversible {why:?}")),
        );
        out.push_str(&match write.repeat {
            Repeat::Idempotent => " idempotent".to_owned(),
            Repeat::Once => " once".to_owned(),
            Repeat::KeyedBy(place) => format!(" keyed by {}", named(place)),
        });
        out.push_str(
            &write.probe.as_ref().map_or(String::new(), |probe| format!(" probe {}", clause(policy, probe))),
        );
        write.locks.iter().for_each(|place| out.push_str(&format!(" locks {}", named(*place))));
        out.push('\n');
    }
    out
}

fn playbook_lines(policy: &Policy, playbook: &Playbook<Expr>) -> String {
    let mut out = format!("playbook {}({})\n", playbook.name, parameters(&playbook.parameters));
    for found in &playbook.lets {
        let list = if found.is_list { "list of " } else { "" };
        let value = formula(policy, &found.value);
        out.push_str(&format!("  let {}: {list}{} = {value}\n", found.name, ty(&found.ty)));
    }
    for require in &playbook.requires {
        out.push_str(&format!("  require {}\n", clause(policy, require)));
    }
    for limit in &playbook.limits {
        out.push_str(&match limit {
            Limit::Rate { runs, per, every_ms } => {
                let per = per
                    .map_or(String::new(), |per| format!(" per {}", playbook.parameters[per as usize].name));
                format!("  limit {runs}{per} every {every_ms}\n")
            }
            Limit::AtOnce(runs) => format!("  limit {runs} at once\n"),
            Limit::Share(share, of, _) => format!("  limit {share} of {}\n", formula(policy, of)),
        });
    }
    if let Some(breaker) = &playbook.breaker {
        let (failures, within, holds) = (breaker.failures, breaker.within_ms, breaker.holds_ms);
        out.push_str(&format!("  breaker {failures} in {within} holds {holds}\n"));
    }
    if let Some(storm) = &playbook.storm {
        out.push_str(&format!("  storm when {} holds {}\n", clause(policy, &storm.when), storm.holds_ms));
    }
    let approval = &playbook.approval;
    out.push_str(&format!("  {:?}; approval", playbook.autonomy));
    out.push_str(if approval.is_needed { " needed" } else { " not needed" });
    out.push_str(&approval.by.map_or(String::new(), |team| format!(" by team {}", team.0)));
    out.push_str(&format!(" within {}", approval.within_ms));
    if let Some((team, why)) = &playbook.standing_approval {
        out.push_str(&format!("; approved by team {} {why:?}", team.0));
    }
    out.push('\n');
    for step in &playbook.steps {
        out.push_str(&format!("  step {}", step.name));
        if let Some((list, most)) = &step.each {
            out.push_str(&format!(" each of {} at most {most}", formula(policy, list)));
        }
        out.push_str(&format!(" do {} timeout {}", write_call(policy, &step.call), step.timeout_ms));
        out.push_str(&format!(" retry {}", step.retries));
        if let Some((check, within)) = &step.check {
            out.push_str(&format!(" check {} within {within}", clause(policy, check)));
        }
        out.push_str(&step.keep.as_ref().map_or(String::new(), |why| format!(" keep {why:?}")));
        out.push('\n');
    }
    if let Some(verify) = &playbook.verify {
        out.push_str(&format!("  verify {} within {}", clause(policy, &verify.condition), verify.within_ms));
        let needs = verify.needs.as_ref().map(|needs| format!(" needs {}", clause(policy, needs)));
        out.push_str(&format!("{}\n", needs.unwrap_or_default()));
    }
    if let Some(lift) = &playbook.lift {
        out.push_str(&format!(
            "  lift when {} at latest {}\n",
            clause(policy, &lift.when),
            lift.at_latest_ms
        ));
    }
    for (word, answers) in [("success", &playbook.on_success), ("failure", &playbook.on_failure)] {
        answers.iter().for_each(|end| out.push_str(&format!("  on {word} {}\n", answer(policy, end))));
    }
    out
}

fn answer(policy: &Policy, answer: &Answer<Expr>) -> String {
    match answer {
        Answer::Notify(team, class) => format!("notify team {} at {class:?}", team.0),
        Answer::EscalateTo(rung) => format!("escalate to {rung}"),
        Answer::Ticket(channel, pieces) => {
            let pieces = pieces.iter().map(|piece| match piece {
                Piece::Plain(text) => format!("{text:?}"),
                Piece::Value(value, unit) => format!("{} in {unit:?}", formula(policy, value)),
            });
            format!("ticket channel {} {}", channel.0, pieces.collect::<Vec<_>>().join(" + "))
        }
    }
}

fn clause(policy: &Policy, clause: &Clause<Expr>) -> String {
    let clocks = if clause.clocks > 0 { format!(" ({} clocks)", clause.clocks) } else { String::new() };
    format!("{}{clocks}", formula(policy, &clause.formula))
}

fn calls(policy: &Policy, arguments: &[Formula<Expr>]) -> String {
    arguments.iter().map(|argument| formula(policy, argument)).collect::<Vec<_>>().join(", ")
}

fn read_call(policy: &Policy, call: &ReadCall<Expr>) -> String {
    let provider = &policy.response.providers[call.provider.index()];
    let read = &provider.reads[call.read as usize];
    format!("{}.{}({})", provider.name, read.name, calls(policy, &call.arguments))
}

fn write_call(policy: &Policy, call: &WriteCall<Expr>) -> String {
    let provider = &policy.response.providers[call.provider.index()];
    let write = &provider.writes[call.write as usize];
    format!("{}.{}({})", provider.name, write.name, calls(policy, &call.arguments))
}

/// A formula: what the evaluation computes stands in square brackets, with the row that is meant.
pub fn formula(policy: &Policy, of: &Formula<Expr>) -> String {
    let show = |inner: &Formula<Expr>| formula(policy, inner);
    match of {
        Formula::Constant(value) => constant(value),
        Formula::Now => "now".to_owned(),
        Formula::Parameter(place) => format!("$parameter{place}"),
        Formula::Local(place) => format!("$let{place}"),
        Formula::Item => "$item".to_owned(),
        Formula::Before(place) => format!("$before{place}"),
        Formula::Observed(observed) => {
            let labels = observed.labels.iter().map(|(label, is)| format!("{label} = {}", show(is)));
            let labels: Vec<String> = labels.collect();
            let names: Vec<String> = observed.labels.iter().map(|(label, _)| label.clone()).collect();
            assert_eq!(names, observed.of.labels, "each label of what is looked at is pinned, and no other");
            if labels.is_empty() {
                return format!("[{}]", observed.of.text);
            }
            format!("[{} at {}]", observed.of.text, labels.join(", "))
        }
        Formula::Read(call) => read_call(policy, call),
        Formula::Negate(a) => format!("-{}", show(a)),
        Formula::Arithmetic(how, a, b) => format!("({how:?} {} {})", show(a), show(b)),
        Formula::Function(which, arguments) => format!("{which:?}({})", calls(policy, arguments)),
        Formula::Compare(how, a, b) => format!("({how:?} {} {})", show(a), show(b)),
        Formula::Not(a) => format!("(not {})", show(a)),
        Formula::And(a, b) => format!("({} and {})", show(a), show(b)),
        Formula::Or(a, b) => format!("({} or {})", show(a), show(b)),
        Formula::If(c, a, b) => {
            let otherwise = b.as_ref().map(|b| format!(" else {}", show(b))).unwrap_or_default();
            format!("(if {} then {}{otherwise})", show(c), show(a))
        }
        Formula::Default(a, b) => format!("({} default {})", show(a), show(b)),
        Formula::Present(a) => format!("present({})", show(a)),
        Formula::Missing(a) => format!("missing({})", show(a)),
        Formula::IsSet(a) => format!("set({})", show(a)),
        Formula::Count(a) => format!("count({})", show(a)),
        Formula::Open(calendar) => format!("open(calendar {})", calendar.0),
        Formula::For(a, ms, clock) => format!("({} for {ms} by clock {clock})", show(a)),
    }
}

/// What a test says of providers and people.
pub fn test_lines(policy: &Policy, test: &Test) -> String {
    let mut out = String::new();
    let pins = |pins: &std::collections::BTreeMap<u32, Constant>| -> String {
        pins.iter().map(|(place, is)| format!(" {place}={}", constant(is))).collect()
    };
    for read in &test.reads {
        let provider = &policy.response.providers[read.provider.index()];
        out.push_str(&format!(
            "  given {}.{}{}:",
            provider.name,
            provider.reads[read.read as usize].name,
            pins(&read.arguments)
        ));
        for phase in &read.phases {
            for (from, answer) in &phase.answers {
                let answer = match answer {
                    None => "fails".to_owned(),
                    Some(ReadValue::One(value)) => constant(value),
                    Some(ReadValue::List(values)) => {
                        format!("({})", values.iter().map(constant).collect::<Vec<_>>().join(", "))
                    }
                };
                out.push_str(&format!(" {from}.. {answer}"));
            }
            out.push_str(&phase.until.as_ref().map_or(String::new(), |it| format!(" until {};", until(it))));
        }
        out.push('\n');
    }
    for write in &test.writes {
        let provider = &policy.response.providers[write.provider.index()];
        let name = &provider.writes[write.write as usize].name;
        let (provider, pins) = (&provider.name, pins(&write.arguments));
        out.push_str(&format!("  given {provider}.{name}{pins} {:?} after {}\n", write.ends, write.after_ms));
    }
    for deed in &test.deeds {
        out.push_str(&format!("  at {} {:?}\n", deed.at_ms, deed.deed));
    }
    for event in &test.events {
        out.push_str(&format!("  event {}: {:?} {:?}\n", event.text, event.when, event.event));
    }
    out
}

/// `grow`, `grow undone`
pub fn until(until: &nvp_check::typed::Until) -> String {
    let undone = if until.is_undone { " undone" } else { "" };
    format!("{}{undone}", until.step)
}
