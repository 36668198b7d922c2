//! The engine as its driver sees it: inputs go in, due ticks are carried out, the state can be looked at.

use crate::alert::{self, AlertState, Change, Pasts};
use crate::beside::{self, Beside};
use crate::bits::Truth;
use crate::blocks::{self, Run};
use crate::check::check;
use crate::columns::Columns;
use crate::decide::ShownRow;
use crate::effects::{Effects, Labels, Values};
use crate::explain;
use crate::group::{Groups, Order};
use crate::hold::Clocks;
use crate::hole::Hole;
use crate::identity::Identity;
use crate::input::Input;
use crate::lag::Delay;
use crate::membership::Membership;
use crate::options::Options;
use crate::plan_error::PlanError;
use crate::reading::Reading;
use crate::series::{SeriesTable, Targets};
use crate::snapshot::kept::kept;
use crate::statistics::{Bytes, SourceStatistics, Statistics};
use crate::waiting::Waiting;
use crate::watermark::{Due, Watermark};
use crate::why::{Explanation, NodeValue, State};
use crate::window::{WindowState, read};
use crate::wire::Wire;
use nvp_kernels::Program;
use nvp_plan::Plan;
use nvp_plan::alert::Shown;
use nvp_plan::ids::{AlertId, ObservationId, TreeId};
use nvp_plan::step::Step;
use nvp_plan::window::{WindowFunction, WindowSource, WindowTest};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// A plan at work.
#[derive(Debug)]
pub struct Engine {
    pub(crate) plan: Arc<Plan>,
    pub(crate) program: Arc<Program>,
    pub(crate) options: Options,
    pub(crate) time: Time,
    pub(crate) watermark: Watermark,
    pub(crate) waiting: Waiting,
    pub(crate) wire: Wire,
    pub(crate) table: SeriesTable,
    pub(crate) targets: Targets,
    pub(crate) identity: Identity,
    pub(crate) membership: Membership,
    pub(crate) readings: Vec<Reading>,
    pub(crate) columns: Columns,
    pub(crate) runs: Vec<Run>,
    pub(crate) windows: Vec<WindowState>,
    pub(crate) holds: Vec<Clocks>,
    /// For each domain the clocks of its holds.
    pub(crate) clocks: Vec<Beside<u32>>,
    pub(crate) lags: Vec<Delay>,
    pub(crate) alerts: Vec<AlertState>,
    /// For each domain what its alerts keep of its rows.
    pub(crate) pasts: Vec<Pasts>,
    pub(crate) joins: Joins,
    pub(crate) turnover: Turnover,
    pub(crate) scratch: Scratch,
    pub(crate) hole: Hole,
    pub(crate) statistics: Statistics,
}

/// Where the engine stands. Ticks are counted from the Unix epoch.
#[derive(Debug, Default)]
pub(crate) struct Time {
    pub(crate) first: Option<i64>,
    pub(crate) last: Option<i64>,
    /// How many ticks were closed, those passed over included, but not those of gaps.
    pub(crate) closed: u64,
    /// The last tick of the last gap.
    pub(crate) gap_through: Option<i64>,
}

impl Time {
    /// A tick counted from the first, which is 1.
    pub(crate) fn since_first(&self, tick: i64) -> u32 {
        let since = tick.saturating_sub(self.first.unwrap_or(tick)).saturating_add(1);
        u32::try_from(since.max(0)).unwrap_or(u32::MAX)
    }
}

/// Rows of one label set by the rows of another, for the steps that need them.
#[derive(Debug, Default)]
pub(crate) struct Joins {
    pub(crate) groups: Vec<Groups>,
    /// For each step its groups.
    pub(crate) groups_of: Vec<usize>,
    /// For each map that selects the rows that match: from, to.
    pub(crate) selections: Vec<Option<Vec<(u32, u32)>>>,
}

kept!(Time { value first, value last, value closed, value gap_through });

