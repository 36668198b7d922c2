//! A plan in which every step stands at least once.

use super::builder::{Moves, NO_LABELS, PlanBuilder, Read};
use super::dice::Dice;
use nvp_plan::Plan;
use nvp_plan::domain::{Lend, LentLabel, Match, Rows};
use nvp_plan::ids::{ColumnId, ConditionId, LendId};
use nvp_plan::input::WireLabel;
use nvp_plan::kernel::Compare;
use nvp_plan::step::{GroupFunction as G, StateTest, Step};
use nvp_plan::tree::Place;
use nvp_plan::window::{Keep, WindowFunction as F, WindowSource, WindowTest};

/// The plan.
pub(super) fn everything(tick_ms: i64) -> Plan {
    let mut builder = PlanBuilder::new(tick_ms);
    let cpu = builder.gauge("cpu", &["pod", "zone"]);
    watch_windows(&mut builder, cpu);
    watch_groups(&mut builder, cpu);
    watch_counters(&mut builder);
    watch_buckets(&mut builder);
    watch_joins(&mut builder, cpu);
    // Short, so that a hole is long enough for all of it.
    for input in &mut builder.plan.inputs {
        input.forget_ms = 12 * tick_ms;
    }
    for alert in &mut builder.plan.alerts {
        alert.flapping_changes = 4;
        alert.flapping_within_ms = 15 * tick_ms;
    }
    builder.plan
}

/// The plan with windows, panes and delays of other lengths.
pub(super) fn varied(tick_ms: i64, dice: &mut Dice<'_>) -> Plan {
    let mut plan = everything(tick_ms);
    for window in &mut plan.windows {
        let ticks = 1 + dice.below(9);
        let pane = 1 + dice.below(3).min(ticks - 1);
        window.ticks = u32::try_from(ticks).unwrap_or(1);
        window.over_ms = ticks.cast_signed() * tick_ms;
        // What needs each tick's value by itself knows no panes.
        if !window.keeps.contains(&Keep::Values) {
            window.pane_ticks = u32::try_from(pane).unwrap_or(1);
        }
        window.warm_ticks = dice.pick([0, 0, 3]);
    }
    for hold in &mut plan.holds {
        hold.for_ms = dice.below(6).cast_signed() * tick_ms;
    }
    for lag in &mut plan.lags {
        lag.ticks = 1 + u32::try_from(dice.below(4)).unwrap_or_default();
    }
    plan
}

/// An alert that shows each change of a number about a threshold, with a `for` and a default `clear`.
fn watch(builder: &mut PlanBuilder, name: &str, rows: Rows, of: ColumnId, threshold: f64) -> ConditionId {
    let rows = builder.rows(rows);
    let domain = builder.plan.columns.get(of.index()).map_or(NO_LABELS, |column| column.domain);
    let (mild, grave) = (builder.above(of, threshold), builder.above(of, threshold * 1.5));
    let held = builder.held(grave, 2 * builder.plan.tick_ms, Some(rows));
    let (not_mild, not_grave) = (builder.not(mild), builder.not(grave));
    let reset = builder.lagged(not_grave, 1);
    let yellow = Moves { name: "yellow", set: mild, reset: not_mild, pending: None };
    let red = Moves { name: "red", set: held, reset, pending: Some(grave) };
    builder.alert(name, rows, of, &[yellow, red]);
    let tree = builder.tree("x", Place::Column(of), domain);
    for level in builder.plan.alerts.iter_mut().rev().take(1).flat_map(|alert| &mut alert.levels) {
        level.tree = Some(tree);
    }
    mild
}

fn watch_windows(builder: &mut PlanBuilder, cpu: Read) {
    let keeps = [Keep::Sum, Keep::Min, Keep::Max, Keep::Moments, Keep::Changes, Keep::Slope];
    let functions =
        [F::Avg, F::Stddev, F::Slope, F::Changes, F::Delta, F::First, F::Last, F::Min, F::Max, F::Count];
    let (_, read) = builder.window(WindowSource::Input(cpu.input), cpu.domain, 5, &keeps, &functions);
    let rows = || Rows::Input(cpu.input);
    for (at, (column, threshold)) in
        read.into_iter().zip([40.0, 20.0, 0.1, 2.0, 1.0, 40.0, 40.0, 20.0, 60.0, 4.0]).enumerate()
    {
        watch(builder, &format!("a{at} window"), rows(), column, threshold);
    }
    let functions = [F::Quantile(0.7), F::Distinct, F::Top(2), F::Bottom(2)];
    let (_, ranks) =
        builder.window(WindowSource::Column(cpu.column), cpu.domain, 4, &[Keep::Values], &functions);
    for (at, (column, threshold)) in ranks.into_iter().zip([40.0, 2.0, 50.0, 20.0]).enumerate() {
        watch(builder, &format!("b{at} ranks"), rows(), column, threshold);
    }
    let high = watch(builder, "c value", rows(), cpu.column, 50.0);
    let of = WindowSource::Condition(high, cpu.rows);
    let (_, truths) = builder.window(of, cpu.domain, 6, &[Keep::Truth], &[F::TrueCount]);
    for column in truths {
        watch(builder, "d truth", rows(), column, 2.0);
    }
}

