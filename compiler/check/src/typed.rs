//! The typed policy: what a policy set means, with names resolved, units converted, constants folded and functions inlined.
//!
//! This is what checking returns and lowering reads. Every number is in base units (seconds, bytes, 1 for 100 %), every duration in
//! milliseconds, every label set sorted. It knows nothing of columns, windows' memory or execution.

mod answered;

use std::collections::BTreeMap;

use nvp_dsl::span::Span;
use nvp_plan::response::Response;
use nvp_plan::unit::Unit;

pub use answered::{
    Deed, Event, EventWhen, ExpectedEvent, GivenDeed, GivenRead, GivenWrite, IncidentOf, IncidentState,
    Phase, PlaybookState, ReadPhase, ReadValue, StepState, Until,
};

/// A checked policy set.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The levels, mildest first.
    pub severities: Vec<Severity>,
    /// The metrics declared, in the order of their names.
    pub metrics: Vec<Metric>,
    /// The derives, each after those it reads.
    pub derives: Vec<Derive>,
    /// The alerts, each after those whose state it reads.
    pub alerts: Vec<Alert>,
    /// The services, in the order of their names.
    pub services: Vec<Service>,
    /// What answers the alerts; its leaves are numbers or conditions whose labels are those of [`Observed::labels`].
    ///
    /// [`Observed::labels`]: nvp_plan::response::formula::Observed::labels
    pub response: Response<Expr>,
    /// The tests, in the order written.
    pub tests: Vec<Test>,
}

/// The place of a metric in [`Policy::metrics`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetricId(pub usize);
/// The place of a derive in [`Policy::derives`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeriveId(pub usize);
/// The place of an alert in [`Policy::alerts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertId(pub usize);
/// The place of a severity in [`Policy::severities`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeverityId(pub usize);

/// A sorted set of label names.
pub type Labels = Vec<String>;

/// What a level is called and what it is on the outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Severity {
    /// `red`
    pub name: String,
    /// `critical`
    pub class: SeverityClass,
}

/// The four severities of the outside world, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeverityClass {
    /// For information.
    Info,
    /// Something to see to.
    Minor,
    /// Something to see to soon.
    Major,
    /// Something to see to now.
    Critical,
}

/// What kind of metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MetricKind {
    /// A value that goes up and down.
    Gauge,
    /// A count that only grows, or starts again.
    Counter,
    /// Classic buckets (`_bucket` with `le`, `_sum`, `_count`).
    Histogram,
    /// Always 1; its labels are what matters.
    Info,
    /// 0 or 1, a condition.
    Flag,
    /// A point in time.
    Instant,
}

/// A declared metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Its name in policies.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its kind.
    pub kind: MetricKind,
    /// Its names on the wire (its own name when no `source` was written), each without a histogram's suffixes.
    pub sources: Vec<String>,
    /// Its labels, sorted by name, with the defaults' labels.
    pub labels: Vec<MetricLabel>,
    /// The unit in which people see it (of the observed quantity for a histogram).
    pub unit: Unit,
    /// What the wire's number is multiplied by to be in base units (0.01 for `%`, 0.001 for `ms`).
    pub scale: f64,
    /// Where it is there, dividing the wire's number by it does what multiplying by `scale` does, and rounds only once: 70 % is then
    /// exactly the 0.7 that the literal `70%` is (100 for `%`, 1000 for `ms`). Use it rather than `scale`.
    pub divisor: Option<f64>,
    /// How often a sample is expected, in ms.
    pub every_ms: i64,
    /// How long a value stands after its sample, in ms.
    pub stale_ms: i64,
    /// How long after its last sample a series is forgotten, in ms.
    pub forget_ms: i64,
    /// What is done when two live series share a key; without it both are refused.
    pub merge: Option<Merge>,
    /// `range`, in base units.
    pub range: Option<(f64, f64)>,
    /// `buckets`, the declared upper bounds in base units, without +∞.
    pub buckets: Vec<f64>,
    /// Where it is declared.
    pub span: Span,
}

