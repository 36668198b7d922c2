//! Problems with providers, and with what only providers and playbooks have in their expressions.

use nvp_dsl::Span;
use nvp_dsl::ast::Ident;
use nvp_dsl::diagnostic::Diagnostic;

use super::{after, before, listed, replace};
use crate::codes;

/// A read or write where the other is wanted, or where a provider cannot be asked at all.
pub(crate) struct DeedMisplaced<'t> {
    pub(crate) name: &'t str,
    pub(crate) span: Span,
    /// `a write`, `a read`, `a provider's`
    pub(crate) is: &'static str,
    pub(crate) help: &'static str,
}

impl From<DeedMisplaced<'_>> for Diagnostic {
    fn from(DeedMisplaced { name, span, is, help }: DeedMisplaced<'_>) -> Self {
        Diagnostic::error(codes::DEED_MISPLACED, format!("`{name}` is {is}, and cannot stand here"), span)
            .help(help)
    }
}

/// A write that nobody can take back.
pub(crate) struct WithoutUndo<'t> {
    pub(crate) write: &'t str,
    pub(crate) span: Span,
    /// All of the write.
    pub(crate) clause: Span,
}

impl From<WithoutUndo<'_>> for Diagnostic {
    fn from(WithoutUndo { write, span, clause }: WithoutUndo<'_>) -> Self {
        Diagnostic::error(codes::WITHOUT_UNDO, format!("`{write}` does not say how it is taken back"), span)
            .note("what a playbook did is undone by itself when it did not help")
            .help("add `undo CALL`, `expires PARAMETER`, or `irreversible \"why\"`, which then needs an approval")
            .fix("say that it cannot be taken back", vec![after(clause, "  irreversible \"…\"")])
    }
}

/// A probe that looks at nothing.
pub(crate) struct ProbeLooksAtNothing<'t> {
    pub(crate) write: &'t str,
    pub(crate) span: Span,
}

impl From<ProbeLooksAtNothing<'_>> for Diagnostic {
    fn from(ProbeLooksAtNothing { write, span }: ProbeLooksAtNothing<'_>) -> Self {
        let title = format!("the probe of `{write}` looks at nothing");
        Diagnostic::error(codes::PROBE_LOOKS_AT_NOTHING, title, span)
            .note("a probe tells whether the deed has happened; where it is true beforehand the deed is not done")
            .help("ask a `read` of the provider what is so")
    }
}

/// A write that does not say what doing it twice means.
pub(crate) struct WithoutRepeat<'t> {
    pub(crate) write: &'t str,
    pub(crate) span: Span,
    /// All of the write.
    pub(crate) clause: Span,
}

impl From<WithoutRepeat<'_>> for Diagnostic {
    fn from(WithoutRepeat { write, span, clause }: WithoutRepeat<'_>) -> Self {
        let title = format!("`{write}` does not say what doing it twice means");
        Diagnostic::error(codes::WITHOUT_REPEAT, title, span)
            .note("an answer can be lost on its way back: then nobody knows whether it was done")
            .help("add `idempotent` where twice is as good as once, `keyed by PARAMETER`, or `once`")
            .fix("say that twice is as good as once", vec![after(clause, "  idempotent")])
    }
}

/// `irreversible` with a way back.
pub(crate) struct WriteConflict {
    /// `undo`, `expires`
    pub(crate) clause: &'static str,
    pub(crate) span: Span,
    pub(crate) irreversible: Span,
}

impl From<WriteConflict> for Diagnostic {
    fn from(WriteConflict { clause, span, irreversible }: WriteConflict) -> Self {
        let title = format!("`{clause}` says how this is taken back, and `irreversible` that it cannot be");
        Diagnostic::error(codes::WRITE_CONFLICT, title, span)
            .also(irreversible, "cannot be taken back")
            .help("take one of them away")
    }
}

/// A clause that names no parameter.
pub(crate) struct UnknownParameter<'t> {
    /// `locks`, `keyed by`, `expires`, `per`
    pub(crate) clause: &'static str,
    pub(crate) name: &'t Ident,
    pub(crate) names: &'t [String],
    pub(crate) near: Option<String>,
}

impl From<UnknownParameter<'_>> for Diagnostic {
    fn from(UnknownParameter { clause, name, names, near }: UnknownParameter<'_>) -> Self {
        let title = format!("`{clause}` wants a parameter, and `{}` is none", name.node);
        let diagnostic = Diagnostic::error(codes::UNKNOWN_PARAMETER, title, name.span)
            .note(format!("the parameters: {}", listed(names)));
        match near {
            Some(near) => diagnostic
                .help(format!("did you mean `{near}`?"))
                .fix(format!("write `{near}`"), vec![replace(name.span, near)]),
            None => diagnostic.help("name one of them"),
        }
    }
}

/// `expires` of something that is no time.
pub(crate) struct ExpiresTime<'t> {
    pub(crate) name: &'t Ident,
    pub(crate) is: String,
    pub(crate) declared: Span,
}

