//! Against the real Prometheus: the same samples, the same questions, the same answers at every tick.
//!
//! Samples of a small shop (a fixed seed) go into the blocks of a real `prometheus` (by `promtool`) and into our engine. Each case is
//! an expression of ours and one of theirs; at every tick both must have the same rows with the same values, to a
//! relative 1e-9 (sums of floating-point numbers are taken in another order).
//!
//! | exempt | why |
//! |---|---|
//! | samples on a window's edge | Prometheus 2.42 counts a sample at the old edge, we do not (`(t − d, t]`, as Prometheus 3 does): no sample lies on a tick |
//! | a counter born while its target is read | we count from zero, Prometheus loses the first growth: all counters of a target begin with it |
//! | NaN | missing to us, a value to Prometheus: its NaN is read as missing, and none is among the samples |
//! | the start | our windows are warming until they can be full: compared from then on |
//! | `sum_over_time`, `count_over_time` | cannot be said: they depend on how often one samples |
//! | a quantile over time | ours is of the value standing at each tick, not of the samples: theirs is asked as a subquery |
//! | subqueries | Prometheus 2.42 counts the evaluation at the old edge: theirs are asked a step shorter |
//! | a `count` of nothing | 0 to us, no row to Prometheus: in every group compared some series lives |

mod ours;
mod remote_write;
mod samples;
mod server;

use ours::{Rows, Ticks};
use samples::{Samples, Span, TICK_MS};
use server::Prometheus;

/// An expression of ours and what it is to Prometheus.
type Case = (&'static str, &'static str);

