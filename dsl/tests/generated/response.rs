//! What answers an alert, made at random.

use proptest::prelude::*;

use super::{
    GAP, MAYBE, block, condition, expression, list, literal, quantity, reference, saying, text, word,
};

fn call() -> BoxedStrategy<String> {
    (word(), word(), prop::collection::vec((any::<bool>(), expression()), 0..3))
        .prop_map(|(provider, name, arguments)| {
            let arguments: Vec<String> = arguments
                .into_iter()
                .map(|(named, value)| if named { format!("to:{MAYBE}{value}") } else { value })
                .collect();
            format!("{provider}.{name}({MAYBE}{}{MAYBE})", arguments.join(&format!("{MAYBE},{MAYBE}")))
        })
        .boxed()
}

/// A word and a name behind it.
fn named(word: &'static str) -> BoxedStrategy<String> {
    super::word().prop_map(move |name| format!("{word}{GAP}{name}")).boxed()
}

/// A word and a literal behind it.
fn timed(word: &'static str) -> BoxedStrategy<String> {
    literal().prop_map(move |time| format!("{word}{GAP}{time}")).boxed()
}

/// Either nothing, or a gap and this.
fn perhaps(part: BoxedStrategy<String>) -> BoxedStrategy<String> {
    prop::option::of(part)
        .prop_map(|part| part.map_or_else(String::new, |part| format!("{GAP}{part}")))
        .boxed()
}

/// What an alert does at a level.
pub(super) fn reaction() -> BoxedStrategy<String> {
    let remedy = (call(), perhaps(timed("within"))).prop_map(|(call, within)| call + &within);
    let run = prop::collection::vec(remedy, 1..4)
        .prop_map(|remedies| format!("run{GAP}{}", remedies.join(&format!("{MAYBE},{MAYBE}then{GAP}"))));
    (perhaps(timed("for")), prop_oneof![named("escalate"), run])
        .prop_map(|(after, does)| format!("at{GAP}red{after}{GAP}{does}"))
        .boxed()
}

/// What a test gives besides values.
pub(super) fn given() -> BoxedStrategy<String> {
    let ends = prop::sample::select(vec!["succeeds", "fails", "hangs", "lies"]);
    let read = prop::sample::select(vec![
        "()",
        "(\"a\")",
        "(\"a\",\"b\")",
        "(1, 2 + 3)",
        "100 until grow done",
        "\"a\" for 5m",
    ]);
    let deed = prop::sample::select(vec!["acknowledgement", "approval", "resolution", "abort", "silence"]);
    prop_oneof![
        (reference(), ends, perhaps(timed("after")))
            .prop_map(|(write, ends, after)| format!("given{GAP}{write}{GAP}{ends}{after}")),
        (reference(), read, literal()).prop_map(|(read, first, last)| {
            format!("given{GAP}{read}{GAP}is{GAP}{first}{MAYBE},{MAYBE}then{GAP}{last}")
        }),
        (deed, reference(), literal(), perhaps(timed("for"))).prop_map(|(deed, of, at, lasts)| {
            format!("given{GAP}{deed}{GAP}of{GAP}{of}{GAP}at{GAP}{at}{lasts}")
        }),
    ]
    .boxed()
}

/// What a test expects to happen.
pub(super) fn event() -> BoxedStrategy<String> {
    let step = prop::sample::select(vec!["done", "failed", "undone"]);
    let incident = prop::sample::select(vec!["opened", "acknowledged", "resolved", "reopened"]);
    let end =
        prop::sample::select(vec!["started", "succeeded", "rolled_back", "failed", "lifted", "no_change"]);
    prop_oneof![
        named("escalation"),
        (named("page"), perhaps(named("by"))).prop_map(|(page, by)| page + &by),
        named("notice"),
        named("ticket"),
        (named("step"), step).prop_map(|(step, end)| format!("{step}{GAP}{end}")),
        (named("incident"), incident).prop_map(|(incident, state)| format!("{incident}{GAP}{state}")),
        (reference(), end).prop_map(|(playbook, end)| format!("{playbook}{GAP}{end}")),
    ]
    .boxed()
}

