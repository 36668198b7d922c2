//! Typed expressions into nodes of the graph.

use std::collections::{BTreeMap, BTreeSet};

use nvp_check::typed::{
    AlertId, ArithmeticOp, CompareOp, DeriveId, Expr, ExprKind, Function, Matcher, Merge, Metric, MetricId,
    Policy, SeverityId, StateTest as TypedStateTest, Type,
};
use nvp_plan::ids::{AlertId as PlanAlertId, DomainId, RowsId};
use nvp_plan::input::Part;
use nvp_plan::kernel::{Binary, Compare, Unary};
use nvp_plan::step::{GroupFunction, StateTest};
use nvp_plan::unit::{Scale, Unit};

use crate::alert::AlertDraft;
use crate::graph::{Facts, Graph, Node, NodeId};
use crate::observation::Observations;
use crate::schedule::Owner;
use crate::tables::{SCALAR, Tables};
use crate::tick;

/// How far back an expression is read, in ticks (`ago`).
pub(crate) type AgoTicks = u32;

/// A policy being lowered.
pub(crate) struct Lowering<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) given_derives: &'a BTreeSet<DeriveId>,
    pub(crate) tick_ms: i64,
    pub(crate) graph: Graph,
    pub(crate) tables: Tables,
    /// The plan's places of the alerts lowered: in the order of their names.
    pub(crate) alert_places: BTreeMap<AlertId, PlanAlertId>,
    pub(crate) alert_rows: BTreeMap<AlertId, (DomainId, RowsId)>,
    pub(crate) alerts: BTreeMap<PlanAlertId, AlertDraft>,
    pub(crate) owners: Vec<Owner>,
    pub(crate) probes: Vec<crate::tree::DraftTree>,
    pub(crate) observations: Observations,
    derive_nodes: BTreeMap<(DeriveId, AgoTicks), NodeId>,
}

impl<'a> Lowering<'a> {
    pub(crate) fn new(
        policy: &'a Policy,
        given_derives: &'a BTreeSet<DeriveId>,
        wanted: &BTreeSet<AlertId>,
        tick_ms: i64,
    ) -> Self {
        let mut named: Vec<(&str, AlertId)> =
            wanted.iter().filter_map(|id| Some((policy.alerts.get(id.0)?.name.as_str(), *id))).collect();
        named.sort_unstable();
        let alert_places =
            (0..).zip(named).map(|(place, (_, id))| (id, PlanAlertId(place))).collect::<BTreeMap<_, _>>();
        Self {
            policy,
            given_derives,
            tick_ms,
            graph: Graph::default(),
            tables: Tables::new(),
            alert_places,
            alert_rows: BTreeMap::new(),
            alerts: BTreeMap::new(),
            owners: Vec::new(),
            probes: Vec::new(),
            observations: Observations::default(),
            derive_nodes: BTreeMap::new(),
        }
    }