const METRICS: &str = "
severity red is critical
unit requests
defaults { every 15s }
metric requests: counter of requests { labels job, service, instance, code  source \"shop_requests_total\" }
metric temperature: number { labels job, service, instance  source \"shop_temperature\" }
metric depth: number { labels job, service, instance  source \"shop_depth\" }
metric rare: number { labels job, service, instance  source \"shop_rare\" }
metric limit: number { labels job, service  source \"shop_limit\" }
metric depth_summed: number { labels job, service  source \"shop_depth\"  merge sum }
metric depth_greatest: number { labels job, service  source \"shop_depth\"  merge max }
metric latency: histogram of s { labels job, service, instance  source \"shop_latency_seconds\" }
";

const OVER_TIME: &[Case] = &[
    ("rate(requests over 5m)", "rate(shop_requests_total[5m])"),
    ("rate(requests over 1m)", "rate(shop_requests_total[1m])"),
    ("increase(requests over 10m)", "increase(shop_requests_total[10m])"),
    ("resets(requests over 10m)", "resets(shop_requests_total[10m])"),
    (
        "rate(requests{code = \"500\"} over 5m)",
        "sum without (code) (rate(shop_requests_total{code=\"500\"}[5m]))",
    ),
    ("delta(temperature over 5m)", "delta(shop_temperature[5m])"),
    ("slope(temperature over 5m)", "deriv(shop_temperature[5m])"),
    ("slope(depth over 2m)", "deriv(shop_depth[2m])"),
    ("changes(depth over 5m)", "changes(shop_depth[5m])"),
    ("avg(temperature over 5m)", "avg_over_time(shop_temperature[5m])"),
    ("min(temperature over 5m)", "min_over_time(shop_temperature[5m])"),
    ("max(temperature over 5m)", "max_over_time(shop_temperature[5m])"),
    ("stddev(temperature over 5m)", "stddev_over_time(shop_temperature[5m])"),
    ("quantile(0.9, temperature over 5m)", "quantile_over_time(0.9, shop_temperature[4m45s:15s])"),
    ("p50(depth over 3m)", "quantile_over_time(0.5, shop_depth[2m45s:15s])"),
    ("last(temperature over 5m)", "last_over_time(shop_temperature[5m])"),
    ("avg(rare over 5m)", "avg_over_time(shop_rare[5m])"),
    ("max(rate(requests over 1m) over 5m)", "max_over_time(rate(shop_requests_total[1m])[4m45s:15s])"),
    ("avg(temperature / depth over 5m)", "avg_over_time((shop_temperature / (shop_depth > 0))[4m45s:15s])"),
    ("share(depth > 5 over 5m)", "avg_over_time((shop_depth > bool 5)[4m45s:15s])"),
    ("temperature 5m ago", "shop_temperature offset 5m"),
    ("temperature - temperature 5m ago", "shop_temperature - shop_temperature offset 5m"),
    ("rate(requests over 5m) 5m ago", "rate(shop_requests_total[5m] offset 5m)"),
];

const ACROSS: &[Case] = &[
    ("sum(temperature by service)", "sum by (service) (shop_temperature)"),
    ("avg(temperature by service)", "avg by (service) (shop_temperature)"),
    ("min(temperature by service)", "min by (service) (shop_temperature)"),
    ("max(temperature without instance)", "max without (instance) (shop_temperature)"),
    ("count(temperature by service)", "count by (service) (shop_temperature)"),
    ("stddev(temperature by job)", "stddev by (job) (shop_temperature)"),
    ("quantile(0.25, temperature by job)", "quantile by (job) (0.25, shop_temperature)"),
    ("p90(depth overall)", "quantile(0.9, shop_depth)"),
    (
        "sum(rate(requests over 5m) by service, code)",
        "sum by (service, code) (rate(shop_requests_total[5m]))",
    ),
    (
        "(sum(rate(requests{code =~ \"5..|404\"} over 5m) by service) default 0) / sum(rate(requests over 5m) by service)",
        "(sum by (service) (rate(shop_requests_total{code=~\"5..|404\"}[5m])) or 0 * sum by (service) (rate(shop_requests_total[5m]))) / sum by (service) (rate(shop_requests_total[5m]))",
    ),
    (
        "max(increase(requests{code != \"200\"} over 5m) by instance)",
        "max by (instance) (increase(shop_requests_total{code!=\"200\"}[5m]))",
    ),
    ("share(depth > 5 by service)", "avg by (service) (shop_depth > bool 5)"),
    ("count(depth > 5 by service)", "sum by (service) (shop_depth > bool 5)"),
    (
        "avg(temperature over 5m by service)",
        "sum by (service) (sum_over_time(shop_temperature[5m])) / sum by (service) (count_over_time(shop_temperature[5m]))",
    ),
    ("min(temperature over 5m by service)", "min by (service) (min_over_time(shop_temperature[5m]))"),
    ("max(temperature over 5m overall)", "max(max_over_time(shop_temperature[5m]))"),
    ("depth_summed", "sum by (job, service) (shop_depth)"),
    ("depth_greatest", "max by (job, service) (shop_depth)"),
];

const HISTOGRAMS: &[Case] = &[
    (
        "p95(latency over 5m by service)",
        "histogram_quantile(0.95, sum by (service, le) (rate(shop_latency_seconds_bucket[5m])))",
    ),
    (
        "p50(latency over 2m overall)",
        "histogram_quantile(0.5, sum by (le) (rate(shop_latency_seconds_bucket[2m])))",
    ),
    ("quantile(0.1, latency over 5m)", "histogram_quantile(0.1, rate(shop_latency_seconds_bucket[5m]))"),
    (
        "quantile(0.999, latency over 5m by job)",
        "histogram_quantile(0.999, sum by (job, le) (rate(shop_latency_seconds_bucket[5m])))",
    ),
    (
        "avg(latency over 5m by service)",
        "sum by (service) (rate(shop_latency_seconds_sum[5m])) / sum by (service) (rate(shop_latency_seconds_count[5m]))",
    ),
    ("count(latency over 5m by service)", "sum by (service) (increase(shop_latency_seconds_count[5m]))"),
    ("sum(latency over 5m by service)", "sum by (service) (increase(shop_latency_seconds_sum[5m]))"),
    ("rate(latency over 5m by service)", "sum by (service) (rate(shop_latency_seconds_count[5m]))"),
    (
        "share(latency <= 300ms over 5m by service)",
        "sum by (service) (rate(shop_latency_seconds_bucket{le=\"0.3\"}[5m])) / sum by (service) (rate(shop_latency_seconds_count[5m]))",
    ),
];

const ROW_BY_ROW: &[Case] = &[
    ("temperature", "shop_temperature"),
    ("rare", "shop_rare"),
    ("temperature * 2 + 1", "shop_temperature * 2 + 1"),
    ("-temperature", "-shop_temperature"),
    ("temperature / depth", "shop_temperature / shop_depth"),
    ("(temperature - depth) / temperature", "(shop_temperature - shop_depth) / shop_temperature"),
    ("temperature / limit", "shop_temperature / on (job, service) group_left () shop_limit"),
    ("limit - depth", "- (shop_depth - on (job, service) group_left () shop_limit)"),
    ("sum(depth by job, service) / limit", "sum by (job, service) (shop_depth) / shop_limit"),
    ("rare default temperature", "shop_rare or shop_temperature"),
    ("if temperature > 10 then temperature", "shop_temperature > 10"),
    (
        "if depth > 5 then temperature else limit",
        "(shop_temperature and (shop_depth > 5)) or (0 * (shop_depth <= 5) + on (job, service) group_left () shop_limit)",
    ),
    ("abs(temperature)", "abs(shop_temperature)"),
    ("ceil(temperature)", "ceil(shop_temperature)"),
    ("floor(temperature)", "floor(shop_temperature)"),
    ("round(temperature)", "round(shop_temperature)"),
    ("sqrt(depth)", "sqrt(shop_depth)"),
    ("exp(temperature / limit)", "exp(shop_temperature / on (job, service) group_left () shop_limit)"),
    ("ln(depth)", "ln(shop_depth)"),
    ("log2(depth)", "log2(shop_depth)"),
    ("log10(depth)", "log10(shop_depth)"),
    ("sgn(temperature)", "sgn(shop_temperature)"),
    ("clamp(temperature, -2, 12)", "clamp(shop_temperature, -2, 12)"),
];

/// What stale markers do: rows end with them at once; windows pass over them.
const STALE_MARKERS: &[Case] = &[
    ("depth", "shop_depth"),
    ("sum(depth by service)", "sum by (service) (shop_depth)"),
    ("count(depth overall)", "count(shop_depth)"),
    ("avg(depth over 5m)", "avg_over_time(shop_depth[5m])"),
    ("max(depth over 2m)", "max_over_time(shop_depth[2m])"),
    ("changes(depth over 5m)", "changes(shop_depth[5m])"),
    ("delta(depth over 3m)", "delta(shop_depth[3m])"),
    ("p50(depth over 5m)", "quantile_over_time(0.5, shop_depth[4m45s:15s])"),
    ("rate(requests over 2m)", "rate(shop_requests_total[2m])"),
    ("increase(requests over 5m)", "increase(shop_requests_total[5m])"),
    ("max(depth * 2 over 5m)", "max_over_time((shop_depth * 2)[4m45s:15s])"),
];

#[test]
fn a_shop_looks_the_same_to_prometheus() {
    let samples = Samples::shop();
    let span = Span::of(&samples);
    let folder = tempfile::tempdir().unwrap();
    server::write_blocks(&samples, folder.path());
    let prometheus = Prometheus::start(folder.path(), 3 * TICK_MS);
    let cases: Vec<Case> = [OVER_TIME, ACROSS, HISTOGRAMS, ROW_BY_ROW].concat();
    compare(&prometheus, &samples, span, &cases);
}

#[test]
fn stale_markers_look_the_same_to_prometheus() {
    let samples = Samples::interrupted();
    let span = Span::of(&samples);
    let folder = tempfile::tempdir().unwrap();
    let prometheus = Prometheus::start(folder.path(), 3 * TICK_MS);
    prometheus.write(&remote_write::request(&samples));
    compare(&prometheus, &samples, span, STALE_MARKERS);
}

/// Asks both everything and tells all differences at once.
fn compare(prometheus: &Prometheus, samples: &Samples, span: Span, cases: &[Case]) {
    let expressions: Vec<&str> = cases.iter().map(|(ours, _)| *ours).collect();
    let ours = ours::ask(METRICS, &expressions, samples, span);
    let mut wrong = Vec::new();
    for ((ours, theirs), ticks) in cases.iter().zip(&ours) {
        let asked = prometheus.range(theirs, span);
        let difference = difference(ticks, &asked).or_else(|| {
            let instant = prometheus.instant(theirs, span.last_ms);
            let last = |at: i64| (at == span.last_ms).then_some(&instant);
            last(span.last_ms).filter(|rows| asked.get(&span.last_ms).unwrap_or(&Rows::new()) != *rows)?;
            Some("an instant query differs from the end of the range query".to_owned())
        });
        if let Some(difference) = difference {
            wrong.push(format!("{ours}\n{theirs}\n  {difference}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// The first difference, with how many there are.
fn difference(ours: &Ticks, theirs: &Ticks) -> Option<String> {
    let none = Rows::new();
    let (mut compared, mut different, mut first) = (0, 0, None);
    let instants: std::collections::BTreeSet<i64> = ours.keys().chain(theirs.keys()).copied().collect();
    for at_ms in instants {
        let (our_rows, their_rows) = (ours.get(&at_ms).unwrap_or(&none), theirs.get(&at_ms).unwrap_or(&none));
        let labels: std::collections::BTreeSet<_> = our_rows.keys().chain(their_rows.keys()).collect();
        for labels in labels {
            let (our, their) = (our_rows.get(labels).copied(), their_rows.get(labels).copied());
            compared += 1;
            if !is_near(our, their) {
                different += 1;
                first.get_or_insert_with(|| {
                    format!("at {at_ms} {labels:?}: {our:?}, and to Prometheus {their:?}")
                });
            }
        }
    }
    let first = first.map(|first| format!("{different} of {compared} values differ, first {first}"));
    first.or_else(|| (compared < 100).then(|| format!("only {compared} values to compare")))
}

/// Equal to a relative 1e-9; what is that near to zero has lost its digits in a difference of values around 10.
fn is_near(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-4),
        (None, None) => true,
        _ => false,
    }
}
