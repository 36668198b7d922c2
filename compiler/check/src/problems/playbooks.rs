//! Problems with what a playbook says, and with what it would do.

use nvp_dsl::Span;
use nvp_dsl::diagnostic::Diagnostic;

use crate::codes;

/// A playbook that does nothing.
pub(crate) struct WithoutStep<'t> {
    pub(crate) playbook: &'t str,
    pub(crate) span: Span,
}

impl From<WithoutStep<'_>> for Diagnostic {
    fn from(WithoutStep { playbook, span }: WithoutStep<'_>) -> Self {
        Diagnostic::error(codes::WITHOUT_STEP, format!("`{playbook}` does nothing: it has no step"), span)
            .help("add one: `step NAME { do PROVIDER.WRITE(…) }`")
    }
}

/// A step that does nothing.
pub(crate) struct WithoutDo<'t> {
    pub(crate) step: &'t str,
    pub(crate) span: Span,
}

impl From<WithoutDo<'_>> for Diagnostic {
    fn from(WithoutDo { step, span }: WithoutDo<'_>) -> Self {
        Diagnostic::error(codes::WITHOUT_DO, format!("the step `{step}` does not say what it does"), span)
            .help("add `do PROVIDER.WRITE(…)`")
    }
}

/// A share of something that is no number of things.
pub(crate) struct ShareOf<'t> {
    pub(crate) text: &'t str,
    pub(crate) is: String,
    pub(crate) span: Span,
}

impl From<ShareOf<'_>> for Diagnostic {
    fn from(ShareOf { text, is, span }: ShareOf<'_>) -> Self {
        let title = format!("a share is of a number of things, and `{text}` is {is}");
        Diagnostic::error(codes::SHARE_OF, title, span)
            .help("name how many there are: `at most 10% of sum(ready_instances overall)`")
    }
}

/// A share that is not between nothing and all.
pub(crate) struct ShareRange<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
}

impl From<ShareRange<'_>> for Diagnostic {
    fn from(ShareRange { text, span }: ShareRange<'_>) -> Self {
        Diagnostic::error(codes::SHARE_RANGE, format!("`{text}` is no share"), span)
            .help("write more than 0% and at most 100%: `at most 10% of …`")
    }
}

/// A step that cannot be taken back, in a playbook that nobody approves.
pub(crate) struct IrreversibleUnapproved<'t> {
    pub(crate) playbook: &'t str,
    pub(crate) step: &'t str,
    pub(crate) span: Span,
    /// Whether all runs were approved, and only a limit is missing.
    pub(crate) is_approved: bool,
}

impl From<IrreversibleUnapproved<'_>> for Diagnostic {
    fn from(problem: IrreversibleUnapproved<'_>) -> Self {
        let IrreversibleUnapproved { playbook, step, span, is_approved } = problem;
        let (title, help) = if is_approved {
            let title =
                format!("`{step}` cannot be taken back, and nothing bounds how often `{playbook}` does it");
            (title, "add a `limit`: an approval of all runs is not one of any number of them")
        } else {
            let title = format!("`{step}` cannot be taken back, and nobody approves it");
            let help = "add `approval by TEAM within 30m` for each run, or `approved by TEAM \"why\"` with a \
                        `limit` for all, or `autonomy propose`";
            (title, help)
        };
        Diagnostic::error(codes::IRREVERSIBLE_UNAPPROVED, title, span).here("irreversible").help(help)
    }
}

/// A step that cannot be taken back before one that may fail.
pub(crate) struct IrreversibleNotLast<'t> {
    pub(crate) step: &'t str,
    pub(crate) span: Span,
    pub(crate) after: &'t str,
    pub(crate) next: Span,
}

impl From<IrreversibleNotLast<'_>> for Diagnostic {
    fn from(IrreversibleNotLast { step, span, after, next }: IrreversibleNotLast<'_>) -> Self {
        let title = format!("`{step}` cannot be taken back when `{after}` fails after it");
        Diagnostic::error(codes::IRREVERSIBLE_NOT_LAST, title, span)
            .here("irreversible")
            .also(next, "may fail")
            .help("put it last, or say that it may stay: `keep \"why\"`")
    }
}

