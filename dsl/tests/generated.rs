//! Texts of the language, made at random: every item and every operator, with blanks, line breaks and comments between words.

mod response;

use proptest::prelude::*;

/// Every item and clause once.
pub const EVERYTHING: &str = include_str!("corpus/everything.nvp");

/// Where blanks must stand between two words, and comments may.
const GAP: &str = "\u{1}";
/// Where they may stand.
const MAYBE: &str = "\u{2}";

fn word() -> BoxedStrategy<String> {
    prop::sample::select(vec![
        "a",
        "cpu",
        "limit",
        "up",
        "says",
        "labels",
        "gateway_p95",
        "x1",
        "_y",
        "metric",
        "to",
    ])
    .prop_map(str::to_owned)
    .boxed()
}

fn quantity() -> BoxedStrategy<String> {
    prop::sample::select(vec![
        "0",
        "3.5",
        "200ms",
        "1h30m",
        "70%",
        "5000/s",
        "10ms/read",
        "120EUR/h",
        "0.01/s",
        "12GiB",
    ])
    .prop_map(str::to_owned)
    .boxed()
}

fn literal() -> BoxedStrategy<String> {
    prop_oneof![quantity(), word()].boxed()
}

fn text() -> BoxedStrategy<String> {
    prop::sample::select(vec![
        "\"\"",
        "\"eu\"",
        "\"a \\\"b\\\" \\\\ \\n\"",
        "\"{{}\"",
        "\"# no comment\"",
        "\"é {{x}\"",
        "\"tab\tin\"",
    ])
    .prop_map(str::to_owned)
    .boxed()
}

fn saying(expr: BoxedStrategy<String>) -> BoxedStrategy<String> {
    // a text stands on one line, so its insertions have neither comments nor line breaks
    let on_one_line =
        |expr: String| expr.replace([GAP, MAYBE].map(|gap| gap.chars().next().unwrap_or(' ')), " ");
    prop_oneof![text(), expr.prop_map(move |expr| format!("\"says {{{}}}, {{{{\"", on_one_line(expr)))]
        .boxed()
}

fn selector() -> BoxedStrategy<String> {
    let matcher = prop_oneof![
        word(),
        (word(), prop::sample::select(vec!["=", "!="]), prop_oneof![text(), word()])
            .prop_map(|(label, sign, value)| format!("{label}{MAYBE}{sign}{MAYBE}{value}")),
        (
            word(),
            prop::sample::select(vec!["=~", "!~"]),
            prop::sample::select(vec!["\"a{2}|b\\\\.c\"", "\".*\\\"\""])
        )
            .prop_map(|(label, sign, value)| format!("{label}{MAYBE}{sign}{MAYBE}{value}")),
        (word(), list(text())).prop_map(|(label, texts)| format!("{label}{GAP}in{MAYBE}({texts})")),
    ];
    prop_oneof![
        Just(String::new()),
        list(matcher.boxed()).prop_map(|matchers| format!("{{{MAYBE}{matchers}{MAYBE}}}"))
    ]
    .boxed()
}

fn list(of: BoxedStrategy<String>) -> BoxedStrategy<String> {
    prop::collection::vec(of, 1..4).prop_map(|parts| parts.join(&format!("{MAYBE},{MAYBE}"))).boxed()
}

fn reference() -> BoxedStrategy<String> {
    (word(), selector()).prop_map(|(name, selector)| name + &selector).boxed()
}