fn escalation() -> BoxedStrategy<String> {
    let team = (
        word(),
        word(),
        list(word()),
        perhaps(timed("for")),
        perhaps(timed("every")),
        perhaps(timed(concat!("then", "\u{1}", "every"))),
    )
        .prop_map(|(name, team, channels, lasts, every, then)| {
            format!("{name}{GAP}{team}{GAP}by{GAP}{channels}{lasts}{every}{then}")
        });
    let clause = prop_oneof![
        4 => team,
        1 => (word(), perhaps(timed(concat!("at", "\u{1}", "most"))))
            .prop_map(|(name, at_most)| format!("{name}{GAP}automatic{at_most}")),
        1 => timed(concat!("acknowledged", "\u{1}", "holds")),
    ];
    (word(), block(clause.boxed()))
        .prop_map(|(name, block)| format!("escalation{GAP}{name}{GAP}{block}"))
        .boxed()
}

fn calendar() -> BoxedStrategy<String> {
    let day =
        prop::sample::select(vec!["monday", "monday..friday", "sunday .. monday"]).prop_map(str::to_owned);
    let date = prop::sample::select(vec!["2026-12-25", "2027-01-01"]).prop_map(str::to_owned).boxed();
    let hours = prop::sample::select(vec!["09:00..12:00", "22:30 .. 24:00"]).prop_map(str::to_owned);
    let hours = perhaps(list(hours.boxed()));
    let clause = prop_oneof![
        (list(day.boxed()), hours.clone()).prop_map(|(days, hours)| format!("open{GAP}{days}{hours}")),
        list(date.clone()).prop_map(|dates| format!("except{GAP}{dates}")),
        (list(date), hours).prop_map(|(dates, hours)| format!("also{GAP}{dates}{hours}")),
    ];
    (word(), block(clause.boxed()))
        .prop_map(|(name, block)| format!("calendar{GAP}{name}{GAP}in{GAP}\"Europe/Paris\"{MAYBE}{block}"))
        .boxed()
}

fn maintenance() -> BoxedStrategy<String> {
    let covered = prop_oneof![
        Just("everything".to_owned()),
        named("service"),
        reference().prop_map(|alert| format!("alert{GAP}{alert}")),
    ];
    let clause = prop_oneof![
        list(covered.boxed()).prop_map(|covered| format!("covers{GAP}{covered}")),
        Just(format!("from{GAP}2026-12-01{GAP}22:00{GAP}to{GAP}2026-12-02{GAP}02:00{GAP}in{GAP}\"UTC\"")),
        named("during"),
    ];
    (word(), block(clause.boxed()))
        .prop_map(|(name, block)| format!("maintenance{GAP}{name}{GAP}{block}"))
        .boxed()
}

fn parameters() -> BoxedStrategy<String> {
    let unit = prop::sample::select(vec!["text", "connections", "bytes/s", "%"]);
    let parameter = (word(), unit).prop_map(|(name, unit)| format!("{name}{MAYBE}:{MAYBE}{unit}"));
    prop_oneof![Just(String::new()), list(parameter.boxed())]
        .prop_map(|parameters| format!("({MAYBE}{parameters}{MAYBE})"))
        .boxed()
}

fn provider() -> BoxedStrategy<String> {
    let promise = prop_oneof![
        call().prop_map(|call| format!("undo{GAP}{call}")),
        named("expires"),
        text().prop_map(|why| format!("irreversible{GAP}{why}")),
        Just("idempotent".to_owned()),
        Just("once".to_owned()),
        named(concat!("keyed", "\u{1}", "by")),
        expression().prop_map(|condition| format!("probe{GAP}{condition}")),
        named("locks"),
    ];
    let gives = prop::sample::select(vec!["connections", "list of session", "bytes/s", "list"]);
    let clause = prop_oneof![
        word().prop_map(|name| format!("config{GAP}{name}{MAYBE}:{MAYBE}secret")),
        (word(), parameters(), gives).prop_map(|(name, parameters, gives)| format!(
            "read{GAP}{name}{parameters}{MAYBE}->{MAYBE}{gives}"
        )),
        (word(), parameters(), prop::collection::vec(promise, 0..4)).prop_map(
            |(name, parameters, promises)| {
                let promises: String = promises.iter().map(|promise| format!("{GAP}{promise}")).collect();
                format!("write{GAP}{name}{parameters}{promises}")
            }
        ),
    ];
    (word(), block(clause.boxed()))
        .prop_map(|(name, block)| format!("provider{GAP}{name}{GAP}{block}"))
        .boxed()
}

