//! Plans put together by hand, a piece at a time: for properties, tests and benchmarks of the engine alone. Real plans are lowered.

use nvp_plan::alert::{Alert, Level, Shown};
use nvp_plan::domain::{Domain, Map, Match, Rows};
use nvp_plan::ids::{
    AlertId, ColumnId, ConditionId, DomainId, HoldId, InputId, KernelId, LagId, LaneId, MapId, RowsId,
    StepId, TreeId, WindowId,
};
use nvp_plan::input::{Input, Lane, Part, WireLabel};
use nvp_plan::kernel::{Compare, Instruction, Kernel, Reach, Register};
use nvp_plan::step::{GroupFunction, Hold, KernelStep, Lag, StateTest, Step};
use nvp_plan::tree::{Place, Tree, TreeNode};
use nvp_plan::unit::Unit;
use nvp_plan::window::{Keep, Window, WindowFunction, WindowSource, WindowTest};
use nvp_plan::{Column, Condition, Plan};

/// The domain without labels.
pub const NO_LABELS: DomainId = DomainId(0);
/// The set of its one row.
pub const ONE: RowsId = RowsId(0);

/// A plan being put together. What is missing here is pushed into [`PlanBuilder::plan`] directly.
#[derive(Debug, Clone)]
pub struct PlanBuilder {
    /// The plan as it stands.
    pub plan: Plan,
}

/// What an input gives.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    /// The input.
    pub input: InputId,
    /// Its column.
    pub column: ColumnId,
    /// Its rows.
    pub rows: RowsId,
    /// Its label set.
    pub domain: DomainId,
}

/// A level, by the conditions that move it.
#[derive(Debug, Clone, Copy)]
pub struct Moves {
    /// Its name.
    pub name: &'static str,
    /// Sets it.
    pub set: ConditionId,
    /// Resets it.
    pub reset: ConditionId,
    /// True while it would be set were every `for` served.
    pub pending: Option<ConditionId>,
}