fn watch_groups(builder: &mut PlanBuilder, cpu: Read) {
    let zone = builder.domain(&["zone"]);
    let map = builder.map(cpu.domain, zone, &[("pod", Match::NotMatches("p3".into()))]);
    let functions = [G::Sum, G::Avg, G::Stddev, G::Quantile(0.4), G::Top(1), G::Count];
    for (at, (function, threshold)) in
        functions.into_iter().zip([90.0, 45.0, 25.0, 40.0, 80.0, 2.0]).enumerate()
    {
        let of = builder.group(function, map, cpu.column);
        watch(builder, &format!("e{at} group"), Rows::Mapped(cpu.rows, map), of, threshold);
    }
    let window = WindowSource::Input(cpu.input);
    let keeps = [Keep::Moments, Keep::Values];
    let (window, _) = builder.window(window, cpu.domain, 3, &keeps, &[F::Avg]);
    for (at, function) in [G::Stddev, G::Quantile(0.9)].into_iter().enumerate() {
        let to = builder.column(zone);
        builder.step(Step::Pool { function, window, map, to });
        watch(builder, &format!("f{at} pool"), Rows::Mapped(cpu.rows, map), to, 30.0);
    }
    let pod = builder.domain(&["pod"]);
    let pinned = builder.map(cpu.domain, pod, &[("zone", Match::Equal("z1".into()))]);
    let selected = builder.column(pod);
    builder.step(Step::SelectValue { map: pinned, of: cpu.column, to: selected });
    watch(builder, "g selected", Rows::Mapped(cpu.rows, pinned), selected, 50.0);
    let limit = builder.gauge("limit", &["zone"]);
    let up = builder.map(cpu.domain, limit.domain, &[]);
    let spread = builder.column(cpu.domain);
    builder.step(Step::BroadcastValue { map: up, of: limit.column, to: spread });
    watch(builder, "h spread", Rows::Input(cpu.input), spread, 50.0);
}

fn watch_counters(builder: &mut PlanBuilder) {
    let requests = builder.counter("requests", &["pod"]);
    let functions = [F::Rate, F::Increase, F::Resets];
    let of = WindowSource::Input(requests.input);
    let (_, read) = builder.window(of, requests.domain, 4, &[Keep::Counter], &functions);
    for (at, (column, threshold)) in read.into_iter().zip([3.0, 90.0, 1.0]).enumerate() {
        watch(builder, &format!("i{at} counter"), Rows::Input(requests.input), column, threshold);
    }
}

fn watch_buckets(builder: &mut PlanBuilder) {
    let buckets = builder.gauge("latency_bucket", &["__le__", "zone"]);
    if let Some(label) = builder.plan.inputs.last_mut().and_then(|input| input.labels.first_mut()) {
        *label = WireLabel::Named("le".to_owned(), None);
    }
    let zone = builder.domain(&["zone"]);
    let map = builder.map(buckets.domain, zone, &[]);
    let (of, bucket_label, scale) = (buckets.column, 0, nvp_plan::unit::Scale::ONE);
    let (median, share) = (builder.column(zone), builder.column(zone));
    builder.step(Step::BucketQuantile { quantile: 0.5, map, bucket_label, scale, of, to: median });
    builder.step(Step::BucketShare { bound: 0.5, above: true, map, bucket_label, scale, of, to: share });
    watch(builder, "j quantile", Rows::Mapped(buckets.rows, map), median, 0.5);
    watch(builder, "k share", Rows::Mapped(buckets.rows, map), share, 0.3);
}

fn watch_joins(builder: &mut PlanBuilder, cpu: Read) {
    let uname = builder.gauge("uname", &["node", "pod"]);
    let to = builder.domain(&["node", "pod", "zone"]);
    builder.plan.lends.push(Lend {
        base: cpu.domain,
        info: uname.domain,
        to,
        on: vec![(0, 1)],
        labels: vec![LentLabel::Info(0), LentLabel::Base(0), LentLabel::Base(1)],
        value: uname.column,
    });
    let lend = LendId(0);
    let lent = builder.column(to);
    builder.step(Step::LendValue { lend, of: cpu.column, to: lent });
    watch(builder, "l lent", Rows::Lent(cpu.rows, uname.rows, lend), lent, 50.0);
    let zone = builder.domain(&["zone"]);
    let map = builder.map(cpu.domain, zone, &[]);
    let low = builder.compare(cpu.column, Compare::Less, 20.0);
    let any = builder.group_test(WindowTest::Any, map, low, cpu.rows);
    let not = builder.not(any);
    let count = builder.column(zone);
    builder.step(Step::GroupTruth { share: false, map, of: low, rows: cpu.rows, to: count });
    let rows = builder.rows(Rows::Mapped(cpu.rows, map));
    let red = Moves { name: "red", set: any, reset: not, pending: None };
    let alert = builder.alert("m low", rows, count, &[red]);
    let is_red = builder.state(alert, StateTest::AtLeast(0));
    let not_red = builder.not(is_red);
    let echo = Moves { name: "red", set: is_red, reset: not_red, pending: None };
    builder.alert("n echo", rows, count, &[echo]);
}