/// Rows that come and go.
#[derive(Debug, Default)]
pub(crate) struct Turnover {
    /// The padded rows of each domain.
    pub(crate) sizes: Vec<usize>,
    /// The generation of rows for which sets and groups stand.
    pub(crate) joined: u64,
    /// Feeds of removed series: their input, row and place.
    pub(crate) removals: Vec<(u32, u32, u32)>,
    /// Rows that nothing holds or that are not alive: from which tick on, since which, which.
    pub(crate) lingering: VecDeque<Lingering>,
    /// For how many ticks something remembers a row that is gone.
    pub(crate) linger_ticks: u32,
}

kept!(Turnover { value sizes, value joined, value removals, value lingering });

/// A row whose number may be used again.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Lingering {
    pub(crate) due: u32,
    pub(crate) stamp: u32,
    pub(crate) domain: usize,
    pub(crate) row: u32,
}

/// Memory that is kept from tick to tick, so that a steady tick allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) kernels: nvp_kernels::Scratch,
    pub(crate) windows: read::Scratch,
    pub(crate) values: Vec<Vec<f64>>,
    pub(crate) conditions: Vec<Truth>,
    pub(crate) read_values: Vec<(WindowFunction, Vec<f64>)>,
    pub(crate) read_conditions: Vec<(WindowTest, Truth)>,
    pub(crate) numbers: Vec<f64>,
    pub(crate) buckets: Vec<(f64, f64)>,
    pub(crate) alerts: alert::Scratch,
    pub(crate) changes: Vec<Change>,
    pub(crate) shown_rows: Vec<ShownRow>,
}

/// A row of an alert, for the live view.
#[derive(Debug, Clone)]
pub struct AlertRow<'a> {
    /// Its labels.
    pub labels: Labels<'a>,
    /// Its shown state.
    pub state: State,
    /// The subject's value at the last tick, in base units; `None` if missing.
    pub value: Option<f64>,
    /// Whether the value is missing while what it is computed from has not yet seen its whole span since the engine's start.
    pub is_warming: bool,
    /// Since which tick it is shown so, in ms since the Unix epoch.
    pub since_ms: i64,
    /// The levels whose latch is set, shown or not: a bit a level, the mildest first.
    pub levels_set: u16,
    /// Whether it changes too often and is held at its highest level.
    pub is_flapping: bool,
}

impl Engine {
    /// An engine that has seen nothing. `program` is the plan's kernels, compiled.
    ///
    /// # Errors
    ///
    /// A plan that does not fit together.
    pub fn new(plan: Arc<Plan>, program: Arc<Program>, options: Options) -> Result<Self, PlanError> {
        check(&plan)?;
        let identity = Identity::new(&plan, options.rows_max)?;
        let runs = blocks::runs(&plan);
        let windows: Vec<WindowState> = plan.windows.iter().map(WindowState::new).collect();
        let lags: Vec<Delay> = plan.lags.iter().map(|lag| Delay::new(lag.ticks)).collect();
        let domains = plan.domains.len();
        let (places, clocks) = beside::places(plan.holds.iter().map(|hold| hold.domain), domains);
        let holds = plan.holds.iter().zip(places);
        let holds = holds.map(|(hold, place)| Clocks::new(place, hold, plan.tick_ms)).collect();
        let (places, pasts) = beside::places(plan.alerts.iter().map(|alert| alert.domain), domains);
        let alerts = plan.alerts.iter().zip(places).zip(0..);
        let alerts =
            alerts.map(|((alert, beside), place)| AlertState::new(place, beside, alert, plan.tick_ms));
        Ok(Self {
            options,
            time: Time::default(),
            watermark: Watermark::default(),
            waiting: Waiting::default(),
            wire: Wire::new(&plan)?,
            table: SeriesTable::default(),
            targets: Targets::new(plan.lanes.len()),
            identity,
            membership: Membership::new(&plan),
            readings: readings(&plan),
            columns: Columns::new(&plan, blocks::passing(&plan, &runs)),
            runs,
            holds,
            clocks,
            alerts: alerts.collect(),
            pasts,
            joins: joins(&plan),
            turnover: Turnover {
                sizes: vec![0; plan.domains.len()],
                joined: u64::MAX,
                linger_ticks: linger_ticks(&plan, &windows, &lags),
                ..Turnover::default()
            },
            scratch: Scratch::default(),
            hole: Hole::new(&plan, &windows, &lags),
            statistics: Statistics::default(),
            windows,
            lags,
            plan,
            program,
        })
    }

