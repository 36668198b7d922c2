//! A typed policy in a few lines: names, units, labels, canonical texts.

use nvp_check::typed::{
    Absent, Alert, ExpectedWhen, Expr, Given, GivenTarget, Metric, MetricKind, Policy, SaysPiece, Type,
};
use nvp_plan::show;

use crate::deeds_summary::{deeds, test_lines};

/// What a set means. Severities are left out where they are the stdlib's.
pub fn summary(policy: &Policy) -> String {
    let mut out = String::new();
    let severities: Vec<String> = policy
        .severities
        .iter()
        .map(|severity| format!("{} ({:?})", severity.name, severity.class))
        .collect();
    if !severities.is_empty() && severities.len() != 4 {
        out.push_str(&format!("severities {}\n", severities.join(", ")));
    }
    policy.metrics.iter().for_each(|metric| out.push_str(&format!("{}\n", metric_line(metric))));
    for service in &policy.services {
        out.push_str(&format!(
            "service {} is {} depends on {}\n",
            service.name,
            service.is.join(", "),
            service.depends_on.join(", ")
        ));
    }
    out.push_str(&crate::answers::answers(policy));
    for derive in &policy.derives {
        out.push_str(&format!("derive {} = {}\n", derive.name, typed(&derive.value)));
    }
    policy.alerts.iter().for_each(|alert| out.push_str(&alert_lines(policy, alert)));
    out.push_str(&deeds(policy));
    for test in &policy.tests {
        out.push_str(&format!("test \"{}\" ends {} ms\n", test.name, test.ends_ms));
        test.givens.iter().for_each(|given| out.push_str(&given_line(policy, given)));
        out.push_str(&test_lines(policy, test));
        for expectation in &test.expectations {
            let only = match &expectation.when {
                ExpectedWhen::Only(states) => states
                    .iter()
                    .map(|only| {
                        format!(" [{} {:?} {:?}]", policy.alerts[only.alert.0].name, only.state, only.labels)
                    })
                    .collect(),
                _ => String::new(),
            };
            out.push_str(&format!(
                "  expect {}: {}{only}\n",
                expectation.text,
                typed(&expectation.condition)
            ));
        }
    }
    out
}

fn metric_line(metric: &Metric) -> String {
    let labels: Vec<String> = metric
        .labels
        .iter()
        .map(|label| {
            let source =
                if label.source == label.name { String::new() } else { format!("={}", label.source) };
            let values = label.values.as_ref().map(|values| format!(" in {values:?}")).unwrap_or_default();
            format!("{}{source}{values}", label.name)
        })
        .collect();
    let unit = show::unit(&metric.unit);
    let mut line = format!("metric {}: {:?} of {unit:?} {{{}}}", metric.name, metric.kind, labels.join(", "));
    if metric.scale != 1.0 {
        line.push_str(&format!(" × {} (÷ {:?})", metric.scale, metric.divisor));
    }
    line.push_str(&format!(
        " every {} stale {} forget {}",
        metric.every_ms, metric.stale_ms, metric.forget_ms
    ));
    if metric.sources != [metric.name.clone()] {
        line.push_str(&format!(" from {}", metric.sources.join(", ")));
    }
    if let Some((low, high)) = metric.range {
        line.push_str(&format!(" in {low}..{high}"));
    }
    if metric.kind == MetricKind::Histogram && !metric.buckets.is_empty() {
        line.push_str(&format!(" buckets {:?}", metric.buckets));
    }
    if let Some(merge) = metric.merge {
        line.push_str(&format!(" merge {merge:?}"));
    }
    line
}

fn typed(expr: &Expr) -> String {
    let ty = match &expr.ty {
        Type::Condition => "condition".to_owned(),
        Type::Value(unit) => match show::unit(unit) {
            name if name.is_empty() => "number".to_owned(),
            name => name,
        },
    };
    format!("{} : {ty} {{{}}}", expr.text, expr.labels.join(", "))
}

fn alert_lines(policy: &Policy, alert: &Alert) -> String {
    let mut out = format!("alert {} {{{}}} every {}\n", alert.name, alert.labels.join(", "), alert.every_ms);
    let name = |id: nvp_check::typed::SeverityId| policy.severities[id.0].name.clone();
    if let Some(subject) = &alert.subject {
        out.push_str(&format!("  on {}\n", typed(subject)));
    }
    for level in &alert.levels {
        let when =
            level.when.as_ref().map_or("nothing but missing data".to_owned(), |when| when.text.clone());
        let clear =
            level.clear.as_ref().map(|clear| format!(" clear when {}", clear.text)).unwrap_or_default();
        out.push_str(&format!("  {} when {when}{clear}\n", name(level.severity)));
    }
    let absent = match alert.absent {
        Absent::Clears => "clears".to_owned(),
        Absent::Holds => "holds".to_owned(),
        Absent::Becomes { after_ms, level } => format!("for {after_ms} ms is {}", name(level)),
    };
    out.push_str(&format!(
        "  absent {absent}; flapping {} in {} ms",
        alert.flapping_changes, alert.flapping_within_ms
    ));
    if let Some(service) = &alert.service {
        out.push_str(&format!("; service {service}"));
    }
    if let Some(former) = &alert.formerly {
        out.push_str(&format!("; formerly {former}"));
    }
    out.push('\n');
    for (word, pieces) in [("says", &alert.says), ("runbook", &alert.runbook)] {
        if let Some(pieces) = pieces {
            let pieces: Vec<String> = pieces
                .iter()
                .map(|piece| match piece {
                    SaysPiece::Plain(text) => format!("{text:?}"),
                    SaysPiece::Label(label) => format!("label {label}"),
                    SaysPiece::Value(expr) => format!("value {}", typed(expr)),
                })
                .collect();
            out.push_str(&format!("  {word} {}\n", pieces.join(" + ")));
        }
    }
    out
}

fn given_line(policy: &Policy, given: &Given) -> String {
    let target = match given.target {
        GivenTarget::Metric(id) => &policy.metrics[id.0].name,
        GivenTarget::Derive(id) => &policy.derives[id.0].name,
    };
    let labels: Vec<String> = given.labels.iter().map(|(label, value)| format!("{label}={value}")).collect();
    let segments: Vec<String> = given
        .phases
        .iter()
        .flat_map(|phase| {
            let segments = phase.segments.iter().map(|segment| {
                let until = if segment.until_ms == i64::MAX {
                    "end".to_owned()
                } else {
                    segment.until_ms.to_string()
                };
                let value = segment.value.map_or("missing".to_owned(), |value| value.to_string());
                let to = segment.to.map(|to| format!(" to {to}")).unwrap_or_default();
                format!("{}..{until} {value}{to}", segment.from_ms)
            });
            segments
                .chain(phase.until.iter().map(|it| format!("until {}", crate::deeds_summary::until(it))))
                .collect::<Vec<_>>()
        })
        .collect();
    let adds = if given.accumulate { " added up" } else { "" };
    format!("  given {target}{{{}}}: {}{adds}\n", labels.join(", "), segments.join("; "))
}