fn next(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl PlanBuilder {
    /// A plan that does nothing, at ticks of this length.
    #[must_use]
    pub fn new(tick_ms: i64) -> Self {
        let plan = Plan {
            tick_ms,
            lanes: vec![Lane { ago_ms: 0 }],
            domains: vec![Domain { labels: Vec::new() }],
            rows: vec![Rows::One],
            ..Plan::default()
        };
        Self { plan }
    }

    /// The label set of these names, which are sorted.
    pub fn domain(&mut self, labels: &[&str]) -> DomainId {
        let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
        let known = self.plan.domains.iter().position(|domain| domain.labels == labels);
        DomainId(next(known.unwrap_or_else(|| {
            self.plan.domains.push(Domain { labels });
            self.plan.domains.len() - 1
        })))
    }

    /// A gauge that stands for three ticks and is forgotten after an hour.
    pub fn gauge(&mut self, name: &str, labels: &[&str]) -> Read {
        let domain = self.domain(labels);
        let column = self.column(domain);
        let rows = self.rows(Rows::Input(InputId(next(self.plan.inputs.len()))));
        self.plan.inputs.push(Input {
            name: name.to_owned(),
            part: Part::Value,
            sources: vec![name.to_owned()],
            lane: LaneId(0),
            domain,
            labels: labels.iter().map(|label| WireLabel::Named((*label).to_owned(), None)).collect(),
            matchers: Vec::new(),
            counter: false,
            scale: nvp_plan::unit::Scale::ONE,
            every_ms: self.plan.tick_ms,
            stale_ms: 3 * self.plan.tick_ms,
            forget_ms: 3_600_000,
            column: Some(column),
        });
        Read { input: InputId(next(self.plan.inputs.len() - 1)), column, rows, domain }
    }

    /// The same, counting.
    pub fn counter(&mut self, name: &str, labels: &[&str]) -> Read {
        let read = self.gauge(name, labels);
        if let Some(input) = self.plan.inputs.last_mut() {
            input.counter = true;
        }
        read
    }

    /// A set of rows.
    pub fn rows(&mut self, rows: Rows) -> RowsId {
        self.plan.rows.push(rows);
        RowsId(next(self.plan.rows.len() - 1))
    }

    /// A column of numbers.
    pub fn column(&mut self, domain: DomainId) -> ColumnId {
        let text = format!("v{}", self.plan.columns.len());
        self.plan.columns.push(Column { domain, text, unit: Unit::Number });
        ColumnId(next(self.plan.columns.len() - 1))
    }

    /// A column of conditions.
    pub fn condition(&mut self, domain: DomainId) -> ConditionId {
        let text = format!("c{}", self.plan.conditions.len());
        self.plan.conditions.push(Condition { domain, text });
        ConditionId(next(self.plan.conditions.len() - 1))
    }

    /// A step.
    pub fn step(&mut self, step: Step) -> StepId {
        self.plan.steps.push(step);
        StepId(next(self.plan.steps.len() - 1))
    }

    /// A projection to the labels of `to`, all of which `from` has, of rows that match.
    pub fn map(&mut self, from: DomainId, to: DomainId, matchers: &[(&str, Match)]) -> MapId {
        let names =
            |domain: DomainId| self.plan.domains.get(domain.index()).map_or(&[][..], |domain| &domain.labels);
        let place = |name: &str| next(names(from).iter().position(|label| label == name).unwrap_or_default());
        let labels = names(to).iter().map(|name| place(name)).collect();
        let matchers = matchers.iter().map(|(name, matcher)| (place(name), matcher.clone())).collect();
        self.plan.maps.push(Map { from, to, labels, matchers });
        MapId(next(self.plan.maps.len() - 1))
    }

    /// A kernel of this code over numbers and conditions of one domain, that writes its last register (a condition).
    pub fn test(
        &mut self,
        domain: DomainId,
        code: &[Instruction],
        values: &[ColumnId],
        conditions: &[ConditionId],
        constants: &[f64],
    ) -> ConditionId {
        let to = self.condition(domain);
        let last = Register(u16::try_from(code.len().saturating_sub(1)).unwrap_or(u16::MAX));
        let kernel = Kernel {
            values: vec![Reach::Row; values.len()],
            conditions: vec![Reach::Row; conditions.len()],
            constants: u16::try_from(constants.len()).unwrap_or(u16::MAX),
            code: code.to_vec(),
            to_values: Vec::new(),
            to_conditions: vec![last],
        };
        let known = self.plan.kernels.iter().position(|other| *other == kernel);
        let place = known.unwrap_or_else(|| {
            self.plan.kernels.push(kernel);
            self.plan.kernels.len() - 1
        });
        self.step(Step::Kernel(KernelStep {
            kernel: KernelId(next(place)),
            domain,
            values: values.to_vec(),
            conditions: conditions.to_vec(),
            constants: constants.to_vec(),
            to_values: Vec::new(),
            to_conditions: vec![to],
        }));
        to
    }

    /// A column compared with a number.
    pub fn compare(&mut self, of: ColumnId, comparison: Compare, with: f64) -> ConditionId {
        use Instruction as I;
        let domain = self.plan.columns.get(of.index()).map_or(NO_LABELS, |column| column.domain);
        let code = [I::Value(0), I::Constant(0), I::Compare(comparison, Register(0), Register(1))];
        self.test(domain, &code, &[of], &[], &[with])
    }

    /// `x > y`
    pub fn above(&mut self, of: ColumnId, than: f64) -> ConditionId {
        self.compare(of, Compare::Greater, than)
    }

    /// `not c`
    pub fn not(&mut self, of: ConditionId) -> ConditionId {
        let code = [Instruction::Condition(0), Instruction::Not(Register(0))];
        self.test(self.domain_of(of), &code, &[], &[of], &[])
    }

    /// `c for D`
    pub fn held(&mut self, of: ConditionId, for_ms: i64, rows: Option<RowsId>) -> ConditionId {
        let domain = self.domain_of(of);
        let to = self.condition(domain);
        self.plan.holds.push(Hold { domain, for_ms, rows });
        let hold = HoldId(next(self.plan.holds.len() - 1));
        self.step(Step::Hold { hold, of, to });
        to
    }

    /// The condition some ticks ago.
    pub fn lagged(&mut self, of: ConditionId, ticks: u32) -> ConditionId {
        let domain = self.domain_of(of);
        let to = self.condition(domain);
        self.plan.lags.push(Lag { domain, ticks });
        let lag = LagId(next(self.plan.lags.len() - 1));
        self.step(Step::Lag { lag, of, to });
        to
    }

    /// Numbers read off a window, which is warm at once.
    pub fn window(
        &mut self,
        of: WindowSource,
        domain: DomainId,
        ticks: u32,
        keeps: &[Keep],
        functions: &[WindowFunction],
    ) -> (WindowId, Vec<ColumnId>) {
        self.plan.windows.push(Window {
            of,
            domain,
            over_ms: i64::from(ticks) * self.plan.tick_ms,
            ticks,
            pane_ticks: 1,
            keeps: keeps.to_vec(),
            warm_ticks: 0,
            text: String::new(),
        });
        let window = WindowId(next(self.plan.windows.len() - 1));
        let columns: Vec<ColumnId> = functions.iter().map(|_| self.column(domain)).collect();
        let values = functions.iter().copied().zip(columns.iter().copied()).collect();
        self.step(Step::Window { window, values, conditions: Vec::new() });
        (window, columns)
    }

    /// An aggregate across the rows of a projection.
    pub fn group(&mut self, function: GroupFunction, map: MapId, of: ColumnId) -> ColumnId {
        let to = self.column(self.plan.maps.get(map.index()).map_or(NO_LABELS, |map| map.to));
        self.step(Step::GroupValue { function, map, of, to });
        to
    }

    /// `any` or `all` across the rows of a projection that are there.
    pub fn group_test(&mut self, test: WindowTest, map: MapId, of: ConditionId, rows: RowsId) -> ConditionId {
        let to = self.condition(self.plan.maps.get(map.index()).map_or(NO_LABELS, |map| map.to));
        self.step(Step::GroupCondition { test, map, of, rows, to });
        to
    }

    /// An alert about a column, its levels mildest first. Six changes in half an hour are flapping.
    pub fn alert(&mut self, name: &str, rows: RowsId, subject: ColumnId, levels: &[Moves]) -> AlertId {
        let domain = self.plan.columns.get(subject.index()).map_or(NO_LABELS, |column| column.domain);
        let level = |moves: &Moves| Level {
            name: moves.name.to_owned(),
            severity: moves.name.to_owned(),
            set: moves.set,
            reset: moves.reset,
            pending: moves.pending,
            when: None,
            tree: None,
            clear_tree: None,
        };
        self.plan.alerts.push(Alert {
            name: name.to_owned(),
            domain,
            rows,
            subject: Some(Shown { at: Place::Column(subject), domain, unit: Unit::Number }),
            levels: levels.iter().map(level).collect(),
            subject_warm_ticks: 0,
            flapping_changes: 6,
            flapping_within_ms: 1_800_000,
            says: Vec::new(),
            runbook: Vec::new(),
            service: None,
        });
        let alert = AlertId(next(self.plan.alerts.len() - 1));
        self.step(Step::Alert(alert));
        alert
    }

    /// Whether an alert is in a state, row by row.
    pub fn state(&mut self, alert: AlertId, test: StateTest) -> ConditionId {
        let to = self.condition(self.plan.alerts.get(alert.index()).map_or(NO_LABELS, |alert| alert.domain));
        self.step(Step::AlertState { alert, test, to });
        to
    }

    /// A tree of one node.
    pub fn tree(&mut self, text: &str, at: Place, domain: DomainId) -> TreeId {
        let node = TreeNode { text: text.to_owned(), unit: Unit::Number, at, domain, children: Vec::new() };
        self.plan.trees.push(Tree { nodes: vec![node] });
        TreeId(next(self.plan.trees.len() - 1))
    }

    fn domain_of(&self, condition: ConditionId) -> DomainId {
        self.plan.conditions.get(condition.index()).map_or(NO_LABELS, |condition| condition.domain)
    }
}