    /// Sets how many rows, in words of 64, are carried out together. It never shows; call it before any series appears.
    pub fn set_block_words(&mut self, words: usize) {
        self.columns.set_block_words(words);
    }

    /// Takes an input in and carries out all ticks that it makes due. The caller clears `out` when it has read it.
    pub fn step(&mut self, input: Input<'_>, out: &mut Effects) {
        self.offer(input);
        while self.advance(out) {}
    }

    /// Takes an input in, and carries nothing out yet: [`Engine::advance`] is to be called until it says false before the next input.
    pub fn offer(&mut self, input: Input<'_>) {
        match input {
            Input::SourceOpened { source, name, waits_ms } => self.open_source(source, name, waits_ms),
            Input::SourceClosed { source, through_ms } => self.watermark.promise(source as usize, through_ms),
            Input::SourceEnded { source } => self.end_source(source),
            Input::Appeared { source, series, name, labels } => self.appear(source, series, name, labels),
            Input::Removed { series } => self.remove(series),
            Input::Samples { source, lane, series, instants, values } => {
                self.take_samples(source, lane, series, instants, values);
            }
            Input::Clock { now_ms } => self.watermark.clock(now_ms),
            Input::Gap { through_ms } => self.note_gap(through_ms),
        }
    }

    /// Carries the next due tick out, if there is one. Between two calls the state is that after the tick just closed.
    pub fn advance(&mut self, out: &mut Effects) -> bool {
        let Some(due) = self.due_tick() else { return false };
        let next = match self.time.last {
            Some(last) => last.saturating_add(1),
            None => self.waiting.first_tick().map_or(due, |first| first.min(due)),
        };
        let after_gap = if self.time.last.is_some() { self.after_gap(next) } else { next };
        if after_gap > due {
            return false;
        }
        self.time.first.get_or_insert(next);
        if after_gap > next {
            self.go_over_gap(next, after_gap);
        }
        let skipped = self.pass_over(after_gap, due);
        let tick = after_gap.saturating_add(skipped);
        self.time.closed = self.time.closed.saturating_add(u64::try_from(skipped).unwrap_or_default());
        self.tick(tick, due, out, tick.saturating_sub(next));
        true
    }

    /// The distance of ticks, in ms.
    #[must_use]
    pub fn tick_ms(&self) -> i64 {
        self.plan.tick_ms
    }

    /// The last closed tick, in ms since the Unix epoch.
    #[must_use]
    pub fn last_tick(&self) -> Option<i64> {
        self.time.last.map(|tick| self.instant(tick))
    }

    /// What a probe (by its place in the plan) was at the last closed tick; `None` is unknown.
    #[must_use]
    pub fn probe(&self, index: usize) -> Option<bool> {
        self.plan.probes.get(index).and_then(|probe| self.columns.condition(probe.condition).get(0))
    }