/// An expression that is safe as an operand of arithmetic.
fn tight(inner: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let clauses = prop_oneof![
        Just(String::new()),
        literal().prop_map(|time| format!("{GAP}over{GAP}{time}")),
        (literal(), list(word()))
            .prop_map(|(time, labels)| format!("{GAP}over{GAP}{time}{GAP}by{GAP}{labels}")),
        list(word()).prop_map(|labels| format!("{GAP}without{GAP}{labels}")),
        Just(format!("{GAP}overall")),
    ];
    let call = (word(), prop::collection::vec((any::<bool>(), inner.clone()), 0..3), clauses).prop_map(
        |(name, arguments, clauses)| {
            let arguments: Vec<String> = arguments
                .into_iter()
                .map(|(named, value)| if named { format!("to:{MAYBE}{value}") } else { value })
                .collect();
            format!("{name}({MAYBE}{}{clauses}{MAYBE})", arguments.join(&format!(",{MAYBE}")))
        },
    );
    let atom = prop_oneof![
        3 => reference(),
        2 => call,
        1 => inner.prop_map(|inner| format!("({MAYBE}{inner}{MAYBE})")),
    ]
    .boxed();
    prop_oneof![
        3 => atom.clone(),
        2 => quantity(),
        1 => Just("now".to_owned()),
        1 => (atom.clone(), literal()).prop_map(|(value, time)| format!("{value}{GAP}{time}{GAP}ago")),
        1 => (atom.clone(), word()).prop_map(|(value, name)| format!("{value}{GAP}with{GAP}info.{name}")),
        1 => (atom.clone(), literal()).prop_map(|(value, other)| format!("{value}{GAP}default{GAP}{other}")),
        1 => atom.prop_map(|value| format!("-{value}")),
    ]
    .boxed()
}

/// A condition without a `for`.
fn condition(inner: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let sign = prop::sample::select(vec!["+", "-", "*", " of ", "/"]);
    let sum = prop::collection::vec((sign, tight(inner.clone())), 0..3);
    let arithmetic = (tight(inner), sum)
        .prop_map(|(first, others)| {
            others
                .into_iter()
                .fold(first, |sum, (sign, operand)| format!("{sum}{GAP}{}{GAP}{operand}", sign.trim()))
        })
        .boxed();
    let compare = prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]);
    prop_oneof![
        3 => arithmetic.clone(),
        3 => (arithmetic.clone(), compare, arithmetic)
            .prop_map(|(left, sign, right)| format!("{left}{GAP}{sign}{GAP}{right}")),
        1 => (reference(), word()).prop_map(|(alert, state)| format!("{alert}{GAP}is{GAP}{state}")),
        1 => (reference(), list(text())).prop_map(|(label, texts)| format!("{label}{GAP}in{GAP}({texts})")),
        1 => reference().prop_map(|flag| format!("not{GAP}{flag}")),
        1 => prop::sample::select(vec!["true", "false"]).prop_map(str::to_owned),
    ]
    .boxed()
}

fn expression() -> BoxedStrategy<String> {
    let leaf = prop_oneof![quantity(), reference()].boxed();
    leaf.prop_recursive(4, 24, 3, |inner| {
        let joined =
            prop::collection::vec((prop::sample::select(vec!["and", "or"]), condition(inner.clone())), 0..4);
        let chain = (condition(inner.clone()), joined, any::<bool>(), literal()).prop_map(
            |(first, others, held, time)| {
                // all of a chain has a `for`, or nothing
                let hold = |part: String| if held { format!("{part}{GAP}for{GAP}{time}") } else { part };
                others
                    .into_iter()
                    .fold(hold(first), |chain, (word, part)| format!("{chain}{GAP}{word}{GAP}{}", hold(part)))
            },
        );
        let choice = (condition(inner.clone()), condition(inner.clone()), prop::option::of(condition(inner)))
            .prop_map(|(test, then, otherwise)| {
                let otherwise = otherwise.map_or_else(String::new, |value| format!("{GAP}else{GAP}{value}"));
                format!("if{GAP}{test}{GAP}then{GAP}{then}{otherwise}")
            });
        prop_oneof![4 => chain, 1 => choice].boxed()
    })
    .boxed()
}

fn block(clauses: BoxedStrategy<String>) -> BoxedStrategy<String> {
    prop::collection::vec(clauses, 0..4)
        .prop_map(|clauses| format!("{{{MAYBE}{}{MAYBE}}}", clauses.join(GAP)))
        .boxed()
}

