//! The syntax tree of `.nvp`: what was written, with its places, and nothing that it means.
//!
//! Names are not resolved, units not looked up, constants not folded: that is the checker's. The tree keeps what the formatter
//! needs to write the text again (parentheses, the spelling of quantities); comments live beside it (`crate::trivia`).

mod response;

pub use response::*;

use crate::span::{Span, Spanned};

/// A word that names something, as written.
pub type Ident = Spanned<String>;
/// A name with its dots (`std.host`, `pgbouncer.pool_size`), as written.
pub type Name = Spanned<String>;

/// One file.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// The items in the order written. Items that could not be parsed are left out (each has its diagnostic).
    pub items: Vec<Item>,
    /// What could not be read or is not meant by the language, in the order of places; empty for a text without errors.
    pub lost: Vec<Lost>,
}

/// A part of a file that has an error, so that the tree does not say all that its author meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Where, with the clause or item before it that may have been cut short.
    pub span: Span,
    /// What an item that was lost would have declared or used (`std.host`), as far as that can be told.
    pub name: Option<String>,
}

/// A top-level item with the `##` documentation above it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The documentation lines, without their `##`, joined by line breaks.
    pub doc: Option<String>,
    /// What is declared.
    pub kind: ItemKind,
    /// From the keyword to the last byte.
    pub span: Span,
}

/// The kinds of items.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemKind {
    /// `use std.host`
    Use(Name),
    /// `unit requests` or `unit centisecond = 10ms`
    Unit(Unit),
    /// `severity red is critical`; mildest first in the order of declaration
    Severity(Severity),
    /// `const hold = 2m`
    Const(Const),
    /// `fn busy(x: ratio) = x > 90%`
    Function(Function),
    /// `metric cpu: ratio { … }`
    Metric(Metric),
    /// `service api_gateway { is "api-gateway" depends on database, cache }`
    Service(Service),
    /// `derive p95 = …`
    Derive(Derive),
    /// `alert slow on p95 { … }`
    Alert(Alert),
    /// `defaults { absent holds  forget 1h }`; holds for the file it stands in
    Defaults(Defaults),
    /// `test "…" { given … expect … }`
    Test(Test),
    /// `team operations { empty tells leads }`
    Team(Team),
    /// `channel sms`
    Channel(Channel),
    /// `calendar office_hours in "Europe/Paris" { open monday..friday 09:00..18:00 }`
    Calendar(Calendar),
    /// `maintenance upgrade { covers service database  during patch_nights }`
    Maintenance(Maintenance),
    /// `incidents { within 5m  reopen 30m }`
    Incidents(Incidents),
    /// `escalation standard { … }`
    Escalation(Escalation),
    /// `provider pgbouncer { … }`
    Provider(Provider),
    /// `playbook relieve(region: text) { … }`
    Playbook(Playbook),
}

/// A declared unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Its name.
    pub name: Ident,
    /// `= 10ms`: what one of it is.
    pub equals: Option<Spanned<Quantity>>,
}

/// A declared severity.
#[derive(Debug, Clone, PartialEq)]
pub struct Severity {
    /// The level's name in alerts (`red`).
    pub name: Ident,
    /// What it is on the outside: `critical`, `major`, `minor` or `info`.
    pub is: Ident,
}

/// A named literal or expression without labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Const {
    /// Its name.
    pub name: Ident,
    /// Its value; stands wherever a literal may.
    pub value: Expr,
}

/// A function, inlined where it is called; it may not call itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: Ident,
    /// Its parameters in order.
    pub parameters: Vec<Parameter>,
    /// What it stands for.
    pub body: Expr,
}

/// A parameter with its type, as written: a unit, `text`, `flag`, or a `condition`.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: Ident,
    /// Its unit or type.
    pub unit: UnitExpr,
}

/// A unit as written after a colon: `ratio`, `%`, `bytes/s`.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitExpr {
    /// The units multiplied (first) and divided by (`/s`), by name; `%` is a name.
    pub over: Ident,
    /// What it is divided by.
    pub under: Option<Ident>,
    /// All of it.
    pub span: Span,
}

/// `metric NAME: [KIND [of]] UNIT { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Its name in policies.
    pub name: Ident,
    /// `gauge`, `counter`, `histogram`, `info`, `flag`, `instant`; `None` when only a unit was written (a gauge).
    pub kind: Option<Ident>,
    /// Its unit; `None` for `info`, `flag` and a bare `instant`, `counter` or `histogram`.
    pub unit: Option<UnitExpr>,
    /// Its clauses in the order written.
    pub clauses: Vec<Spanned<MetricClause>>,
}

/// A clause of a metric.
#[derive(Debug, Clone, PartialEq)]
pub enum MetricClause {
    /// `labels region in ("eu", "us"), peer = "To"`
    Labels(Vec<LabelDeclaration>),
    /// `source "a", "b"`: the wire's names, all one metric
    Source(Vec<Spanned<String>>),
    /// `every 10s`
    Every(Expr),
    /// `stale 5m`
    Stale(Expr),
    /// `forget 1h`
    Forget(Expr),
    /// `merge sum`
    Merge(Ident),
    /// `range 0%..100%`
    Range(Expr, Expr),
    /// `buckets 100ms, 200ms`
    Buckets(Vec<Expr>),
}