/// Runs that are approved once for all and asked for each time.
pub(crate) struct ApprovedAndAsked {
    pub(crate) span: Span,
    pub(crate) approved: Span,
}

impl From<ApprovedAndAsked> for Diagnostic {
    fn from(ApprovedAndAsked { span, approved }: ApprovedAndAsked) -> Self {
        let title = "each run is approved here, and all of them already are";
        Diagnostic::error(codes::APPROVED_AND_ASKED, title, span)
            .also(approved, "approves all runs")
            .help("keep `approval by` to be asked each time, or `approved by` to be asked never")
    }
}

/// A `lift` that takes nothing back.
pub(crate) struct LiftsNothing<'t> {
    pub(crate) playbook: &'t str,
    pub(crate) span: Span,
}

impl From<LiftsNothing<'_>> for Diagnostic {
    fn from(LiftsNothing { playbook, span }: LiftsNothing<'_>) -> Self {
        let title = format!("`lift` takes nothing back: no step of `{playbook}` can be undone");
        Diagnostic::error(codes::LIFTS_NOTHING, title, span)
            .note("what expires ends by itself, and what is irreversible or has a `keep` stays")
            .help("take it away, or give a write its `undo`")
    }
}

/// Steps of playbooks that lock kinds of things in a circle.
pub(crate) struct LockOrder<'t> {
    /// What is locked first, what then, by which playbook, and where.
    pub(crate) steps: Vec<(&'t str, &'t str, &'t str, Span)>,
}

impl From<LockOrder<'_>> for Diagnostic {
    fn from(LockOrder { steps }: LockOrder<'_>) -> Self {
        let (first, then, playbook, span) = steps.first().copied().unwrap_or_default();
        let mut diagnostic = Diagnostic::error(
            codes::LOCK_ORDER,
            format!("`{first}` and `{then}` are locked in different orders"),
            span,
        )
        .here(format!("`{playbook}` holds `{first}` and locks `{then}`"));
        for (first, then, playbook, span) in steps.iter().skip(1) {
            diagnostic = diagnostic.also(*span, format!("`{playbook}` holds `{first}` and locks `{then}`"));
        }
        diagnostic
            .note("two playbooks that each hold what the other wants would wait for each other")
            .help("put the steps into one order in all of them")
    }
}

/// Two steps that set one thing to two values.
pub(crate) struct Opposing<'t> {
    pub(crate) first: &'t str,
    pub(crate) first_span: Span,
    pub(crate) second: &'t str,
    pub(crate) span: Span,
}

impl From<Opposing<'_>> for Diagnostic {
    fn from(Opposing { first, first_span, second, span }: Opposing<'_>) -> Self {
        let title = format!("`{second}` undoes what `{first}` did: they set one thing to two values");
        Diagnostic::error(codes::OPPOSING, title, span)
            .also(first_span, "set to another value here")
            .help("take one of the steps away, or make them two playbooks")
    }
}

/// Playbooks that may bring about the alerts that run them, without a bound.
pub(crate) struct CycleWithoutLimit<'t> {
    /// Each playbook, where it is declared, and the alert through which it comes to the next.
    pub(crate) round: Vec<(&'t str, Span, &'t str)>,
}

impl From<CycleWithoutLimit<'_>> for Diagnostic {
    fn from(CycleWithoutLimit { round }: CycleWithoutLimit<'_>) -> Self {
        let (playbook, span, alert) = round.first().copied().unwrap_or_default();
        let title = format!("`{playbook}` may start again and again");
        let mut diagnostic = Diagnostic::error(codes::CYCLE_WITHOUT_LIMIT, title, span).note(format!(
            "`{alert}` reads what `{playbook}` waits for, so what it does may bring the alert about"
        ));
        for (playbook, span, _) in round.iter().skip(1) {
            diagnostic = diagnostic.also(*span, format!("then `{playbook}`"));
        }
        if round.len() > 1 {
            let names: Vec<String> =
                round.iter().map(|(playbook, _, alert)| format!("`{playbook}` → `{alert}`")).collect();
            diagnostic = diagnostic.note(format!("the circle: {} → `{playbook}`", names.join(" → ")));
        }
        diagnostic.help("bound it: `limit 1 per PARAMETER every 30m`, or `limit at most 1 every 30m`")
    }
}

