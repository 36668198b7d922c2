//! The registry of the checker's codes: E02xx names, E03xx types and units, E04xx labels, E05xx clauses, E06xx proofs, E07xx who answers
//! an alert and when, W07xx warnings.
//!
//! A code is never reused and never changes its meaning; each has a page in `codes/`.

use nvp_dsl::Code;
use nvp_dsl::codes::Page;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        $($(#[$doc])* pub const $name: Code = Code($code);)*
        /// Every code of the checker, in order.
        pub const ALL: &[Code] = &[$($name),*];
        /// The pages in the same order, compiled in.
        const PAGES: &[(Code, &str)] = &[$(($name, include_str!(concat!("../codes/", $code, ".md")))),*];
    };
}

/// The page of a code (`E0300`), Markdown; `None` for a code that is not of this registry.
#[must_use]
pub fn page(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| known.0 == code).map(|(_, text)| *text)
}

/// All pages, taken apart, in order.
pub fn pages() -> impl Iterator<Item = Page> {
    PAGES.iter().filter_map(|(_, text)| Page::parse(text))
}

codes! {
    /// A name that nothing declares.
    UNKNOWN_NAME = "E0200";
    /// Two declarations of one name.
    DUPLICATE_NAME = "E0201";
    /// A call of a function that does not exist.
    UNKNOWN_FUNCTION = "E0202";
    /// Names that are defined by one another in a circle.
    CYCLE = "E0203";
    /// A unit that nothing declares.
    UNKNOWN_UNIT = "E0204";
    /// A level that is no declared severity.
    UNKNOWN_SEVERITY = "E0205";
    /// `use` of a module that does not exist.
    UNKNOWN_MODULE = "E0206";
    /// Modules that use one another in a circle.
    CYCLIC_USE = "E0207";
    /// A service that is not declared.
    UNKNOWN_SERVICE = "E0208";
    /// Services that depend on one another in a circle.
    CYCLIC_DEPENDENCY = "E0209";
    /// A name of the wrong kind for its place.
    WRONG_KIND_OF_NAME = "E0210";
    /// A declaration under a name that the language has.
    BUILT_IN_NAME = "E0211";
    /// The same thing twice in one list.
    REPEATED_IN_LIST = "E0212";
    /// Something that this version does not have.
    NOT_IN_THIS_VERSION = "E0213";
    /// A text that is neither a constant nor a parameter.
    UNKNOWN_TEXT = "E0214";
    /// A word after `is` that is no state of an alert.
    UNKNOWN_STATE = "E0216";
    /// An expression that is nested too deeply or grows too large.
    TOO_LARGE = "E0218";
    /// A word after `merge` that is no way to merge.
    UNKNOWN_MERGE = "E0219";

    /// An item that was not understood although nothing wrong was found with it.
    NOT_CHECKED = "E0299";

    /// Two numbers whose units do not agree.
    UNITS_DIFFER = "E0300";
    /// A number without a unit where time, data or money is meant.
    UNIT_MISSING = "E0301";
    /// A number without a unit against a ratio.
    PERCENT_MISSING = "E0302";
    /// A counter used as if it were a value.
    BARE_COUNTER = "E0303";
    /// `rate` or `increase` of something that is no counter.
    NO_COUNTER = "E0304";
    /// A histogram used as if it were a value.
    BARE_HISTOGRAM = "E0305";
    /// A number where a condition is wanted.
    CONDITION_WANTED = "E0306";
    /// A condition where a number is wanted.
    NUMBER_WANTED = "E0307";
    /// A flag compared with a number.
    FLAG_COMPARED = "E0308";
    /// A text where a number or condition is wanted, or the other way round.
    TEXT_MISPLACED = "E0309";
    /// A call with the wrong arguments.
    WRONG_ARGUMENTS = "E0310";
    /// An argument whose unit is not the parameter's.
    WRONG_ARGUMENT_UNIT = "E0311";
    /// Something else where a duration is wanted.
    DURATION_WANTED = "E0312";
    /// Something that is not constant where a constant is wanted.
    CONSTANT_WANTED = "E0313";
    /// Arithmetic that a point in time does not have.
    INSTANT_ARITHMETIC = "E0314";
    /// A function of pure numbers applied to something with a unit.
    PURE_NUMBER_WANTED = "E0315";
    /// A constant outside what is allowed.
    CONSTANT_OUT_OF_RANGE = "E0318";
    /// An aggregate that a histogram does not have.
    NOT_FROM_HISTOGRAM = "E0319";
    /// A share of a histogram with a bound that its buckets cannot answer.
    SHARE_BOUND = "E0320";
    /// A comparison that states of alerts do not have.
    STATE_COMPARISON = "E0321";
    /// A unit that the kind of metric cannot have, or lacks.
    UNIT_OF_KIND = "E0323";
    /// A constant that is no number any more.
    NOT_FINITE = "E0325";

    /// A label that the expression does not have.
    UNKNOWN_LABEL = "E0400";
    /// Two sets of labels of which neither holds the other.
    LABELS_DIFFER = "E0401";
    /// A dividend with fewer labels than its divisor.
    DIVIDEND_BROADCAST = "E0402";
    /// A condition with labels that its alert does not have.
    CONDITION_LABELS = "E0403";
    /// A value outside a closed label.
    CLOSED_LABEL = "E0404";
    /// A pattern that cannot be read.
    BAD_PATTERN = "E0405";
    /// A `with` that cannot lend its label.
    BAD_WITH = "E0406";
    /// One label pinned twice.
    PINNED_TWICE = "E0407";
    /// A given that leaves labels out.
    GIVEN_LABELS = "E0408";
    /// A given or an allowed state whose labels are not pinned by `=`.
    PIN_WANTED = "E0409";
    /// A text that shows labels which its alert does not have.
    TEXT_LABELS = "E0410";

    /// An aggregate that says neither over what time nor across what.
    AGGREGATE_WITHOUT_CLAUSE = "E0500";
    /// A clause that the aggregate cannot have.
    AGGREGATE_CLAUSE = "E0501";
    /// A histogram's aggregate without `over`.
    HISTOGRAM_WITHOUT_OVER = "E0502";
    /// One clause twice.
    CLAUSE_TWICE = "E0504";
    /// An alert that does not say what missing data do.
    WITHOUT_ABSENT = "E0505";
    /// One level twice.
    LEVEL_TWICE = "E0506";
    /// An alert without a level.
    WITHOUT_LEVEL = "E0507";
    /// A comparison without its subject.
    WITHOUT_SUBJECT = "E0508";
    /// Severities that are not declared mildest first.
    SEVERITY_ORDER = "E0510";
    /// A severity that is none of the outside world's.
    SEVERITY_CLASS = "E0511";
    /// A level that the alert does not have.
    NO_SUCH_LEVEL = "E0512";
    /// A change over time of something that is no metric.
    METRIC_WANTED = "E0513";
    /// A histogram that a test gives.
    GIVEN_HISTOGRAM = "E0514";
    /// A stretch of a given without its length.
    SEGMENT_LENGTH = "E0515";
    /// A given that mixes a counter's readings with rates.
    GIVEN_MIXED = "E0516";
    /// `only` with something that is no alert's state.
    ONLY_STATES = "E0517";
    /// A range whose end comes before its start.
    RANGE_REVERSED = "E0518";
    /// Clauses of an aggregate in a call that is none.
    CLAUSE_MISPLACED = "E0521";
    /// A condition as an alert's subject.
    SUBJECT_CONDITION = "E0522";
    /// A given that is neither a metric nor a derive.
    GIVEN_TARGET = "E0524";
    /// An aggregate of a constant.
    AGGREGATE_OF_CONSTANT = "E0526";
    /// A former name that another alert bears.
    FORMER_NAME = "E0529";
    /// One value of the label `service` that means two services.
    SERVICE_VALUE_TWICE = "E0530";

    /// Levels that are equal or inverted.
    LEVELS_INVERTED = "E0600";
    /// A comparison that is always or never true.
    CONSTANT_COMPARISON = "E0601";
    /// A `clear when` on the wrong side of its `when`.
    CLEAR_WRONG_SIDE = "E0602";
    /// A `clear when` that is never true.
    CLEAR_UNREACHABLE = "E0603";
    /// A `for` that is shorter than the metric's `every`.
    FOR_TOO_SHORT = "E0604";
    /// A window that holds fewer than two samples.
    OVER_TOO_SHORT = "E0605";
    /// A ratio that is missing where its dividend is.
    SELECTION_WITHOUT_DEFAULT = "E0606";
    /// A value that goes stale between two samples, or is forgotten before it is stale.
    STALE_TOO_SHORT = "E0607";

    /// A team that is not declared.
    UNKNOWN_TEAM = "E0700";
    /// A channel that is not declared.
    UNKNOWN_CHANNEL = "E0701";
    /// A calendar that is not declared.
    UNKNOWN_CALENDAR = "E0702";
    /// An escalation ladder that is not declared.
    UNKNOWN_LADDER = "E0703";
    /// A playbook that is not declared.
    UNKNOWN_PLAYBOOK = "E0704";
    /// Teams that tell one another in a circle.
    CYCLIC_TEAM = "E0705";
    /// A ladder in which nobody is called.
    NOBODY_CALLED = "E0706";
    /// A rung that never gives way to the next, or a last one that neither ends nor repeats.
    RUNG_WITHOUT_END = "E0707";
    /// A rung after one that calls again and again.
    RUNG_UNREACHABLE = "E0708";
    /// A `then every` in a rung that has no end.
    THEN_WITHOUT_END = "E0709";
    /// An `every` that does not come before its rung is over.
    REPEAT_TOO_LONG = "E0710";
    /// An automatic rung that is not the first.
    AUTOMATIC_LATE = "E0711";
    /// A ladder that an alert escalates twice.
    LADDER_TWICE = "E0712";
    /// `escalate to` a rung that no ladder of the alerts which run the playbook has.
    ESCALATES_NOWHERE = "E0713";
    /// A time zone that does not exist.
    UNKNOWN_ZONE = "E0720";
    /// A date that no calendar has.
    NO_SUCH_DATE = "E0721";
    /// A word that is no day of the week.
    UNKNOWN_DAY = "E0722";
    /// Hours that begin before those written before them end.
    HOURS_OUT_OF_ORDER = "E0723";
    /// A calendar that is never open.
    NEVER_OPEN = "E0724";
    /// A maintenance window that does not say what it covers, or when it is.
    MAINTENANCE_INCOMPLETE = "E0725";
    /// `incidents` said twice.
    INCIDENTS_TWICE = "E0726";
    /// Maintenance that ends when it begins.
    MAINTENANCE_EMPTY = "E0727";

    /// A read or write that no provider declares.
    UNKNOWN_DEED = "E0800";
    /// A read or write where the other is wanted, or where no provider can be asked.
    DEED_MISPLACED = "E0801";
    /// A write that does not say how it is taken back.
    WITHOUT_UNDO = "E0802";
    /// A write that does not say what doing it twice means.
    WITHOUT_REPEAT = "E0803";
    /// `irreversible` with a way back.
    WRITE_CONFLICT = "E0804";
    /// A clause that wants a parameter and names none.
    UNKNOWN_PARAMETER = "E0805";
    /// `expires` of something that is no time.
    EXPIRES_TIME = "E0806";
    /// A setting that is neither text nor secret, or a secret that is no setting.
    SECRET_MISPLACED = "E0807";
    /// A provider's clause that looks at metrics.
    PROVIDER_LOOKS = "E0808";
    /// An undo that reads live, or a snapshot outside of an undo.
    SNAPSHOT = "E0809";
    /// A fraction where only whole numbers are taken.
    NOT_WHOLE = "E0810";
    /// A text, a handle or a list where it cannot stand.
    THING_MISPLACED = "E0811";
    /// Texts and handles of different kinds.
    THINGS_DIFFER = "E0812";
    /// What only a playbook knows inside an aggregate.
    LOCAL_INSIDE = "E0813";
    /// One label meant twice in one aggregate of a playbook.
    PINNED_APART = "E0814";
    /// A label that a playbook's expression leaves open.
    LABELS_LEFT_OPEN = "E0815";
    /// A label compared with what only the playbook knows, other than by `=`.
    PIN_OPERATOR = "E0816";
    /// A `for` where nothing is waited for.
    FOR_WITHOUT_BEGINNING = "E0817";
    /// A playbook without a step.
    WITHOUT_STEP = "E0818";
    /// A step without a `do`.
    WITHOUT_DO = "E0819";
    /// A word after `autonomy` that is none.
    UNKNOWN_AUTONOMY = "E0820";
    /// A share of something that is no number of things.
    SHARE_OF = "E0821";
    /// A share that is not between nothing and all.
    SHARE_RANGE = "E0822";
    /// Something that a test gives of providers and people, and that cannot be so.
    GIVEN_DEED = "E0823";
    /// A rung that no ladder has.
    UNKNOWN_RUNG = "E0825";
    /// A step that no playbook has.
    UNKNOWN_STEP = "E0826";

    /// A step that cannot be taken back, without an approval or a limit.
    IRREVERSIBLE_UNAPPROVED = "E0830";
    /// A step that cannot be taken back before one that may fail.
    IRREVERSIBLE_NOT_LAST = "E0831";
    /// Kinds of things that playbooks lock in different orders.
    LOCK_ORDER = "E0832";
    /// Two steps that set one thing to two values.
    OPPOSING = "E0833";
    /// Playbooks that may bring about the alerts that run them, without a bound.
    CYCLE_WITHOUT_LIMIT = "E0834";
    /// An automatic rung that is over while a playbook may still run.
    RUNG_TOO_SHORT = "E0835";
    /// A `for` that cannot be served in the time that is waited.
    FOR_BEYOND_WITHIN = "E0836";
    /// A condition that is waited for and cannot change.
    NEVER_CHANGES = "E0837";
    /// A `retry` of what must not be done twice.
    RETRY_ONCE = "E0838";
    /// A probe that looks at nothing.
    PROBE_LOOKS_AT_NOTHING = "E0840";
    /// A `lift` that takes nothing back.
    LIFTS_NOTHING = "E0841";
    /// Runs that are approved once for all and asked for each time.
    APPROVED_AND_ASKED = "E0842";

    /// A threshold of a quantile or share that is no bucket's bound.
    NO_BUCKET_BOUND = "W0700";
    /// A constant that nothing uses.
    UNUSED_CONST = "W0701";
    /// A function that nothing calls.
    UNUSED_FUNCTION = "W0702";
    /// A `use` of which nothing is used.
    UNUSED_USE = "W0703";
    /// A parameter that hides another name.
    SHADOWED = "W0704";
    /// A unit that nothing uses.
    UNUSED_UNIT = "W0705";
    /// A team that nothing calls or tells.
    UNUSED_TEAM = "W0706";
    /// A channel by which nobody is called.
    UNUSED_CHANNEL = "W0707";
    /// A calendar that nothing asks.
    UNUSED_CALENDAR = "W0708";
    /// A ladder that no alert escalates.
    UNUSED_LADDER = "W0709";
    /// A write that must not happen twice, without a probe.
    ONCE_WITHOUT_PROBE = "W0720";
    /// A `let` that nothing uses.
    UNUSED_LET = "W0721";
}