/// A label that a metric declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricLabel {
    /// Its name in policies.
    pub name: String,
    /// Its name on the wire.
    pub source: String,
    /// All the values it can have, when it was closed.
    pub values: Option<Vec<String>>,
}

/// How series that share a key become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Merge {
    /// Their sum.
    Sum,
    /// The greatest.
    Max,
    /// The smallest.
    Min,
    /// Their mean.
    Avg,
}

/// A named expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Derive {
    /// Its name.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// What it is.
    pub value: Expr,
    /// How often it changes, in ms: the largest `every` of its own metrics. A test that gives the derive feeds it so often.
    pub every_ms: i64,
    /// Where it is declared.
    pub span: Span,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// The values of a label `service` that mean it, its name first.
    pub is: Vec<String>,
    /// The names of the services it depends on.
    pub depends_on: Vec<String>,
    /// Where it is declared.
    pub span: Span,
}

/// An alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Its name.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// The labels its rows have.
    pub labels: Labels,
    /// The subject (`on`), or the one that its only comparison has; a number that `{value}` shows.
    pub subject: Option<Expr>,
    /// Its levels, mildest first. A level that only `absent … is LEVEL` sets has no `when`.
    pub levels: Vec<Level>,
    /// What an unknown condition does.
    pub absent: Absent,
    /// The text shown to people.
    pub says: Option<Vec<SaysPiece>>,
    /// Where to read what to do.
    pub runbook: Option<Vec<SaysPiece>>,
    /// The service it belongs to, where its label `service` does not say so.
    pub service: Option<String>,
    /// The largest `every` of the metrics its conditions read, in ms.
    pub every_ms: i64,
    /// This many level changes …
    pub flapping_changes: u32,
    /// … in this long are flapping, in ms.
    pub flapping_within_ms: i64,
    /// The name it had before.
    pub formerly: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// One level of an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Which severity.
    pub severity: SeverityId,
    /// What sets it (a condition).
    pub when: Option<Expr>,
    /// What resets it; `None` for the default (`when`, without its `for`, false for one `every`).
    pub clear: Option<Expr>,
    /// Where it is written.
    pub span: Span,
}

/// What an unknown condition does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// It resets, at the first unknown tick.
    Clears,
    /// It changes nothing.
    Holds,
    /// It sets a level after a while.
    Becomes {
        /// After this long, in ms.
        after_ms: i64,
        /// This one.
        level: SeverityId,
    },
}

/// A piece of a text shown to people.
#[derive(Debug, Clone, PartialEq)]
pub enum SaysPiece {
    /// As it is.
    Plain(String),
    /// The value of one of the row's labels; pinned labels are already [`SaysPiece::Plain`].
    Label(String),
    /// The value of an expression; its labels are a subset of the alert's.
    Value(Expr),
}

/// An expression with its type, its labels and its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// What it yields.
    pub ty: Type,
    /// The labels that its rows have, sorted.
    pub labels: Labels,
    /// Where it was written (inside a function's body, for an inlined call).
    pub span: Span,
    /// Its canonical text, equal for equal expressions (constants folded, functions inlined): shown to people, and a window's identity.
    pub text: String,
}

/// What an expression yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A number, with the unit in which people see it.
    Value(Unit),
    /// True, false or unknown.
    Condition,
}