    /// The counters.
    #[must_use]
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// The memory of evaluation, by what it is for. Counts it all: for a scrape of our own metrics, not for every tick.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        let of = |bytes: usize| bytes as u64;
        let joins = self.joins.groups.iter().map(Groups::bytes).sum::<usize>()
            + self.joins.selections.iter().flatten().map(|pairs| pairs.capacity() * 8).sum::<usize>();
        Bytes {
            identity: of(self.identity.bytes() + self.table.bytes() + self.targets.bytes())
                + of(joins
                    + self.membership.bytes()
                    + self.turnover.lingering.capacity() * size_of::<Lingering>()),
            columns: of(self.columns.bytes() + self.readings.iter().map(Reading::bytes).sum::<usize>()),
            windows: of(self.windows.iter().map(WindowState::bytes).sum()),
            clocks: of(self.holds.iter().map(Clocks::bytes).sum::<usize>()
                + self.clocks.iter().map(Beside::bytes).sum::<usize>()
                + self.pasts.iter().map(Beside::bytes).sum::<usize>()
                + self.lags.iter().map(Delay::bytes).sum::<usize>()
                + self.alerts.iter().map(AlertState::bytes).sum::<usize>()),
            waiting: of(self.waiting.bytes()),
        }
    }

    /// The rows an alert knows, and those that ended while pending or at a level, in the order of their labels.
    pub fn rows_of_alert(&self, alert: AlertId) -> impl Iterator<Item = AlertRow<'_>> {
        let planned = self.plan.alerts.get(alert.index());
        let state = self.alerts.get(alert.index());
        let domain = planned.map_or(0, |planned| planned.domain.index());
        let mut rows: Vec<u32> =
            state.into_iter().flat_map(AlertState::rows).filter_map(|row| u32::try_from(row).ok()).collect();
        if let Some(keys) = self.identity.rows.get(domain) {
            rows.sort_unstable_by(|a, b| keys.order(&self.identity.interner, *a, *b));
        }
        rows.into_iter().filter_map(move |row| {
            let (state, pasts) = (state?, self.pasts.get(domain)?);
            let (since, is_flapping) = state.since(row as usize, pasts);
            let value = planned?.subject.as_ref().map(|subject| self.number(subject, domain, row));
            let value = value.filter(|value| !value.is_nan());
            let is_warming = value.is_none() && self.time.closed < u64::from(planned?.subject_warm_ticks);
            Some(AlertRow {
                is_warming,
                labels: self.labels(domain, row),
                state: state.state(row as usize, pasts)?,
                value,
                since_ms: self.instant(self.time.first?.saturating_add(i64::from(since)).saturating_sub(1)),
                levels_set: state.levels_set(row as usize),
                is_flapping,
            })
        })
    }

    /// The values of a tree's nodes for the row of these labels, at the last closed tick; `None` before the first.
    #[must_use]
    pub fn explain(&self, tree: TreeId, labels: &[(&str, &str)]) -> Option<Explanation> {
        let at_ms = self.last_tick()?;
        let mut nodes: Vec<NodeValue> = Vec::new();
        let row_of = |domain| self.identity.locate(&self.plan, domain, labels).map(|row| row as usize);
        explain::nodes(&self.plan, &self.columns, tree, row_of, &mut nodes);
        Some(Explanation { at_ms, nodes })
    }

    /// What people are shown of the row of these labels, at the last closed tick.
    #[must_use]
    pub fn shown(&self, shown: &Shown, labels: &BTreeMap<String, String>) -> NodeValue {
        let labels: Vec<(&str, &str)> =
            labels.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let row = self.identity.locate(&self.plan, shown.domain.index(), &labels).map(|row| row as usize);
        explain::value(&self.plan, &self.columns, shown.at, row)
    }

    /// What a playbook reads for the row of these labels, which name at least all that the value has; at the last closed tick.
    /// [`NodeValue::Nowhere`] where there is no such row. It allocates nothing.
    #[must_use]
    pub fn observe<S: AsRef<str>>(&self, observation: ObservationId, labels: &[(S, S)]) -> NodeValue {
        let Some(shown) = self.plan.observations.get(observation.index()) else { return NodeValue::Nowhere };
        let row = self.identity.locate(&self.plan, shown.domain.index(), labels).map(|row| row as usize);
        explain::value(&self.plan, &self.columns, shown.at, row)
    }

    /// A shown value of a row of another domain as a number: of a condition 1 or 0.
    pub(crate) fn number(&self, shown: &Shown, domain: usize, row: u32) -> f64 {
        match self.shown_at(shown, domain, row) {
            NodeValue::Number(number) => number,
            NodeValue::Condition(Some(is)) => f64::from(u8::from(is)),
            NodeValue::Condition(None) | NodeValue::Nowhere => f64::NAN,
        }
    }

    /// A shown value of a row of another domain.
    pub(crate) fn shown_at(&self, shown: &Shown, domain: usize, row: u32) -> NodeValue {
        let row = self.identity.row_in(&self.plan, domain, row, shown.domain.index());
        explain::value(&self.plan, &self.columns, shown.at, row)
    }

    /// The labels of a row.
    pub(crate) fn labels(&self, domain: usize, row: u32) -> Labels<'_> {
        let names = self.plan.domains.get(domain).map_or(&[][..], |domain| domain.labels.as_slice());
        let key = self.identity.rows.get(domain).map_or(&[][..], |rows| rows.key(row));
        Labels::new(names, Values::Symbols(&self.identity.interner, key.iter()))
    }

    /// The instant of a tick.
    pub(crate) fn instant(&self, tick: i64) -> i64 {
        tick.saturating_mul(self.plan.tick_ms)
    }

    /// The last tick that is due.
    pub(crate) fn due_tick(&self) -> Option<i64> {
        let due = match self.watermark.due() {
            Due::Nothing => None,
            Due::Through(ms) => Some(ms.div_euclid(self.plan.tick_ms)),
            Due::All => self.waiting.last_tick(),
        };
        // Ticks from the first on are counted in 32 bits.
        let limit = self.time.first.map_or(i64::MAX, |first| first.saturating_add(i64::from(u32::MAX) - 2));
        due.map(|due| due.min(limit))
    }

    /// The statistics of a source, if its number is one that we count.
    pub(crate) fn source(&mut self, source: u32) -> Option<&mut SourceStatistics> {
        const SOURCES_MAX: u32 = 1 << 20;
        let sources = &mut self.statistics.sources;
        if source < SOURCES_MAX {
            for number in u32::try_from(sources.len()).unwrap_or(u32::MAX)..=source {
                sources.push(SourceStatistics { source: number, ..SourceStatistics::default() });
            }
        }
        sources.get_mut(source as usize)
    }
}

