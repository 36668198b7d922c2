//! The host collector against node_exporter on the same machine (`tests/machine`), and on the machine at hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use nvp_formats::{
    Batch, Dropped, Exposition, Limits, SeriesTable, SourceLabels, TextFormat, WireKind, is_stale_marker,
};
use nvp_ingest::host::{Collected, HostCollector, HostOptions, Problem, Roots};

fn machine() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/machine")
}

fn roots_in(folder: &Path) -> Roots {
    Roots {
        proc: folder.join("proc"),
        sys: folder.join("sys"),
        udev: folder.join("udev"),
        root: folder.join("root"),
    }
}

/// Series with kinds and values.
fn shown(table: &SeriesTable, batch: &Batch) -> BTreeMap<String, (WireKind, f64)> {
    batch.iter().map(|(id, _, value)| (table.key(id).unwrap().to_string(), (table.kind(id), value))).collect()
}

#[test]
fn what_node_exporter_gives_is_given() {
    let (mut table, mut batch, mut dropped) = (SeriesTable::default(), Batch::default(), Dropped::new());
    let golden = fs::read(machine().join("node_exporter-1.5.0.om")).unwrap();
    let mut target = Exposition::new(Limits::default(), SourceLabels::default());
    target.parse(&golden, TextFormat::Prometheus, 0, &mut table, &mut batch, &mut dropped);
    assert_eq!(dropped, Dropped::new());
    let mut theirs = shown(&table, &batch);
    // This version gives a processor that is switched off times of 0; we give none.
    theirs.retain(|series, (_, value)| !series.contains("{cpu=\"1\"") || *value != 0.0);

    let (mut table, mut batch) = (SeriesTable::default(), Batch::default());
    let mut collector = HostCollector::new(HostOptions { labels: Vec::new(), roots: roots_in(&machine()) });
    let collected = collector.collect(1_661_140_279_123, &mut table, &mut batch);
    assert_eq!(collected, Collected { samples: batch.len(), refused: 0, problems: Vec::new() });
    let mut ours = shown(&table, &batch);

    assert!(theirs.len() > 250, "{} series", theirs.len());
    for (series, (kind, value)) in &theirs {
        let Some((our_kind, our_value)) = ours.remove(series) else { panic!("{series} is missing") };
        assert_eq!(our_kind, *kind, "{series}");
        let difference = (our_value - value).abs();
        assert!(difference <= value.abs() * 1e-12, "{series} is {our_value}, node_exporter says {value}");
    }
    // What we give beyond: Debian's package leaves `lo` out of netdev (upstream does not), and these were cut from the file.
    let cut =
        ["node_uname_info", "node_time_seconds", "node_scrape_collector_success{collector=\"conntrack\"}"];
    ours.retain(|series, _| {
        !series.ends_with("{device=\"lo\"}") && !cut.iter().any(|known| series.starts_with(known))
    });
    assert_eq!(ours, BTreeMap::new());
}