/// A duration in its parts: `22m8s`.
pub(crate) fn composed(ms: i64) -> String {
    const UNITS: &[(i64, &str)] =
        &[(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];
    let mut left_ms = ms;
    let mut text = String::new();
    for (unit_ms, name) in UNITS {
        if left_ms >= *unit_ms {
            text.push_str(&format!("{}{name}", left_ms / unit_ms));
            left_ms %= unit_ms;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// An automatic rung that is over while a playbook may still run.
pub(crate) struct RungTooShort<'t> {
    pub(crate) alert: &'t str,
    pub(crate) ladder: &'t str,
    pub(crate) span: Span,
    pub(crate) rung: Span,
    pub(crate) at_most: String,
    pub(crate) total_ms: i64,
    /// What it is made of, with how long each is.
    pub(crate) parts: Vec<String>,
}

impl From<RungTooShort<'_>> for Diagnostic {
    fn from(RungTooShort { alert, ladder, span, rung, at_most, total_ms, parts }: RungTooShort<'_>) -> Self {
        const MINUTE_MS: i64 = 60_000;
        let title = format!("`{ladder}` calls people while what `{alert}` runs may still help");
        // In whole minutes, as people write it.
        let enough = total_ms.saturating_add(MINUTE_MS - 1) / MINUTE_MS;
        Diagnostic::error(codes::RUNG_TOO_SHORT, title, span)
            .here(format!("may take {}", composed(total_ms)))
            .also(rung, format!("lasts at most {at_most}"))
            .note(format!("the longest it can take: {}", parts.join(" + ")))
            .note("that is every attempt with what is waited between, checks, `verify`, and undoing it all")
            .help(format!("write `at most {enough}m`, or shorten timeouts, retries, checks or `verify`"))
    }
}

/// A `for` that cannot be served in the time that is waited.
pub(crate) struct ForBeyondWithin {
    pub(crate) span: Span,
    /// `verify`, `check`, `lift`
    pub(crate) word: &'static str,
    pub(crate) lasts: String,
    pub(crate) within_ms: i64,
}

impl From<ForBeyondWithin> for Diagnostic {
    fn from(ForBeyondWithin { span, word, lasts, within_ms }: ForBeyondWithin) -> Self {
        let diagnostic = Diagnostic::error(
            codes::FOR_BEYOND_WITHIN,
            format!("this `{word}` can never be true: it is over before `for {lasts}` is served"),
            span,
        )
        .note("the clock of a `for` starts when its clause begins to be waited for");
        match (word, within_ms) {
            (_, 0) => diagnostic.help(format!("wait for it: `within {lasts}` or longer")),
            ("lift", _) => {
                diagnostic.help(format!("write `at latest {lasts}` or longer, or a shorter `for`"))
            }
            _ => diagnostic.help(format!("write `within {lasts}` or longer, or a shorter `for`")),
        }
    }
}

/// A condition that is waited for and cannot change.
pub(crate) struct NeverChanges<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
    pub(crate) word: &'static str,
}

impl From<NeverChanges<'_>> for Diagnostic {
    fn from(NeverChanges { text, span, word }: NeverChanges<'_>) -> Self {
        let title = format!("`{word}` waits for `{text}`, which never changes");
        Diagnostic::error(codes::NEVER_CHANGES, title, span)
            .note("parameters and what `let` found stay as they were when the playbook started")
            .help("look at a metric, or ask a provider anew")
    }
}

/// A `retry` of what must not be done twice.
pub(crate) struct RetryOnce {
    pub(crate) span: Span,
    pub(crate) does: Span,
}

impl From<RetryOnce> for Diagnostic {
    fn from(RetryOnce { span, does }: RetryOnce) -> Self {
        Diagnostic::error(
            codes::RETRY_ONCE,
            "this write must not be done twice, so it is not tried again",
            span,
        )
        .also(does, "declared `once`")
        .help("take the `retry` away")
        .fix("take the `retry` away", vec![super::replace(span, "")])
    }
}
