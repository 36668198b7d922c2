//! Our own metrics, as Prometheus text. Names begin with `novaevo_policy_` and end in their unit.

mod answering;
mod families;

use nvp_drive::live::status::{DestinationStatus, Durability, SourceStatus, StateStatus, Status};
use prometheus::{Encoder as _, TextEncoder};

use self::families::{Families, Kind};

/// The content type of [`text`].
pub const CONTENT_TYPE: &str = prometheus::TEXT_FORMAT;

/// Writes all metrics of `status`; the lag is taken against `now_ms`, the wall clock in ms since the Unix epoch.
///
/// # Errors
/// When the library refuses a metric, which a test excludes.
pub fn text(status: &Status, now_ms: i64) -> Result<String, prometheus::Error> {
    let mut families = Families::default();
    process(&mut families, status);
    evaluation(&mut families, status, now_ms);
    sources(&mut families, &status.sources);
    destinations(&mut families, &status.destinations);
    status.state.iter().for_each(|state| kept(&mut families, state));
    status.answers.iter().for_each(|answers| answering::add(&mut families, answers));
    let mut bytes = Vec::new();
    TextEncoder::new().encode(&families.finish(), &mut bytes)?;
    String::from_utf8(bytes).map_err(|e| prometheus::Error::Msg(e.to_string()))
}