impl From<ExpiresTime<'_>> for Diagnostic {
    fn from(ExpiresTime { name, is, declared }: ExpiresTime<'_>) -> Self {
        let title = format!("`expires` wants a time, and `{}` is {is}", name.node);
        Diagnostic::error(codes::EXPIRES_TIME, title, name.span)
            .also(declared, "declared here")
            .help("name the parameter that says how long it lasts, declared as `time`")
    }
}

/// A setting that is neither a secret nor a text, or a secret that is no setting.
pub(crate) struct SecretMisplaced {
    pub(crate) span: Span,
    pub(crate) is_config: bool,
}

impl From<SecretMisplaced> for Diagnostic {
    fn from(SecretMisplaced { span, is_config }: SecretMisplaced) -> Self {
        if is_config {
            return Diagnostic::error(codes::SECRET_MISPLACED, "a setting is a `text` or a `secret`", span)
                .note("where a policy runs says what it is: addresses and credentials are configuration")
                .help("write `text`, or `secret` for what must never be shown");
        }
        Diagnostic::error(codes::SECRET_MISPLACED, "a secret is a setting, and never handed over", span)
            .note("what is handed to a provider is journaled and shown")
            .help("write `config NAME: secret`")
    }
}

/// A write that must not happen twice, and of which nobody could tell whether it has.
pub(crate) struct OnceWithoutProbe<'t> {
    pub(crate) write: &'t str,
    pub(crate) span: Span,
}

impl From<OnceWithoutProbe<'_>> for Diagnostic {
    fn from(OnceWithoutProbe { write, span }: OnceWithoutProbe<'_>) -> Self {
        let title = format!("whether `{write}` has happened cannot be told after a crash");
        Diagnostic::warning(codes::ONCE_WITHOUT_PROBE, title, span)
            .note("it must not be done twice, so a run that was cut short there ends as `indeterminate`")
            .help("add `probe COND`, true when it has happened")
    }
}

/// A provider's clause that looks at metrics.
pub(crate) struct LooksAtMetrics<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
}

impl From<LooksAtMetrics<'_>> for Diagnostic {
    fn from(LooksAtMetrics { text, span }: LooksAtMetrics<'_>) -> Self {
        let title = format!("a provider does not look at metrics such as `{text}`");
        Diagnostic::error(codes::PROVIDER_LOOKS, title, span)
            .note("what it knows is what it is given and what it reads")
            .help("declare a `read`, or look at the metric in the playbook")
    }
}

/// A live read in an undo, or a snapshot elsewhere.
pub(crate) struct SnapshotOnly<'t> {
    pub(crate) name: &'t str,
    pub(crate) span: Span,
    pub(crate) in_undo: bool,
}

impl From<SnapshotOnly<'_>> for Diagnostic {
    fn from(SnapshotOnly { name, span, in_undo }: SnapshotOnly<'_>) -> Self {
        if !in_undo {
            return Diagnostic::error(codes::SNAPSHOT, format!("there is no `{name}` here"), span)
                .note("`before` is what was read just before a write, for its `undo`")
                .help("leave `before.` out: what is read here is read now");
        }
        Diagnostic::error(codes::SNAPSHOT, format!("an undo goes back to what `{name}` gave before"), span)
            .note("what it gives when the undo runs is what is being undone")
            .help(format!("write `before.{name}`"))
            .fix(format!("write `before.{name}`"), vec![before(span, "before.")])
    }
}

/// A fraction where only whole numbers are taken.
pub(crate) struct NotWhole<'t> {
    pub(crate) wanted_by: &'t str,
    pub(crate) text: &'t str,
    pub(crate) span: Span,
}

impl From<NotWhole<'_>> for Diagnostic {
    fn from(NotWhole { wanted_by, text, span }: NotWhole<'_>) -> Self {
        let title = format!("{wanted_by} takes whole numbers, and `{text}` may be a fraction");
        Diagnostic::error(codes::NOT_WHOLE, title, span)
            .help(format!("write `round({text})`, `floor(…)` or `ceil(…)`"))
            .fix("round it", vec![before(span, "round("), after(span, ")")])
    }
}

/// A text, a handle or a list where it cannot stand.
pub(crate) struct ThingMisplaced<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
    /// `a text`, `a list`, ``a `session` ``, `no list`
    pub(crate) is: String,
    pub(crate) help: &'static str,
}

impl From<ThingMisplaced<'_>> for Diagnostic {
    fn from(ThingMisplaced { text, span, is, help }: ThingMisplaced<'_>) -> Self {
        Diagnostic::error(codes::THING_MISPLACED, format!("`{text}` is {is}, and cannot stand here"), span)
            .help(help)
    }
}

/// Two things compared that are not alike.
pub(crate) struct ThingsDiffer<'t> {
    pub(crate) left: &'t str,
    pub(crate) left_is: &'t str,
    pub(crate) right: &'t str,
    pub(crate) right_is: &'t str,
    pub(crate) span: Span,
}

impl From<ThingsDiffer<'_>> for Diagnostic {
    fn from(ThingsDiffer { left, left_is, right, right_is, span }: ThingsDiffer<'_>) -> Self {
        let title = format!("`{left}` is {left_is} and `{right}` is {right_is}: they are never the same");
        Diagnostic::error(codes::THINGS_DIFFER, title, span)
            .help("compare texts with texts, and what a provider gave with what it gave of the same kind")
    }
}