fn readings(plan: &Plan) -> Vec<Reading> {
    let reading = |(input, place): (_, u32)| {
        let over = |of: WindowSource| matches!(of, WindowSource::Input(input) if input.0 == place);
        let windows = plan.windows.iter().enumerate().filter(|(_, window)| over(window.of));
        Reading::new(input, windows.map(|(place, _)| place).collect())
    };
    plan.inputs.iter().zip(0..).map(reading).collect()
}

fn joins(plan: &Plan) -> Joins {
    let mut joins = Joins { selections: vec![None; plan.maps.len()], ..Joins::default() };
    for step in &plan.steps {
        let group = match step {
            Step::GroupValue { map, .. }
            | Step::GroupTruth { map, .. }
            | Step::GroupCondition { map, .. }
            | Step::Pool { map, .. } => Some((*map, Order::Labels)),
            Step::BucketQuantile { map, bucket_label, scale, .. }
            | Step::BucketShare { map, bucket_label, scale, .. } => {
                Some((*map, Order::Bounds(*bucket_label, *scale)))
            }
            Step::SelectValue { map, .. } | Step::SelectCondition { map, .. } => {
                if let Some(selection) = joins.selections.get_mut(map.index()) {
                    selection.get_or_insert_default();
                }
                None
            }
            _ => None,
        };
        let place = group.map_or(usize::MAX, |(map, order)| {
            let known =
                joins.groups.iter().position(|groups| groups.map == map.index() && groups.order == order);
            known.unwrap_or_else(|| {
                let from = plan.maps.get(map.index()).map_or(0, |map| map.from.index());
                joins.groups.push(Groups::new(map.index(), from, order));
                joins.groups.len() - 1
            })
        });
        joins.groups_of.push(place);
    }
    joins
}

fn linger_ticks(plan: &Plan, windows: &[WindowState], lags: &[Delay]) -> u32 {
    let windows = windows.iter().map(WindowState::span);
    let lags = lags.iter().map(|lag| i64::try_from(lag.ticks()).unwrap_or(i64::MAX));
    let flapping = plan.alerts.iter().map(|alert| alert.flapping_within_ms / plan.tick_ms);
    let ticks = windows.chain(lags).chain(flapping).max().unwrap_or_default();
    u32::try_from(ticks.saturating_add(2)).unwrap_or(u32::MAX)
}