fn metric() -> BoxedStrategy<String> {
    let kind = prop::sample::select(vec![
        "ratio",
        "%",
        "bytes/s",
        "counter of requests",
        "histogram of s",
        "info",
        "flag",
        "instant of ms",
        "counter",
    ]);
    let label = prop_oneof![
        word(),
        (word(), text()).prop_map(|(name, source)| format!("{name}{MAYBE}={MAYBE}{source}")),
        (word(), list(text())).prop_map(|(name, values)| format!("{name}{GAP}in{MAYBE}({values})")),
    ];
    let clause = prop_oneof![
        list(label.boxed()).prop_map(|labels| format!("labels{GAP}{labels}")),
        list(text()).prop_map(|names| format!("source{GAP}{names}")),
        literal().prop_map(|time| format!("every{GAP}{time}")),
        literal().prop_map(|time| format!("stale{GAP}{time}")),
        literal().prop_map(|time| format!("forget{GAP}{time}")),
        Just(format!("merge{GAP}max")),
        (quantity(), quantity()).prop_map(|(from, to)| format!("range{GAP}-{from}..{to}")),
        list(quantity()).prop_map(|bounds| format!("buckets{GAP}{bounds}")),
    ];
    (word(), kind, prop::option::of(block(clause.boxed())))
        .prop_map(|(name, kind, block)| {
            format!("metric{GAP}{name}{MAYBE}:{MAYBE}{kind}{MAYBE}{}", block.unwrap_or_default())
        })
        .boxed()
}

fn absent() -> BoxedStrategy<String> {
    prop_oneof![
        Just(format!("absent{GAP}clears")),
        Just(format!("absent{GAP}holds")),
        literal().prop_map(|time| format!("absent{GAP}for{GAP}{time}{GAP}is{GAP}red")),
    ]
    .boxed()
}

fn alert() -> BoxedStrategy<String> {
    let level = prop_oneof![
        expression(),
        quantity().prop_map(|threshold| format!(">{MAYBE}{threshold}{GAP}for{GAP}5m")),
        (quantity(), condition(quantity())).prop_map(|(threshold, other)| {
            format!("({MAYBE}<={MAYBE}{threshold}{GAP}and{GAP}{other}{MAYBE}){GAP}for{GAP}2m")
        }),
    ];
    let clear = prop::option::of(quantity().prop_map(|value| format!("{GAP}clear{GAP}when{GAP}<{value}")));
    let clause = prop_oneof![
        3 => (level, clear).prop_map(|(when, clear)| format!("red{GAP}when{GAP}{when}{}", clear.unwrap_or_default())),
        1 => absent(),
        1 => saying(expression()).prop_map(|text| format!("says{GAP}{text}")),
        1 => text().prop_map(|text| format!("runbook{GAP}{text}")),
        1 => word().prop_map(|name| format!("service{GAP}{name}")),
        1 => literal().prop_map(|time| format!("flapping{GAP}6{GAP}in{GAP}{time}")),
        1 => word().prop_map(|name| format!("formerly{GAP}{name}")),
        2 => response::reaction(),
    ];
    (word(), prop::option::of(expression()), block(clause.boxed()))
        .prop_map(|(name, subject, block)| {
            let subject = subject.map_or_else(String::new, |subject| format!("{GAP}on{GAP}{subject}"));
            format!("alert{GAP}{name}{subject}{GAP}{block}")
        })
        .boxed()
}

