//! Metric families, as the exposition library wants them.

use nvp_drive::live::status::{DURATION_BOUNDS_S, Durations};
use prometheus::proto::{Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType};

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts in buckets.
    Histogram,
}

/// The families, in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Families(Vec<MetricFamily>);

/// A family being filled.
#[derive(Debug)]
pub(super) struct Family {
    kind: Kind,
    metrics: Vec<Metric>,
}

impl Families {
    /// Adds a family, `name` without our prefix; one that gets no values is left out.
    pub(super) fn add(&mut self, name: &str, kind: Kind, help: &str, fill: impl FnOnce(&mut Family)) {
        let mut family = Family { kind, metrics: Vec::new() };
        fill(&mut family);
        if family.metrics.is_empty() {
            return;
        }
        let mut shown = MetricFamily::default();
        shown.set_name(format!("novaevo_policy_{name}"));
        shown.set_help(help.to_owned());
        shown.set_field_type(match kind {
            Kind::Counter => MetricType::COUNTER,
            Kind::Gauge => MetricType::GAUGE,
            Kind::Histogram => MetricType::HISTOGRAM,
        });
        shown.set_metric(family.metrics);
        self.0.push(shown);
    }

    /// All families.
    pub(super) fn finish(self) -> Vec<MetricFamily> {
        self.0
    }
}

impl Family {
    /// Adds a value with its labels.
    pub(super) fn value(&mut self, labels: &[(&str, &str)], value: f64) {
        let mut metric = Metric::from_label(labels.iter().map(pair).collect());
        match self.kind {
            Kind::Counter => {
                let mut counter = Counter::default();
                counter.set_value(value);
                metric.set_counter(counter);
            }
            Kind::Gauge | Kind::Histogram => {
                let mut gauge = Gauge::default();
                gauge.set_value(value);
                metric.set_gauge(gauge);
            }
        }
        self.metrics.push(metric);
    }

    /// Adds a histogram without labels.
    pub(super) fn durations(&mut self, durations: &Durations) {
        let mut below = 0_u64;
        let mut buckets = Vec::with_capacity(DURATION_BOUNDS_S.len());
        for (bound, count) in DURATION_BOUNDS_S.iter().zip(durations.buckets) {
            below = below.saturating_add(count);
            let mut bucket = Bucket::default();
            bucket.set_upper_bound(*bound);
            bucket.set_cumulative_count(below);
            buckets.push(bucket);
        }
        let mut histogram = Histogram::default();
        histogram.set_bucket(buckets);
        histogram.set_sample_count(durations.count);
        histogram.set_sample_sum(durations.sum_s);
        let mut metric = Metric::default();
        metric.set_histogram(histogram);
        self.metrics.push(metric);
    }
}

fn pair((name, value): &(&str, &str)) -> LabelPair {
    let mut pair = LabelPair::default();
    pair.set_name((*name).to_owned());
    pair.set_value((*value).to_owned());
    pair
}