/// The kinds of expressions. Where operands' label sets differ, the smaller is broadcast; lowering inserts the joins.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A number in base units.
    Number(f64),
    /// A fixed condition.
    Bool(bool),
    /// The tick's instant, in seconds since the Unix epoch.
    Now,
    /// A metric's value (never a histogram's; a bare counter only under an aggregate that wants one). Of an info metric or a flag,
    /// the number; [`ExprKind::FlagIsSet`] and [`ExprKind::Present`] make conditions of them.
    Metric(MetricId, Vec<Matcher>),
    /// A derive's value or condition.
    Derive(DeriveId, Vec<Matcher>),
    /// `a is red`, `a >= yellow`; a row the alert does not know is `ok`.
    AlertState(AlertId, StateTest, Vec<Matcher>),
    /// `-x`
    Negate(Box<Expr>),
    /// `a + b` and so on; both are numbers
    Arithmetic(ArithmeticOp, Box<Expr>, Box<Expr>),
    /// `a < b`; both are numbers
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// `not c`
    Not(Box<Expr>),
    /// `a and b`
    And(Box<Expr>, Box<Expr>),
    /// `a or b`
    Or(Box<Expr>, Box<Expr>),
    /// `if c then x else y`; without `else`, missing (unknown) where `c` is not true
    If(Box<Expr>, Box<Expr>, Option<Box<Expr>>),
    /// `x default y`, of two numbers or two conditions
    Default(Box<Expr>, Box<Expr>),
    /// `present(x)` of a number or a condition; also an info metric as a condition
    Present(Box<Expr>),
    /// `missing(x)`
    Missing(Box<Expr>),
    /// A flag's number as a condition: not 0; unknown where missing
    FlagIsSet(Box<Expr>),
    /// `abs(x)` and so on, row by row
    Function(Function, Vec<Expr>),
    /// `agg(x over D by …)`
    Aggregate(Box<Aggregate>),
    /// `c for D`, in ms
    For(Box<Expr>, i64),
    /// `x D ago`, in ms
    Ago(Box<Expr>, i64),
    /// `x with info.label, …`: the labels of `x` and the ones lent
    With(Box<Expr>, MetricId, Vec<Matcher>, Labels),
}

/// A matcher of a selector, resolved. `Equal` has pinned its label: the label is not among the expression's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Matcher {
    /// The label's name in policies.
    pub label: String,
    /// How it compares.
    pub test: MatcherTest,
}

/// How a matcher compares.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MatcherTest {
    /// `= "x"`
    Equal(String),
    /// `!= "x"`
    NotEqual(String),
    /// `=~ "x|y.*"`, anchored at both ends
    Matches(String),
    /// `!~ "x|y.*"`, anchored at both ends
    NotMatches(String),
    /// `in ("x", "y")`
    In(Vec<String>),
}

/// What is asked of an alert's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StateTest {
    /// `is ok`: no level set (pending counts as ok)
    Ok,
    /// `is pending`: no level set, and one would be if every `for` were served
    Pending,
    /// `is cleared`: no level set, and one was
    Cleared,
    /// `is forgotten`: the row ended so, and has not come back
    Forgotten,
    /// `is red`
    Is(SeverityId),
    /// `>= yellow`
    AtLeast(SeverityId),
}

/// Arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArithmeticOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*` and `of`
    Multiply,
    /// `/`
    Divide,
}

/// Comparison of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

/// Functions that work row by row on numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// `abs(x)`
    Abs,
    /// `ceil(x)`
    Ceil,
    /// `floor(x)`
    Floor,
    /// `round(x)`: halves away from zero
    Round,
    /// `sqrt(x)`
    Sqrt,
    /// `exp(x)`
    Exp,
    /// `ln(x)`
    Ln,
    /// `log2(x)`
    Log2,
    /// `log10(x)`
    Log10,
    /// `sgn(x)`
    Sgn,
    /// `clamp(x, low, high)`
    Clamp,
    /// `max(a, b)`
    Max,
    /// `min(a, b)`
    Min,
}

/// An aggregate with its clauses.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// What is computed.
    pub function: AggregateFunction,
    /// Of what; for a histogram, a [`ExprKind::Metric`] of that kind (the labels are those without `le`).
    pub of: Expr,
    /// Whether `of` is a histogram.
    pub histogram: bool,
    /// `over D`, in ms.
    pub over_ms: Option<i64>,
    /// The labels that remain, when it aggregates across series (`by`, `without`, `overall`); `None` keeps each series apart.
    pub across: Option<Labels>,
}