fn test() -> BoxedStrategy<String> {
    let value = prop_oneof![
        quantity(),
        Just(format!("now{GAP}+{GAP}20d")),
        Just("-5".to_owned()),
        Just("true".to_owned())
    ];
    let segment = prop_oneof![
        value.clone().prop_map(|value| format!("{value}{GAP}for{GAP}5m")),
        (value.clone(), value).prop_map(|(from, to)| format!("{from}{GAP}to{GAP}{to}{GAP}for{GAP}1h")),
        Just("missing".to_owned()),
    ];
    let segments = prop::collection::vec(segment, 1..4)
        .prop_map(|parts| parts.join(&format!("{MAYBE},{MAYBE}then{GAP}")));
    let expectation = (
        prop_oneof![
            Just(format!("at{GAP}6m")),
            Just(format!("by{GAP}1h30m")),
            Just(format!("within{GAP}5m..7m")),
            Just("never".to_owned()),
        ],
        prop_oneof![expression(), response::event()],
    )
        .prop_map(|(when, what)| format!("expect{GAP}{when}{GAP}{what}"));
    let clause = prop_oneof![
        (reference(), segments)
            .prop_map(|(target, segments)| format!("given{GAP}{target}{GAP}is{GAP}{segments}")),
        response::given(),
        expectation,
        list(reference().prop_map(|alert| format!("{alert}{GAP}is{GAP}red")).boxed())
            .prop_map(|states| format!("expect{GAP}only{GAP}{states}")),
    ];
    (text(), block(clause.boxed())).prop_map(|(name, block)| format!("test{GAP}{name}{GAP}{block}")).boxed()
}

fn item() -> BoxedStrategy<String> {
    let service = prop_oneof![
        list(text()).prop_map(|names| format!("is{GAP}{names}")),
        list(word()).prop_map(|names| format!("depends{GAP}on{GAP}{names}")),
        Just(format!("tier{GAP}1")),
        word().prop_map(|team| format!("owner{GAP}{team}")),
    ];
    let defaults = prop_oneof![
        absent(),
        literal().prop_map(|time| format!("every{GAP}{time}")),
        list(word()).prop_map(|labels| format!("labels{GAP}{labels}")),
        Just(format!("autonomy{GAP}propose")),
    ];
    prop_oneof![
        1 => Just(format!("use{GAP}std.host")),
        1 => word().prop_map(|name| format!("unit{GAP}{name}{MAYBE}={MAYBE}10ms")),
        1 => Just(format!("severity{GAP}red{GAP}is{GAP}critical")),
        1 => (word(), expression()).prop_map(|(name, value)| format!("const{GAP}{name}{MAYBE}={MAYBE}{value}")),
        1 => (word(), expression())
            .prop_map(|(name, body)| format!("fn{GAP}{name}({MAYBE}x{MAYBE}:{MAYBE}ratio,y: bytes/s){MAYBE}={MAYBE}{body}")),
        3 => metric(),
        1 => (word(), prop::option::of(block(service.boxed())))
            .prop_map(|(name, block)| format!("service{GAP}{name}{GAP}{}", block.unwrap_or_default())),
        3 => (word(), expression()).prop_map(|(name, value)| format!("derive{GAP}{name}{MAYBE}={MAYBE}{value}")),
        4 => alert(),
        1 => block(defaults.boxed()).prop_map(|block| format!("defaults{GAP}{block}")),
        2 => test(),
        8 => response::item(),
    ]
    .boxed()
}

/// What stands in a gap.
fn trivia() -> BoxedStrategy<&'static str> {
    prop_oneof![
        12 => Just(" "),
        2 => Just("\n"),
        1 => Just("\n\n\n"),
        1 => Just("  # a comment\n"),
        1 => Just("\n## documentation\n"),
        1 => Just("\n\n  # {(\" é\n\n"),
    ]
    .boxed()
}

/// A file.
pub fn file() -> BoxedStrategy<String> {
    (prop::collection::vec(item(), 0..4), prop::collection::vec(trivia(), 200))
        .prop_map(|(items, trivia)| {
            let mut gaps = trivia.iter().cycle();
            let mut text = String::new();
            for character in items.join(GAP).chars() {
                match character.to_string().as_str() {
                    GAP => text.push_str(gaps.next().copied().unwrap_or(" ")),
                    MAYBE => {
                        text.push_str(gaps.next().copied().filter(|gap| *gap != " ").unwrap_or_default())
                    }
                    other => text.push_str(other),
                }
            }
            text
        })
        .boxed()
}