/// Something handed over that is of another kind than what is taken.
pub(crate) struct WrongHandle<'t> {
    /// `` `victim` of `postgres.terminate` ``
    pub(crate) wanted_by: &'t str,
    pub(crate) wanted: String,
    pub(crate) text: &'t str,
    pub(crate) is: String,
    pub(crate) span: Span,
    pub(crate) declared: Span,
}

impl From<WrongHandle<'_>> for Diagnostic {
    fn from(WrongHandle { wanted_by, wanted, text, is, span, declared }: WrongHandle<'_>) -> Self {
        let title = format!("{wanted_by} is {wanted}, and `{text}` is {is}");
        Diagnostic::error(codes::THINGS_DIFFER, title, span)
            .also(declared, format!("declared as {wanted}"))
            .help(format!("hand it {wanted}"))
    }
}

/// Something that only a playbook knows inside what the evaluation computes.
pub(crate) struct LocalInside<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
}

impl From<LocalInside<'_>> for Diagnostic {
    fn from(LocalInside { text, span }: LocalInside<'_>) -> Self {
        let title = format!("`{text}` is known to the playbook only, and cannot stand inside an aggregate");
        Diagnostic::error(codes::LOCAL_INSIDE, title, span)
            .note("aggregates, `ago` and `with` look at series, for all playbooks alike")
            .help("aggregate first, and compare with it after that: `avg(cpu over 5m overall) > x`")
    }
}

/// One label meant twice in one aggregate: pinned to two values, or pinned here and open there.
pub(crate) struct PinnedApart<'t> {
    pub(crate) label: &'t str,
    pub(crate) span: Span,
    pub(crate) other: Span,
    pub(crate) is_open: bool,
}

impl From<PinnedApart<'_>> for Diagnostic {
    fn from(PinnedApart { label, span, other, is_open }: PinnedApart<'_>) -> Self {
        let (title, there) = match is_open {
            true => (format!("`{label}` is pinned here and left open in the same aggregate"), "left open"),
            false => (format!("`{label}` is pinned to two values in one aggregate"), "pinned here too"),
        };
        Diagnostic::error(codes::PINNED_APART, title, span)
            .also(other, there)
            .note("the evaluation computes the aggregate for every value, and the playbook looks at one of them")
            .help("give a part of it a name with `derive`, or pin the label alike everywhere")
    }
}

/// Labels that a playbook's expression leaves open.
pub(crate) struct LabelsLeftOpen<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
    pub(crate) labels: &'t [String],
    /// The texts that could pin them.
    pub(crate) locals: &'t [String],
}

impl From<LabelsLeftOpen<'_>> for Diagnostic {
    fn from(LabelsLeftOpen { text, span, labels, locals }: LabelsLeftOpen<'_>) -> Self {
        let title = format!("which {} of `{text}` is meant is left open", listed(labels));
        let diagnostic = Diagnostic::error(codes::LABELS_LEFT_OPEN, title, span)
            .note("a playbook looks at one row: each label is pinned or aggregated away");
        let same: Vec<&str> = labels
            .iter()
            .map(String::as_str)
            .filter(|label| locals.iter().any(|local| local == label))
            .collect();
        if same.is_empty() {
            let example: Vec<String> = labels.iter().map(|label| format!("{label} = …")).collect();
            return diagnostic.help(format!(
                "pin it (`{{{}}}`), or aggregate it away: `avg({text} overall)`",
                example.join(", ")
            ));
        }
        diagnostic.help(format!("pin it: `{{{}}}`", same.join(", ")))
    }
}

/// A label compared with what only the playbook knows, other than by `=`.
pub(crate) struct PinOperator<'t> {
    pub(crate) name: &'t str,
    pub(crate) span: Span,
}

impl From<PinOperator<'_>> for Diagnostic {
    fn from(PinOperator { name, span }: PinOperator<'_>) -> Self {
        let title = format!("`{name}` is known to the playbook only, and can only pin a label");
        Diagnostic::error(codes::PIN_OPERATOR, title, span)
            .note("`!=`, `=~` and `!~` choose series before any playbook runs")
            .help(format!("write `= {name}`, or a text"))
    }
}

/// A `for` where nothing is waited for.
pub(crate) struct ForWithoutBeginning<'t> {
    /// `5m`
    pub(crate) text: &'t str,
    pub(crate) span: Span,
}

impl From<ForWithoutBeginning<'_>> for Diagnostic {
    fn from(ForWithoutBeginning { text, span }: ForWithoutBeginning<'_>) -> Self {
        Diagnostic::error(
            codes::FOR_WITHOUT_BEGINNING,
            "nothing is waited for here, so a `for` has no beginning",
            span,
        )
        .note("`let` and `require` look once; `check`, `verify`, `lift` and `storm` wait")
        .help(format!("ask what has been: `all(… over {text})`, `min(… over {text})`"))
    }
}
