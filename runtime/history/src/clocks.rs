//! Sources whose clock is wrong: found by where in time their samples lie.
//!
//! A recording's samples lie close together; those of a source whose clock is years ahead lie apart from the others. The rule:
//!
//! 1. Each series is split where it pauses for longer than the gap (a day, unless told otherwise). What lies closer than the gap
//!    is one cluster, over all series. The cluster with the most samples is the bulk; of equal ones the earliest, for a clock is
//!    more often ahead by a mistake than behind.
//! 2. Another cluster is an outlier if none of its series has a sample elsewhere: the clock was wrong all the time. (A pause of
//!    days, after which known series go on, is a pause.)
//! 3. It is one too if it holds less than a thousandth of the bulk's samples more than 30 days away: a clock that was wrong for a
//!    moment.
//!
//! Outliers are left out, counted and described by the label that tells them from the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use nvp_formats::{SeriesId, SeriesKey, SeriesTable};

use crate::columns::Columns;

/// A cluster this much smaller than the bulk …
const STRAY_DIVISOR: u64 = 1_000;
/// … and this far away is a clock that was wrong for a moment.
const STRAY_DISTANCE_MS: i64 = 30 * 86_400_000;

/// Samples left out because their source's clock is far from the others'.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlier {
    /// The label that all its series have with this value, and none of the rest has; `None` where there is no such label.
    pub label: Option<(String, String)>,
    /// One of its series.
    pub example: SeriesKey,
    /// How far its first sample is ahead of the first of the rest, in seconds; negative if behind.
    pub offset_s: i64,
    /// How many series.
    pub series: usize,
    /// How many samples.
    pub samples: u64,
    /// Its first instant, ms since the Unix epoch.
    pub first_ms: i64,
    /// Its last instant, ms since the Unix epoch.
    pub last_ms: i64,
}

impl fmt::Display for Outlier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.label {
            Some((name, value)) => write!(f, "`{name}=\"{value}\"`")?,
            None => write!(f, "`{}`", self.example)?,
        }
        let direction = if self.offset_s < 0 { "behind" } else { "ahead of" };
        let (offset_s, samples, series) = (self.offset_s.unsigned_abs(), self.samples, self.series);
        let samples = if samples == 1 { "1 sample".to_owned() } else { format!("{samples} samples") };
        write!(f, " is {offset_s} s {direction} the rest: {samples} of {series} series left out")
    }
}

/// A stretch of one series without a long pause.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    series: SeriesId,
    first_ms: i64,
    last_ms: i64,
    samples: u64,
}

/// Stretches that lie close together in time.
#[derive(Debug, Default)]
struct Cluster {
    stretches: Vec<Stretch>,
    first_ms: i64,
    last_ms: i64,
    samples: u64,
}

/// Takes the outliers out of `series` (in order of time each) and describes them.
pub(crate) fn take_outliers(series: &mut [Columns], table: &SeriesTable, gap_ms: i64) -> Vec<Outlier> {
    let stretches: Vec<_> =
        series.iter().zip(0..).flat_map(|(columns, id)| stretches(columns, id, gap_ms)).collect();
    let mut stretches_of = BTreeMap::<SeriesId, usize>::new();
    for stretch in &stretches {
        *stretches_of.entry(stretch.series).or_default() += 1;
    }
    let mut clusters = clusters(stretches, gap_ms);
    let largest = clusters.iter().enumerate().min_by_key(|(_, c)| (std::cmp::Reverse(c.samples), c.first_ms));
    let Some(bulk) = largest.map(|(place, _)| place) else { return Vec::new() };
    let bulk = clusters.swap_remove(bulk);
    clusters.sort_by_key(|cluster| cluster.first_ms);
    let is_stray = |cluster: &Cluster| {
        let distance_ms = (cluster.first_ms - bulk.last_ms).max(bulk.first_ms - cluster.last_ms);
        cluster.samples < bulk.samples / STRAY_DIVISOR && distance_ms > STRAY_DISTANCE_MS
    };
    let mut outliers = Vec::new();
    for cluster in clusters {
        let ids: BTreeSet<_> = cluster.stretches.iter().map(|s| s.series).collect();
        let inside = cluster.stretches.len();
        let whole = ids.iter().filter_map(|id| stretches_of.get(id)).sum::<usize>() == inside;
        if !whole && !is_stray(&cluster) {
            continue;
        }
        let label = if whole { distinguishing_label(&ids, series, table) } else { None };
        outliers.extend(describe(&cluster, bulk.first_ms, label.as_deref(), table));
        for &id in &ids {
            if let Some(columns) = series.get_mut(id as usize) {
                columns.remove(|instant_ms| (cluster.first_ms..=cluster.last_ms).contains(&instant_ms));
            }
        }
    }
    outliers
}