/// Aggregates. `of` is a number unless said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AggregateFunction {
    /// The mean.
    Avg,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The population standard deviation.
    Stddev,
    /// The sum.
    Sum,
    /// How many are present, or true of conditions; 0 of nothing.
    Count,
    /// `p95(x)`, `quantile(0.95, x)`: in 0..=1.
    Quantile(f64),
    /// Of conditions: one is true (Kleene).
    Any,
    /// Of conditions: all are true (Kleene).
    All,
    /// The share of true ones among those known, of conditions; of a histogram with a bound, see [`AggregateFunction::ShareBelow`].
    Share,
    /// `share(h <= 300ms over 5m)`: the share of observations at or below a bound in base units; `true`: above it.
    ShareBelow(f64, bool),
    /// How many different values.
    Distinct,
    /// The n-th greatest of the pool.
    Top(u32),
    /// The n-th smallest of the pool.
    Bottom(u32),
    /// Per-second growth of a counter.
    Rate,
    /// Growth of a counter.
    Increase,
    /// Last minus first.
    Delta,
    /// Least-squares slope per second.
    Slope,
    /// How often the value changed.
    Changes,
    /// How often a counter fell.
    Resets,
    /// The first value.
    First,
    /// The last value.
    Last,
}

/// When every test starts, in ms since the Unix epoch: 2020-01-01T00:00:00Z. It is `now` in a given.
pub const TEST_STARTS_MS: i64 = 1_577_836_800_000;

/// A test.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// What is fed.
    pub givens: Vec<Given>,
    /// What providers' reads answer.
    pub reads: Vec<GivenRead>,
    /// How providers' writes end.
    pub writes: Vec<GivenWrite>,
    /// What people do, in the order of time.
    pub deeds: Vec<GivenDeed>,
    /// What is expected.
    pub expectations: Vec<Expectation>,
    /// What is expected to happen.
    pub events: Vec<ExpectedEvent>,
    /// The latest time it names, in ms from its start.
    pub ends_ms: i64,
    /// Where it is written.
    pub span: Span,
}

/// What a given feeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// A metric or a derive.
    pub target: GivenTarget,
    /// A value for each of its labels.
    pub labels: BTreeMap<String, String>,
    /// Its stretches, one after the other; the last one of a phase holds to its end. There is always a first phase.
    pub phases: Vec<Phase>,
    /// When it says that it ends, in ms from the test's start: its last stretch has a length. (The value holds on; an expectation
    /// that looks later looks at what nobody gave.)
    pub ends_ms: Option<i64>,
    /// Whether the values are per second and are to be accumulated into a counter.
    pub accumulate: bool,
    /// Where it is written.
    pub span: Span,
}

/// What a given is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenTarget {
    /// A metric's samples.
    Metric(MetricId),
    /// A derive's values; it is then not computed.
    Derive(DeriveId),
}

/// A stretch of values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// From this long after the phase's beginning, in ms.
    pub from_ms: i64,
    /// To this long after its beginning, in ms, exclusive; `i64::MAX` for the last.
    pub until_ms: i64,
    /// The value at its beginning, in base units; `None` feeds nothing.
    pub value: Option<f64>,
    /// The value reached at its end, when it moves in a straight line.
    pub to: Option<f64>,
}

/// An expectation. Its condition has no labels left (a condition with labels has been made `any(… overall)`).
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// When.
    pub when: ExpectedWhen,
    /// What.
    pub condition: Expr,
    /// As written.
    pub text: String,
    /// Where it is written.
    pub span: Span,
}

/// When something is expected, in ms from the test's start.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpectedWhen {
    /// True at the first tick at or after.
    At(i64),
    /// True at some tick up to it.
    By(i64),
    /// First true in this range.
    Within(i64, i64),
    /// True at no tick.
    Never,
    /// `only`: no other alert row leaves ok than these; each with the labels pinned and, as the condition, its own test.
    Only(Vec<OnlyState>),
}

/// One of the states that `only` allows.
#[derive(Debug, Clone, PartialEq)]
pub struct OnlyState {
    /// The alert.
    pub alert: AlertId,
    /// The state it may reach.
    pub state: StateTest,
    /// The labels pinned; others may have any value.
    pub labels: BTreeMap<String, String>,
}