fn process(families: &mut Families, status: &Status) {
    families.add("build_info", Kind::Gauge, "The version of the program; always 1.", |family| {
        family.value(&[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    });
    families.add("start_time_seconds", Kind::Gauge, "When the run began, since the Unix epoch.", |family| {
        family.value(&[], seconds(status.started_ms));
    });
    families.add("generation", Kind::Gauge, "The number of the policies' generation, from 1.", |family| {
        family.value(&[], count(status.generation));
    });
    families.add("alert_rules", Kind::Gauge, "Alerts that the policies define.", |family| {
        family.value(&[], count(status.alert_rules));
    });
    families.add("alerts", Kind::Gauge, "Alerts by the level at which they stand.", |family| {
        for (level, standing) in &status.standing {
            family.value(&[("level", level)], count(*standing));
        }
    });
    families.add("decisions_total", Kind::Counter, "Decisions taken.", |family| {
        family.value(&[], count(status.decisions));
    });
}

fn evaluation(families: &mut Families, status: &Status, now_ms: i64) {
    families.add("tick_interval_seconds", Kind::Gauge, "The distance of ticks.", |family| {
        family.value(&[], seconds(status.tick_ms));
    });
    families.add("ticks_total", Kind::Counter, "Ticks closed.", |family| {
        family.value(&[], count(status.ticks));
    });
    if let Some(tick) = status.last_tick_ms {
        let help = "The last tick closed, since the Unix epoch.";
        families.add("last_tick_timestamp_seconds", Kind::Gauge, help, |family| {
            family.value(&[], seconds(tick));
        });
    }
    if let Some(lag) = status.lag_ms(now_ms) {
        let help = "How long after its instant the last tick was closed, or the next one has been overdue.";
        families.add("tick_lag_seconds", Kind::Gauge, help, |family| family.value(&[], seconds(lag)));
    }
    let help = "How long it took to close the ticks that were due.";
    families.add("evaluation_duration_seconds", Kind::Histogram, help, |family| {
        family.durations(&status.evaluation);
    });
    families.add("series", Kind::Gauge, "Series known.", |family| family.value(&[], count(status.series)));
    families.add("rows", Kind::Gauge, "Rows of all label sets.", |family| {
        family.value(&[], count(status.rows));
    });
    let help = "Rows that are missing because several live series claim them.";
    families.add("conflicting_rows", Kind::Gauge, help, |family| family.value(&[], count(status.conflicts)));
    let help = "Samples that `ago` could not keep for want of room.";
    families.add("lane_samples_dropped_total", Kind::Counter, help, |family| {
        family.value(&[], count(status.lane_samples_dropped));
    });
    families.add("state_bytes", Kind::Gauge, "The engine's memory, by what it is for.", |family| {
        for (kind, bytes) in &status.state_bytes {
            family.value(&[("kind", kind)], count(*bytes));
        }
    });
    families.add("queue_depth", Kind::Gauge, "What waits in a queue.", |family| {
        family.value(&[("queue", "batches")], count(status.batches.waiting));
        for destination in &status.destinations {
            family.value(&[("queue", &destination.name)], count(destination.waiting));
        }
    });
}

fn kept(families: &mut Families, state: &StateStatus) {
    let is_durable = state.durability == Durability::Durable;
    families.add(
        "state_durable",
        Kind::Gauge,
        "Whether a restart would know all up to the last tick.",
        |family| {
            family.value(&[], if is_durable { 1.0 } else { 0.0 });
        },
    );
    families.add(
        "state_records_total",
        Kind::Counter,
        "Inputs taken down in the state's folder.",
        |family| {
            family.value(&[], count(state.records));
        },
    );
    families.add("state_snapshots_total", Kind::Counter, "Snapshots of the state written.", |family| {
        family.value(&[], count(state.snapshots));
    });
    let help = "How often the state's folder could not be written.";
    families.add("state_failures_total", Kind::Counter, help, |family| {
        family.value(&[], count(state.failures));
    });
}

fn sources(families: &mut Families, sources: &[SourceStatus]) {
    families.add("source_up", Kind::Gauge, "Whether the last collection worked.", |family| {
        for source in sources {
            family.value(&[("source", &source.name)], if source.up == Some(true) { 1.0 } else { 0.0 });
        }
    });
    families.add("source_collections_total", Kind::Counter, "Collections, by how they ended.", |family| {
        for source in sources {
            let ends = [("worked", source.collected), ("failed", source.failed), ("skipped", source.skipped)];
            for (result, collections) in ends {
                family.value(&[("result", result), ("source", &source.name)], count(collections));
            }
        }
    });
    let help = "How long the last collection took.";
    families.add("source_last_collection_duration_seconds", Kind::Gauge, help, |family| {
        for source in sources {
            family.value(&[("source", &source.name)], source.last_duration_s);
        }
    });
    families.add("samples_total", Kind::Counter, "Samples handed to the engine.", |family| {
        for source in sources {
            family.value(&[("source", &source.name)], count(source.samples));
        }
    });
    let help = "What was left out, by reason: late, future, duplicate, lines of no format, and so on.";
    families.add("samples_dropped_total", Kind::Counter, help, |family| {
        for source in sources {
            for (reason, dropped) in &source.dropped {
                family.value(&[("reason", reason), ("source", &source.name)], count(*dropped));
            }
        }
    });
}

fn destinations(families: &mut Families, destinations: &[DestinationStatus]) {
    families.add("destination_failing", Kind::Gauge, "Whether the last attempt failed.", |family| {
        for destination in destinations {
            let failing = if destination.results.failing { 1.0 } else { 0.0 };
            family.value(&[("destination", &destination.name)], failing);
        }
    });
    families.add(
        "destination_decisions_total",
        Kind::Counter,
        "Decisions, by what became of them.",
        |family| {
            for DestinationStatus { name, results, .. } in destinations {
                let ends = [
                    ("delivered", results.delivered),
                    ("refused", results.refused),
                    ("expired", results.expired),
                    ("dropped", results.dropped),
                ];
                for (result, decisions) in ends {
                    family.value(&[("destination", name), ("result", result)], count(decisions));
                }
            }
        },
    );
    families.add("destination_retries_total", Kind::Counter, "Attempts made again.", |family| {
        for destination in destinations {
            family.value(&[("destination", &destination.name)], count(destination.results.retried));
        }
    });
}

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}

fn count(count: u64) -> f64 {
    count as f64
}