/// A label that a metric declares.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelDeclaration {
    /// Its name in policies.
    pub name: Ident,
    /// `= "service.name"`: its name on the wire.
    pub source: Option<Spanned<String>>,
    /// `in ("eu", "us")`: all the values it can have.
    pub values: Option<Vec<Spanned<String>>>,
}

/// `service NAME { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: Ident,
    /// Its clauses in the order written.
    pub clauses: Vec<Spanned<ServiceClause>>,
}

/// A clause of a service.
#[derive(Debug, Clone, PartialEq)]
pub enum ServiceClause {
    /// `is "api-gateway", "gateway"`: the values of a label `service` that mean it
    Is(Vec<Spanned<String>>),
    /// `depends on database, cache`
    DependsOn(Vec<Ident>),
    /// `tier 1`: how much the business depends on it, from 1 (most) to 4
    Tier(Spanned<Quantity>),
    /// `owner operations`: the team
    Owner(Ident),
}

/// `derive NAME = EXPRESSION`
#[derive(Debug, Clone, PartialEq)]
pub struct Derive {
    /// Its name.
    pub name: Ident,
    /// What it is.
    pub value: Expr,
}

/// `alert NAME on EXPRESSION { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Its name.
    pub name: Ident,
    /// `on`: what a level's elided subject stands for.
    pub subject: Option<Expr>,
    /// Its clauses in the order written.
    pub clauses: Vec<Spanned<AlertClause>>,
}

/// A clause of an alert.
#[derive(Debug, Clone, PartialEq)]
pub enum AlertClause {
    /// `red when … clear when …`
    Level(Level),
    /// `absent …`
    Absent(Absent),
    /// `says "…"`
    Says(Text),
    /// `runbook "…"`
    Runbook(Text),
    /// `service api_gateway`
    Service(Ident),
    /// `flapping 6 in 30m`
    Flapping(Flapping),
    /// `formerly old_name`
    Formerly(Ident),
    /// `at red for 2m run a(region), then b(region)`, `at yellow escalate standard`
    At(Reaction),
}

/// One level of an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// The severity it is.
    pub severity: Ident,
    /// What sets it.
    pub when: Expr,
    /// What resets it.
    pub clear: Option<Expr>,
}

/// What an unknown condition does.
#[derive(Debug, Clone, PartialEq)]
pub enum Absent {
    /// `absent clears`
    Clears,
    /// `absent holds`
    Holds,
    /// `absent for 5m is red`
    Becomes {
        /// How long.
        after: Expr,
        /// The level then set.
        level: Ident,
    },
}

/// `flapping 6 in 30m`
#[derive(Debug, Clone, PartialEq)]
pub struct Flapping {
    /// This many level changes …
    pub changes: Spanned<Quantity>,
    /// … within this long are flapping.
    pub within: Expr,
}

/// `defaults { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Defaults {
    /// Its clauses in the order written.
    pub clauses: Vec<Spanned<DefaultsClause>>,
}

/// A clause of `defaults`.
#[derive(Debug, Clone, PartialEq)]
pub enum DefaultsClause {
    /// `absent …`, for alerts
    Absent(Absent),
    /// `forget 1h`, for metrics
    Forget(Expr),
    /// `every 15s`, for metrics
    Every(Expr),
    /// `stale 5m`, for metrics
    Stale(Expr),
    /// `labels cluster, env`, added to metrics
    Labels(Vec<LabelDeclaration>),
    /// `flapping 6 in 30m`, for alerts
    Flapping(Flapping),
    /// `autonomy propose`, for playbooks
    Autonomy(Ident),
}

/// `test "NAME" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Its name.
    pub name: Spanned<String>,
    /// Givens and expectations in the order written.
    pub clauses: Vec<Spanned<TestClause>>,
}

/// A clause of a test.
#[derive(Debug, Clone, PartialEq)]
pub enum TestClause {
    /// `given cpu{service = "a"} is 40% for 5m, then 95%`
    Given {
        /// The series or derived row fed, or the provider's read answered.
        target: Reference,
        /// Its values, one after the other.
        segments: Vec<Segment>,
    },
    /// `given pgbouncer.set_pool_size succeeds after 3s`, `given acknowledgement of gateway_slow at 7m`
    GivenEvent(GivenEvent),
    /// `expect …`
    Expect(Expectation),
}

/// A stretch of a given.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The value held; `None` for the word `missing` (nothing is fed).
    pub value: Option<Expr>,
    /// `to 90%`: it moves there in a straight line over its `for`.
    pub to: Option<Expr>,
    /// `for 5m`; the last one may leave it out and holds to the end.
    pub lasts: Option<Expr>,
    /// `until grow_pool done`: it ends when the step has answered.
    pub until: Option<SegmentUntil>,
    /// Where.
    pub span: Span,
}

/// `until grow_pool done | undone`
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentUntil {
    /// The step.
    pub step: Ident,
    /// Whether it is what takes the step back that has answered; the step's own `do` otherwise.
    pub is_undone: bool,
}