    /// The node of an expression, read so many ticks ago.
    pub(crate) fn expr(&mut self, expr: &Expr, ago: AgoTicks) -> NodeId {
        match &expr.kind {
            ExprKind::Number(number) => self.number(*number),
            ExprKind::Bool(fixed) => self.fixed(Some(*fixed)),
            ExprKind::Now => self.now(ago),
            ExprKind::Metric(id, matchers) => self.metric(*id, matchers, ago, expr),
            ExprKind::Derive(id, matchers) => self.derive(*id, matchers, ago, expr),
            ExprKind::AlertState(id, test, matchers) => self.alert_state(*id, *test, matchers, ago, expr),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, ago, expr),
            ExprKind::With(of, info, matchers, _) => self.lend(of, *info, matchers, ago, expr),
            ExprKind::Ago(of, ago_ms) => {
                self.expr(of, ago.saturating_add(tick::ticks(*ago_ms, self.tick_ms)))
            }
            ExprKind::For(of, for_ms) => self.hold(of, *for_ms, ago, expr),
            _ => self.elementwise(expr, ago),
        }
    }

    fn elementwise(&mut self, expr: &Expr, ago: AgoTicks) -> NodeId {
        let domain = self.tables.domain(&expr.labels);
        let operands: Vec<NodeId> = crate::walk::children(expr)
            .into_iter()
            .map(|child| {
                let node = self.expr(child, ago);
                self.operand(node, domain)
            })
            .collect();
        let conditions = expr.ty == Type::Condition;
        let node = match (&expr.kind, operands.as_slice()) {
            (ExprKind::Negate(_), [x]) => self.folded(Node::Unary(Unary::Negate, *x)),
            (ExprKind::Arithmetic(op, ..), [a, b]) => self.folded(Node::Binary(arithmetic(*op), *a, *b)),
            (ExprKind::Compare(op, ..), [a, b]) => Node::Compare(comparison(*op), *a, *b),
            (ExprKind::Not(_), [x]) => Node::Not(*x),
            (ExprKind::And(..), [a, b]) => Node::And(*a, *b),
            (ExprKind::Or(..), [a, b]) => Node::Or(*a, *b),
            (ExprKind::If(..), [c, a, rest @ ..]) => {
                let other = rest.first().copied();
                if conditions {
                    let other = other.unwrap_or_else(|| self.fixed(None));
                    Node::ChooseCondition(*c, *a, other)
                } else {
                    let other = other.unwrap_or_else(|| self.number(f64::NAN));
                    Node::Choose(*c, *a, other)
                }
            }
            (ExprKind::Default(..), [a, b]) => self.default(*a, *b, conditions, domain, &expr.text),
            (ExprKind::Present(_), [x]) => self.presence(*x),
            (ExprKind::Missing(_), [x]) => {
                let present = self.presence(*x);
                let present = self.row_by_row(present, domain, &expr.text, &Unit::Number);
                Node::Not(present)
            }
            (ExprKind::FlagIsSet(_), [x]) => {
                let zero = self.number(0.0);
                Node::Compare(Compare::NotEqual, *x, zero)
            }
            (ExprKind::Function(function, _), operands) => {
                self.function(*function, operands, domain, &expr.text)
            }
            // INVARIANT (typed arity): checking gives every kind its operands; there is no other shape.
            _ => Node::Fixed(None),
        };
        self.row_by_row(node, domain, &expr.text, &unit_of(&expr.ty))
    }

    /// `x default y`: of an `x` that is still warming nothing is known, so `y` does not stand in for it.
    fn default(&mut self, x: NodeId, y: NodeId, conditions: bool, domain: DomainId, text: &str) -> Node {
        let node = if conditions { Node::OrElseCondition(x, y) } else { Node::OrElse(x, y) };
        let warm_ticks = self.graph.facts(x).warm_ticks;
        if warm_ticks == 0 {
            return node;
        }
        let filled = self.row_by_row(node, domain, text, &Unit::Number);
        self.once_warm(filled, warm_ticks)
    }

    /// A node that is missing (unknown) until so many ticks have been closed.
    pub(crate) fn once_warm(&mut self, node: NodeId, warm_ticks: u32) -> Node {
        let warm = self.warm(warm_ticks);
        if self.graph.facts(node).condition {
            let unknown = self.fixed(None);
            Node::ChooseCondition(warm, node, unknown)
        } else {
            let missing = self.number(f64::NAN);
            Node::Choose(warm, node, missing)
        }
    }

    /// Whether so many ticks have been closed: false until then. A clock that runs from the first tick on.
    pub(crate) fn warm(&mut self, warm_ticks: u32) -> NodeId {
        let always = self.fixed(Some(true));
        let for_ms = i64::from(warm_ticks.saturating_sub(1)).saturating_mul(self.tick_ms);
        if for_ms == 0 { always } else { self.hold_node(always, for_ms, "warm") }
    }

    fn function(&mut self, function: Function, operands: &[NodeId], domain: DomainId, text: &str) -> Node {
        let unary = match function {
            Function::Abs => Unary::Abs,
            Function::Ceil => Unary::Ceil,
            Function::Floor => Unary::Floor,
            Function::Round => Unary::Round,
            Function::Sqrt => Unary::Sqrt,
            Function::Exp => Unary::Exp,
            Function::Ln => Unary::Ln,
            Function::Log2 => Unary::Log2,
            Function::Log10 => Unary::Log10,
            Function::Sgn => Unary::Sign,
            Function::Clamp | Function::Max | Function::Min => {
                return self.binary(function, operands, domain, text);
            }
        };
        operands.first().map_or(Node::Number(f64::NAN), |x| Node::Unary(unary, *x))
    }

    /// `clamp`, `max` and `min`, of any number of operands, from the left.
    fn binary(&mut self, function: Function, operands: &[NodeId], domain: DomainId, text: &str) -> Node {
        let steps: Vec<(Binary, NodeId)> = match (function, operands) {
            (Function::Clamp, [_, low, high]) => vec![(Binary::Max, *low), (Binary::Min, *high)],
            (Function::Max, [_, rest @ ..]) => rest.iter().map(|x| (Binary::Max, *x)).collect(),
            (_, [_, rest @ ..]) => rest.iter().map(|x| (Binary::Min, *x)).collect(),
            (_, []) => Vec::new(),
        };
        let Some((first, mut left)) = steps.first().zip(operands.first().copied()) else {
            return operands.first().map_or(Node::Number(f64::NAN), |x| self.graph.node(*x));
        };
        let mut node = Node::Binary(first.0, left, first.1);
        for (op, right) in steps.iter().skip(1) {
            left = self.row_by_row(node, domain, text, &Unit::Number);
            node = Node::Binary(*op, left, *right);
        }
        node
    }

    /// A node that is computed row by row from others.
    pub(crate) fn row_by_row(&mut self, node: Node, domain: DomainId, text: &str, unit: &Unit) -> NodeId {
        if node.is_constant() {
            return self.constant(node);
        }
        let mut warm_ticks = 0;
        let mut stage = 0;
        let mut rows = Vec::new();
        for operand in node.operands() {
            let facts = self.graph.facts(operand);
            warm_ticks = warm_ticks.max(facts.warm_ticks);
            stage = stage.max(facts.stage);
            if facts.domain == domain {
                rows.extend(facts.rows);
            }
        }
        let rows = self.tables.union(rows);
        let condition = matches!(
            node,
            Node::Compare(..)
                | Node::IsPresent(_)
                | Node::Not(_)
                | Node::And(..)
                | Node::Or(..)
                | Node::ChooseCondition(..)
                | Node::OrElseCondition(..)
                | Node::IsKnown(_)
        );
        let facts = || Facts {
            domain,
            condition,
            rows,
            warm_ticks,
            stage,
            text: text.to_owned(),
            unit: unit.clone(),
        };
        self.graph.add(node, facts)
    }

    fn constant(&mut self, node: Node) -> NodeId {
        let condition = matches!(node, Node::Fixed(_));
        let text = match node {
            Node::Number(number) => number.to_string(),
            Node::Fixed(fixed) => {
                fixed.map_or("unknown", |fixed| if fixed { "true" } else { "false" }).to_owned()
            }
            _ => String::new(),
        };
        let facts = || Facts {
            domain: SCALAR,
            condition,
            rows: None,
            warm_ticks: 0,
            stage: 0,
            text,
            unit: Unit::Number,
        };
        self.graph.add(node, facts)
    }

    pub(crate) fn number(&mut self, number: f64) -> NodeId {
        self.constant(Node::Number(number))
    }

    pub(crate) fn fixed(&mut self, fixed: Option<bool>) -> NodeId {
        self.constant(Node::Fixed(fixed))
    }

    /// Whether a number or a condition is there.
    pub(crate) fn presence(&self, of: NodeId) -> Node {
        if self.graph.facts(of).condition { Node::IsKnown(of) } else { Node::IsPresent(of) }
    }

    /// Arithmetic on constants is done here, by the same IEEE operations.
    fn folded(&self, node: Node) -> Node {
        let number = |id| if let Node::Number(number) = self.graph.node(id) { Some(number) } else { None };
        let folded = match node {
            Node::Unary(Unary::Negate, x) => number(x).map(|x| -x),
            Node::Binary(op, a, b) => number(a).zip(number(b)).and_then(|(a, b)| match op {
                Binary::Add => Some(a + b),
                Binary::Subtract => Some(a - b),
                Binary::Multiply => Some(a * b),
                Binary::Divide => Some(a / b),
                Binary::Min | Binary::Max => None,
            }),
            _ => None,
        };
        folded.map_or(node, Node::Number)
    }

    fn now(&mut self, ago: AgoTicks) -> NodeId {
        let facts = |text: &str| Facts {
            domain: SCALAR,
            condition: false,
            rows: None,
            warm_ticks: 0,
            stage: 0,
            text: text.to_owned(),
            unit: Unit::Instant,
        };
        let now = self.graph.add(Node::Now, || facts("now"));
        if ago == 0 {
            return now;
        }
        let back = self.number(seconds(i64::from(ago).saturating_mul(self.tick_ms)));
        self.row_by_row(Node::Binary(Binary::Subtract, now, back), SCALAR, "now", &Unit::Instant)
    }

    /// A metric's value at the tick, merged where it says so.
    fn metric(&mut self, id: MetricId, matchers: &[Matcher], ago: AgoTicks, expr: &Expr) -> NodeId {
        let input = self.input(id, Part::Value, matchers, ago);
        let unmerged = self.input_node(input, ago, &expr.text, &unit_of(&expr.ty));
        let merge = self.policy.metrics.get(id.0).and_then(|metric| metric.merge);
        let Some(merge) = merge else { return unmerged };
        let domain = self.tables.domain(&expr.labels);
        self.group(merge_function(merge), unmerged, domain, &expr.text)
    }

    fn derive(&mut self, id: DeriveId, matchers: &[Matcher], ago: AgoTicks, expr: &Expr) -> NodeId {
        let Some(derive) = self.policy.derives.get(id.0) else { return self.fixed(None) };
        if self.given_derives.contains(&id) {
            return self.given_derive(derive, matchers, ago, expr);
        }
        let whole = if let Some(node) = self.derive_nodes.get(&(id, ago)) {
            *node
        } else {
            let node = self.expr(&derive.value, ago);
            let domain = self.tables.domain(&derive.value.labels);
            let node = if self.graph.node(node).is_constant() { node } else { self.in_domain(node, domain) };
            self.derive_nodes.insert((id, ago), node);
            node
        };
        self.select(whole, matchers, &expr.labels, &expr.text)
    }

    fn alert_state(
        &mut self,
        id: AlertId,
        test: TypedStateTest,
        matchers: &[Matcher],
        ago: AgoTicks,
        expr: &Expr,
    ) -> NodeId {
        let Some((place, (domain, rows))) =
            self.alert_places.get(&id).copied().zip(self.alert_rows.get(&id).copied())
        else {
            // INVARIANT (order of dependence): an alert is lowered before those that read its state.
            return self.fixed(None);
        };
        let Some(test) = self.state_test(id, test) else { return self.fixed(Some(false)) };
        let facts = |text: &str, warm_ticks| Facts {
            domain,
            condition: true,
            rows: Some(rows),
            warm_ticks,
            stage: 1,
            text: text.to_owned(),
            unit: Unit::Number,
        };
        let mut state = self.graph.add(Node::AlertState(place, test), || facts(&expr.text, 0));
        if ago > 0 {
            let stage = self.graph.facts(state).stage + 1;
            state = self.graph.add(Node::Lag(state, ago), || Facts { stage, ..facts(&expr.text, ago) });
        }
        self.select(state, matchers, &expr.labels, &expr.text)
    }

    /// A test of an alert's state by the place of its level; `None` when the alert cannot be so.
    fn state_test(&self, id: AlertId, test: TypedStateTest) -> Option<StateTest> {
        let levels = &self.policy.alerts.get(id.0)?.levels;
        let find = |wanted: &dyn Fn(SeverityId) -> bool| {
            levels.iter().position(|level| wanted(level.severity)).and_then(|place| u32::try_from(place).ok())
        };
        Some(match test {
            TypedStateTest::Ok => StateTest::Ok,
            TypedStateTest::Pending => StateTest::Pending,
            TypedStateTest::Cleared => StateTest::Cleared,
            TypedStateTest::Forgotten => StateTest::Forgotten,
            TypedStateTest::Is(severity) => StateTest::Is(find(&|level| level == severity)?),
            TypedStateTest::AtLeast(severity) => StateTest::AtLeast(find(&|level| level >= severity)?),
        })
    }

    fn hold(&mut self, of: &Expr, for_ms: i64, ago: AgoTicks, expr: &Expr) -> NodeId {
        let domain = self.tables.domain(&expr.labels);
        let of = self.expr(of, ago);
        if for_ms <= 0 {
            return of;
        }
        let of = if self.graph.node(of).is_constant() { self.in_domain(of, domain) } else { of };
        self.hold_node(of, for_ms, &expr.text)
    }

    /// `c for D`.
    pub(crate) fn hold_node(&mut self, of: NodeId, for_ms: i64, text: &str) -> NodeId {
        let facts = self.graph.facts(of).clone();
        self.graph.add(Node::Hold(of, for_ms), || Facts {
            stage: facts.stage + 1,
            text: text.to_owned(),
            ..facts
        })
    }

    /// The condition as it was some ticks ago.
    pub(crate) fn lag_node(&mut self, of: NodeId, ticks: u32) -> NodeId {
        let facts = self.graph.facts(of).clone();
        let text = format!("{} {ticks} ticks ago", facts.text);
        self.graph.add(Node::Lag(of, ticks), || Facts { stage: facts.stage + 1, text, ..facts })
    }
}