#[test]
fn this_machine_can_be_watched() {
    let (mut table, mut batch) = (SeriesTable::default(), Batch::default());
    let mut collector = HostCollector::new(HostOptions::default());
    let mut samples = Vec::new();
    for second in 1..=3 {
        batch.clear();
        let collected = collector.collect(second * 1_000, &mut table, &mut batch);
        assert!(batch.instants.iter().all(|&instant| instant == second * 1_000));
        assert_eq!((collected.samples, collected.refused), (batch.len(), 0));
        samples.push(shown(&table, &batch));
    }
    let [first, .., last] = &*samples else { panic!("three collections") };
    let value = |samples: &BTreeMap<String, (WireKind, f64)>, name: &str| -> f64 {
        let of_name = samples.iter().filter(|(series, _)| series.split('{').next() == Some(name));
        of_name.map(|(_, (_, value))| value).sum()
    };
    for name in [
        "node_cpu_seconds_total",
        "node_memory_MemTotal_bytes",
        "node_memory_MemAvailable_bytes",
        "node_filesystem_size_bytes",
        "node_filesystem_avail_bytes",
        "node_boot_time_seconds",
        "node_context_switches_total",
        "node_forks_total",
        "node_procs_running",
        "node_network_up",
        "node_uname_info",
        "node_time_seconds",
    ] {
        assert!(value(first, name) > 0.0 || name == "node_network_up", "{name}");
    }
    assert!(first.keys().all(|series| series.contains("instance=\"") && series.contains("job=\"host\"")));
    for counter in ["node_cpu_seconds_total", "node_context_switches_total", "node_forks_total"] {
        assert!(value(last, counter) >= value(first, counter), "{counter} went back");
    }
    assert!(value(last, "node_context_switches_total") > value(first, "node_context_switches_total"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn what_is_broken_is_named_what_vanishes_ends_and_counters_never_go_back() {
    let folder = tempfile::tempdir().unwrap();
    copy(&machine(), folder.path());
    let (mut table, mut batch) = (SeriesTable::default(), Batch::default());
    let mut collector =
        HostCollector::new(HostOptions { labels: Vec::new(), roots: roots_in(folder.path()) });
    assert_eq!(collector.collect(1_000, &mut table, &mut batch).problems, []);
    let before = shown(&table, &batch);

    let file = |path: &str| folder.path().join(path);
    fs::write(file("proc/diskstats"), "not what is expected\n").unwrap();
    fs::remove_file(file("proc/loadavg")).unwrap();
    fs::remove_dir_all(file("sys/class/net/virt0")).unwrap();
    fs::remove_file(file("proc/meminfo")).unwrap();
    fs::create_dir(file("proc/meminfo")).unwrap();
    let stat = fs::read_to_string(file("proc/stat")).unwrap();
    // Waiting goes back a little, as the kernel's own counter does; the first processor is put in anew.
    let stat =
        stat.replace("13391184 3012", "13391184 3000").replace("1393280 32966 572056 13343292", "1 2 3 4");
    fs::write(file("proc/stat"), stat).unwrap();

    batch.clear();
    let collected = collector.collect(2_000, &mut table, &mut batch);
    let named: Vec<_> = collected.problems.iter().map(|Problem { collector, .. }| *collector).collect();
    assert_eq!(named, ["meminfo", "diskstats"]);
    assert!(
        collected.problems.iter().all(|problem| problem.what.contains("/proc/")),
        "{:?}",
        collected.problems
    );
    let after = shown(&table, &batch);
    let ended = |series: &str| after.get(series).map(|(_, value)| is_stale_marker(*value));
    assert_eq!(ended("node_load1"), Some(true));
    assert_eq!(ended("node_disk_reads_completed_total{device=\"sda\"}"), Some(true));
    assert_eq!(ended("node_network_mtu_bytes{device=\"virt0\"}"), Some(true));
    assert_eq!(ended("node_network_mtu_bytes{device=\"eth0\"}"), Some(false));
    let success = |name: &str| after.get(&format!("node_scrape_collector_success{{collector=\"{name}\"}}"));
    assert_eq!(success("loadavg"), Some(&(WireKind::Gauge, 0.0)));
    assert_eq!(success("cpu"), Some(&(WireKind::Gauge, 1.0)));
    let waiting = "node_cpu_seconds_total{cpu=\"2\",mode=\"iowait\"}";
    assert_eq!(after.get(waiting), before.get(waiting));
    assert_eq!(
        after.get("node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"}"),
        Some(&(WireKind::Counter, 0.04))
    );

    batch.clear();
    collector.collect(3_000, &mut table, &mut batch);
    assert!(!batch.values.iter().any(|value| is_stale_marker(*value)), "a series ends once");
}

#[test]
fn a_full_table_is_counted() {
    let (mut table, mut batch) = (SeriesTable::with_limit(10), Batch::default());
    let mut collector = HostCollector::new(HostOptions { labels: Vec::new(), roots: roots_in(&machine()) });
    let collected = collector.collect(1_000, &mut table, &mut batch);
    assert_eq!(batch.len(), 10);
    assert!(collected.refused > 200);
}