fn stretches(columns: &Columns, series: SeriesId, gap_ms: i64) -> Vec<Stretch> {
    let mut found = Vec::<Stretch>::new();
    for (instant_ms, _) in columns.iter() {
        match found.last_mut() {
            Some(open) if instant_ms - open.last_ms <= gap_ms => {
                open.last_ms = instant_ms;
                open.samples += 1;
            }
            _ => found.push(Stretch { series, first_ms: instant_ms, last_ms: instant_ms, samples: 1 }),
        }
    }
    found
}

fn clusters(mut stretches: Vec<Stretch>, gap_ms: i64) -> Vec<Cluster> {
    stretches.sort_unstable_by_key(|s| (s.first_ms, s.series));
    let mut found = Vec::<Cluster>::new();
    for stretch in stretches {
        match found.last_mut() {
            Some(open) if stretch.first_ms - open.last_ms <= gap_ms => {
                open.last_ms = open.last_ms.max(stretch.last_ms);
                open.samples += stretch.samples;
                open.stretches.push(stretch);
            }
            _ => found.push(Cluster {
                stretches: vec![stretch],
                first_ms: stretch.first_ms,
                last_ms: stretch.last_ms,
                samples: stretch.samples,
            }),
        }
    }
    found
}

/// The name of the label that all of `ids` have, with values that no other series with samples has: of several the one with the
/// fewest values, then the shortest, then the first by name.
fn distinguishing_label(ids: &BTreeSet<SeriesId>, series: &[Columns], table: &SeriesTable) -> Option<String> {
    let mut values = BTreeMap::<&str, (usize, BTreeSet<&str>)>::new();
    for &id in ids {
        for (name, value) in table.labels(id) {
            let (count, seen) = values.entry(name).or_default();
            *count += 1;
            seen.insert(value);
        }
    }
    values.retain(|_, (count, _)| *count == ids.len());
    for id in
        table.ids().filter(|id| !ids.contains(id) && series.get(*id as usize).is_some_and(|c| c.len() > 0))
    {
        for (name, value) in table.labels(id) {
            if values.get(name).is_some_and(|(_, seen)| seen.contains(value)) {
                values.remove(name);
            }
        }
    }
    let length = |values: &BTreeSet<&str>| values.iter().map(|value| value.len()).sum::<usize>();
    let best = values.iter().min_by_key(|(name, (_, values))| (values.len(), length(values), **name));
    best.map(|(name, _)| (*name).to_owned())
}

/// One outlier for each value of the label, or one for all.
fn describe(cluster: &Cluster, bulk_first_ms: i64, label: Option<&str>, table: &SeriesTable) -> Vec<Outlier> {
    let mut by_value = BTreeMap::<Option<&str>, Vec<Stretch>>::new();
    for &stretch in &cluster.stretches {
        let value = label.and_then(|name| table.label(stretch.series, name));
        by_value.entry(value).or_default().push(stretch);
    }
    let describe = |(value, stretches): (Option<&str>, Vec<Stretch>)| {
        let first_ms = stretches.iter().map(|s| s.first_ms).min()?;
        let ids: BTreeSet<_> = stretches.iter().map(|s| s.series).collect();
        Some(Outlier {
            label: label.zip(value).map(|(name, value)| (name.to_owned(), value.to_owned())),
            example: table.key(*ids.first()?)?,
            offset_s: (first_ms - bulk_first_ms + 500).div_euclid(1_000),
            series: ids.len(),
            samples: stretches.iter().map(|s| s.samples).sum(),
            first_ms,
            last_ms: stretches.iter().map(|s| s.last_ms).max()?,
        })
    };
    by_value.into_iter().filter_map(describe).collect()
}

#[cfg(test)]
mod tests;