fn step() -> BoxedStrategy<String> {
    let clause = prop_oneof![
        1 => expression().prop_map(|list| format!("each{GAP}victim{GAP}in{GAP}{list}{GAP}at{GAP}most{GAP}3")),
        2 => call().prop_map(|call| format!("do{GAP}{call}")),
        2 => timed("timeout"),
        2 => Just(format!("retry{GAP}2")),
        1 => (expression(), perhaps(timed("within")))
            .prop_map(|(condition, within)| format!("check{GAP}{condition}{within}")),
        1 => saying(expression()).prop_map(|why| format!("keep{GAP}{why}")),
    ];
    let name = prop::sample::select(vec!["grow", "a", "strict_timeouts"]);
    (name, block(clause.boxed())).prop_map(|(name, block)| format!("step{GAP}{name}{MAYBE}{block}")).boxed()
}

fn limit() -> BoxedStrategy<String> {
    let most = format!("at{GAP}most");
    let (once, every, share) = (most.clone(), most.clone(), most);
    list(
        prop_oneof![
            literal().prop_map(|time| format!("1{GAP}per{GAP}region{GAP}every{GAP}{time}")),
            quantity().prop_map(move |runs| format!("{once}{GAP}{runs}{GAP}at{GAP}once")),
            literal().prop_map(move |time| format!("{every}{GAP}200{GAP}every{GAP}{time}")),
            reference().prop_map(move |of| format!("{share}{GAP}10%{GAP}of{GAP}{of}")),
        ]
        .boxed(),
    )
    .prop_map(|parts| format!("limit{GAP}{parts}"))
    .boxed()
}

fn answers() -> BoxedStrategy<String> {
    let answer = prop_oneof![
        word().prop_map(|team| format!("notify{GAP}{team}{GAP}at{GAP}info")),
        saying(expression()).prop_map(|text| format!("ticket{GAP}jira{GAP}{text}")),
        word().prop_map(|rung| format!("escalate{GAP}to{GAP}{rung}")),
    ];
    (prop::sample::select(vec!["success", "failure"]), block(answer.boxed()))
        .prop_map(|(end, block)| format!("on{GAP}{end}{MAYBE}{block}"))
        .boxed()
}

fn playbook() -> BoxedStrategy<String> {
    let verify = (expression(), literal(), prop::option::of(condition(reference()))).prop_map(
        |(condition, within, needs)| {
            let needs = needs.map_or_else(String::new, |needs| format!("{GAP}needs{GAP}{needs}"));
            format!("verify{GAP}{condition}{GAP}within{GAP}{within}{needs}")
        },
    );
    let clause = prop_oneof![
        2 => (word(), expression()).prop_map(|(name, value)| format!("let{GAP}{name}{MAYBE}={MAYBE}{value}")),
        1 => expression().prop_map(|condition| format!("require{GAP}{condition}")),
        1 => limit(),
        1 => literal().prop_map(|time| format!("breaker{GAP}3{GAP}in{GAP}{time}{GAP}holds{GAP}2h")),
        1 => expression().prop_map(|when| format!("storm{GAP}when{GAP}{when}{GAP}holds{GAP}10m")),
        1 => Just(format!("autonomy{GAP}auto")),
        1 => (word(), text()).prop_map(|(team, why)| format!("approved{GAP}by{GAP}{team}{GAP}{why}")),
        1 => (word(), perhaps(timed("within")))
            .prop_map(|(team, within)| format!("approval{GAP}by{GAP}{team}{within}")),
        4 => step(),
        1 => verify,
        1 => expression().prop_map(|when| format!("lift{GAP}when{GAP}{when}{GAP}at{GAP}latest{GAP}1d")),
        2 => answers(),
        1 => named("formerly"),
    ];
    (word(), parameters(), block(clause.boxed()))
        .prop_map(|(name, parameters, block)| format!("playbook{GAP}{name}{parameters}{MAYBE}{block}"))
        .boxed()
}

/// An item of the response.
pub(super) fn item() -> BoxedStrategy<String> {
    let empty = word().prop_map(|team| format!("empty{GAP}tells{GAP}{team}"));
    prop_oneof![
        1 => (word(), perhaps(block(empty.boxed()))).prop_map(|(name, block)| format!("team{GAP}{name}{block}")),
        1 => named("channel"),
        1 => block(prop_oneof![timed("within"), timed("reopen")].boxed())
            .prop_map(|block| format!("incidents{GAP}{block}")),
        2 => calendar(),
        2 => maintenance(),
        3 => escalation(),
        3 => provider(),
        5 => playbook(),
    ]
    .boxed()
}
