//! Policies against what there is on the wire: which declared metrics get no data, and which names are near.
//!
//! It is told what is on the wire and fetches nothing.

use std::collections::{BTreeMap, BTreeSet};

use nvp_check::typed::{Metric, MetricKind, Policy};
use nvp_dsl::{Diagnostic, FileId, Span};
use nvp_formats::SeriesTable;

use crate::codes;

/// A declared metric that gets no data, or not all its labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfed {
    /// The metric.
    pub metric: String,
    /// Where it is declared.
    pub span: Span,
    /// What is missing.
    pub missing: MissingPart,
}

/// What of a metric is not on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MissingPart {
    /// No series of its names.
    Series {
        /// The wire names it reads.
        names: Vec<String>,
        /// A name on the wire that is near.
        near: Option<String>,
    },
    /// None of its series has this label.
    Label {
        /// The label's name on the wire.
        name: String,
        /// A label of its series that is near.
        near: Option<String>,
    },
}

impl Unfed {
    /// It as a warning; `wire` says what was looked at.
    #[must_use]
    pub fn diagnostic(&self, wire: &str) -> Diagnostic {
        let metric = &self.metric;
        match &self.missing {
            MissingPart::Series { names, near } => {
                let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let title = format!("`{metric}` gets no data from {wire}");
                let warning = Diagnostic::warning(codes::METRIC_WITHOUT_DATA, title, self.span)
                    .here(format!("no series named {names}"));
                match near {
                    Some(near) => warning.help(format!("there is `{near}`; `source \"{near}\"` reads it")),
                    None => warning,
                }
            }
            MissingPart::Label { name, near } => {
                let title = format!("no series of `{metric}` has the label `{name}` in {wire}");
                let warning = Diagnostic::warning(codes::LABEL_NOT_ON_WIRE, title, self.span);
                match near {
                    Some(near) => warning
                        .here(format!("its series have `{near}`"))
                        .help(format!("there is `{near}`; `labels {name} = \"{near}\"` reads it")),
                    None => warning.here(format!("none of its series has `{name}`")),
                }
            }
        }
    }
}

/// Endings that names differ by when one says more than the other.
const ENDINGS: [&str; 9] =
    ["_total", "_bucket", "_count", "_sum", "_seconds", "_milliseconds", "_bytes", "_ratio", "_info"];

/// The metrics that are compared with a wire: those that alerts read, and those declared in the set's own files.
pub fn compared<'p>(policy: &'p Policy, own_files: &'p BTreeSet<FileId>) -> impl Iterator<Item = &'p Metric> {
    let read: BTreeSet<_> = nvp_lower::Survey::of(policy).metrics().collect();
    policy.metrics.iter().enumerate().filter_map(move |(place, metric)| {
        let is_read = read.contains(&nvp_check::typed::MetricId(place));
        (is_read || own_files.contains(&metric.span.file)).then_some(metric)
    })
}

/// Compares the metrics that alerts read, and those declared in the set's own files, with the series of a wire.
#[must_use]
pub fn unfed(policy: &Policy, own_files: &BTreeSet<FileId>, table: &SeriesTable) -> Vec<Unfed> {
    let on_wire = labels_by_name(table);
    let unfed = |metric: &Metric| {
        let missing = missing_part(metric, &on_wire)?;
        Some(Unfed { metric: metric.name.clone(), span: metric.span, missing })
    };
    compared(policy, own_files).filter_map(unfed).collect()
}

/// The wire names that feed a metric: a histogram's are its buckets.
#[must_use]
pub fn wire_names(metric: &Metric) -> Vec<String> {
    let ending = if metric.kind == MetricKind::Histogram { "_bucket" } else { "" };
    metric.sources.iter().map(|source| format!("{source}{ending}")).collect()
}

type LabelsByName<'t> = BTreeMap<&'t str, BTreeSet<&'t str>>;

fn labels_by_name(table: &SeriesTable) -> LabelsByName<'_> {
    let mut names: LabelsByName<'_> = BTreeMap::new();
    for id in table.ids() {
        if let Some(name) = table.name(id) {
            names.entry(name).or_default().extend(table.labels(id).map(|(label, _)| label));
        }
    }
    names
}

fn missing_part(metric: &Metric, on_wire: &LabelsByName<'_>) -> Option<MissingPart> {
    let names = wire_names(metric);
    let mut labels = BTreeSet::new();
    let mut is_fed = false;
    for name in &names {
        if let Some(found) = on_wire.get(name.as_str()) {
            is_fed = true;
            labels.extend(found.iter().copied());
        }
    }
    if !is_fed {
        let near = names.iter().find_map(|name| near_name(name, on_wire.keys().copied()));
        return Some(MissingPart::Series { names, near });
    }
    let label = metric.labels.iter().find(|label| !labels.contains(label.source.as_str()))?;
    let declared: BTreeSet<&str> = metric.labels.iter().map(|label| label.source.as_str()).collect();
    let free = labels.into_iter().filter(|label| !declared.contains(label) && *label != "le");
    let near = nvp_dsl::suggest(&label.source, free).map(str::to_owned);
    Some(MissingPart::Label { name: label.source.clone(), near })
}

/// A name on the wire that is probably meant: nearly the same letters, or the same but for an ending.
fn near_name<'w>(name: &str, on_wire: impl Iterator<Item = &'w str> + Clone) -> Option<String> {
    let stem = stem_of(name);
    nvp_dsl::suggest(name, on_wire.clone())
        .or_else(|| on_wire.clone().find(|other| stem_of(other) == stem))
        .map(str::to_owned)
}

fn stem_of(name: &str) -> &str {
    let mut stem = name;
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| stem.strip_suffix(ending)) {
        stem = shorter;
    }
    stem
}

#[cfg(test)]
mod tests;