/// What puts the series of a key together.
pub(crate) const fn merge_function(merge: Merge) -> GroupFunction {
    match merge {
        Merge::Sum => GroupFunction::Sum,
        Merge::Max => GroupFunction::Max,
        Merge::Min => GroupFunction::Min,
        Merge::Avg => GroupFunction::Avg,
    }
}

/// How a metric's numbers on the wire become numbers in base units.
pub(crate) fn wire_scale(metric: &Metric) -> Scale {
    match metric.divisor {
        Some(divisor) => Scale { factor: 1.0, divisor },
        None => Scale { factor: metric.scale, divisor: 1.0 },
    }
}

/// The unit in which a type's values are shown.
pub(crate) fn unit_of(ty: &Type) -> Unit {
    match ty {
        Type::Value(unit) => unit.clone(),
        Type::Condition => Unit::Number,
    }
}

/// Milliseconds in seconds.
#[expect(clippy::cast_precision_loss, reason = "durations are far below 2^53 ms")]
pub(crate) fn seconds(duration_ms: i64) -> f64 {
    duration_ms as f64 / 1_000.0
}

const fn arithmetic(op: ArithmeticOp) -> Binary {
    match op {
        ArithmeticOp::Add => Binary::Add,
        ArithmeticOp::Subtract => Binary::Subtract,
        ArithmeticOp::Multiply => Binary::Multiply,
        ArithmeticOp::Divide => Binary::Divide,
    }
}

const fn comparison(op: CompareOp) -> Compare {
    match op {
        CompareOp::Less => Compare::Less,
        CompareOp::LessOrEqual => Compare::LessOrEqual,
        CompareOp::Greater => Compare::Greater,
        CompareOp::GreaterOrEqual => Compare::GreaterOrEqual,
        CompareOp::Equal => Compare::Equal,
        CompareOp::NotEqual => Compare::NotEqual,
    }
}