/// `expect at 6m …`
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    /// `at T C`: true at T
    At(Expr, Expr),
    /// `by T C`: true at T or at some instant before
    By(Expr, Expr),
    /// `within A..B C`: first true in `[A, B]`, and not before A
    Within(Expr, Expr, Expr),
    /// `never C`: true at no tick of the test
    Never(Expr),
    /// `only C, …`: nothing but these alert states is ever reached
    Only(Vec<Expr>),
    /// `at | by | within | never EVENT`
    Event(ExpectedWhen, Event),
}

/// When an event is expected.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpectedWhen {
    /// `at T`: it has happened last, and stands so, at T
    At(Expr),
    /// `by T`: it happens at T or before
    By(Expr),
    /// `within A..B`: it first happens in that time
    Within(Expr, Expr),
    /// `never`
    Never,
}

/// A text with insertions.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// Its pieces in order.
    pub pieces: Vec<TextPiece>,
    /// With its quotes.
    pub span: Span,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum TextPiece {
    /// As it will be read (`{{` already made `{`).
    Plain(String),
    /// `{expression}`
    Insertion(Expr),
}

/// A number with its unit, as written, for instance `200ms`, `1h30m`, `70%`, `5000/s`, `120EUR/h`.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// Each number with the unit that touches it: several only for durations (`1h30m`); the unit is empty for a bare number.
    pub parts: Vec<(f64, String)>,
    /// `/s`, without the stroke.
    pub per: Option<String>,
    /// The token, byte for byte.
    pub written: String,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `200ms`
    Quantity(Quantity),
    /// `"eu"`
    Text(Text),
    /// `true`, `false`
    Bool(bool),
    /// `now`
    Now,
    /// The subject that a level leaves out (`when > 200ms`); its span is empty and stands before the comparison
    Elided,
    /// A name, with its selector if it has one
    Reference(Reference),
    /// `avg(cpu over 5m by region)`, `busy(x)`, `max(a, b)`
    Call(Call),
    /// `-x`, `not x`
    Unary(Spanned<UnaryOp>, Box<Expr>),
    /// `a + b`, `a and b`, `a < b`, `150% of b`, `a default b`, `a is red`
    Binary(Spanned<BinaryOp>, Box<Expr>, Box<Expr>),
    /// `c for 5m`
    For(Box<Expr>, Box<Expr>),
    /// `x 1w ago`
    Ago(Box<Expr>, Box<Expr>),
    /// `x with node_uname_info.nodename`
    With(Box<Expr>, Name),
    /// `if c then x else y`
    If(Box<Expr>, Box<Expr>, Option<Box<Expr>>),
    /// `(x)`, kept because the formatter keeps it
    Paren(Box<Expr>),
    /// `("eu", "us")`, on the right of `in` only
    List(Vec<Expr>),
}

/// A name with its selector.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The name.
    pub name: Name,
    /// `{region = "eu"}`; `None` without braces.
    pub selector: Option<Vec<Matcher>>,
    /// All of it.
    pub span: Span,
}

/// One matcher of a selector.
#[derive(Debug, Clone, PartialEq)]
pub struct Matcher {
    /// The label.
    pub label: Ident,
    /// How and what; `None` when the label stands alone (`{region}`: a name in scope).
    pub test: Option<(Spanned<MatchOp>, MatchValue)>,
    /// All of it.
    pub span: Span,
}

/// What a matcher compares with.
#[derive(Debug, Clone, PartialEq)]
pub enum MatchValue {
    /// `"eu"`
    Text(Spanned<String>),
    /// A constant or parameter by name
    Name(Ident),
    /// `in ("eu", "us")`
    List(Vec<Spanned<String>>),
}

/// How a matcher compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MatchOp {
    /// `=`: pins the label and removes it
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`, anchored
    Matches,
    /// `!~`, anchored
    NotMatches,
    /// `in ("a", "b")`
    In,
}

/// A call of an aggregate or a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function's name.
    pub name: Name,
    /// Its arguments in order.
    pub arguments: Vec<Argument>,
    /// The aggregate's clauses in the order written.
    pub clauses: Vec<Spanned<AggregateClause>>,
}

/// An argument, by place or by name.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// `to:`
    pub name: Option<Ident>,
    /// The value.
    pub value: Expr,
}

/// A clause inside an aggregate's parentheses.
#[derive(Debug, Clone, PartialEq)]
pub enum AggregateClause {
    /// `over 5m`
    Over(Expr),
    /// `by region, instance`
    By(Vec<Ident>),
    /// `without cpu`
    Without(Vec<Ident>),
    /// `overall`
    Overall,
}

/// Operators before their operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `not`
    Not,
}

/// Operators between their operands, loosest binding last in the list of the language reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `default`
    Default,
    /// `of`: multiplies (`150% of x`)
    Of,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `+`
    Add,
    /// `-`
    Subtract,
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
    /// `is`
    Is,
    /// `in`
    In,
    /// `and`
    And,
    /// `or`
    Or,
}
