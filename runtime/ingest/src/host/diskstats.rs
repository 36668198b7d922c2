//! Disks: operations, bytes, time and what they are, from `/proc/diskstats` and udev.

use procfs::{DiskStat, DiskStats, FromBufRead as _};

use super::sink::Sink;
use super::{Failure, Roots, roots};

/// What the kernel calls a sector here, whatever the disk calls one, in bytes.
const SECTOR_BYTES: f64 = 512.0;

/// What udev knows, and the label it becomes.
const UDEV: [(&str, &str); 5] = [
    ("E:ID_MODEL=", "model"),
    ("E:ID_PATH=", "path"),
    ("E:ID_REVISION=", "revision"),
    ("E:ID_SERIAL_SHORT=", "serial"),
    ("E:ID_WWN=", "wwn"),
];

pub(super) fn collect(roots: &Roots, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let text = roots.proc("diskstats")?;
    let disks = DiskStats::from_buf_read(text.as_bytes())
        .map_err(|_| Failure::not_understood(&roots.proc.join("diskstats")))?;
    for disk in disks.0.iter().filter(|disk| !is_left_out(&disk.name)) {
        counters(disk, sink);
        info(disk, roots, sink);
    }
    Ok(())
}

fn counters(disk: &DiskStat, sink: &mut Sink<'_>) {
    let labels = [("device", disk.name.as_str())];
    let seconds = |ms: u64| ms as f64 / 1_000.0;
    let bytes = |sectors: u64| sectors as f64 * SECTOR_BYTES;
    sink.gauge("node_disk_io_now", &labels, disk.in_progress as f64);
    for (name, value) in [
        ("reads_completed", disk.reads as f64),
        ("reads_merged", disk.merged as f64),
        ("read_bytes", bytes(disk.sectors_read)),
        ("read_time_seconds", seconds(disk.time_reading)),
        ("writes_completed", disk.writes as f64),
        ("writes_merged", disk.writes_merged as f64),
        ("written_bytes", bytes(disk.sectors_written)),
        ("write_time_seconds", seconds(disk.time_writing)),
        ("io_time_seconds", seconds(disk.time_in_progress)),
        ("io_time_weighted_seconds", seconds(disk.weighted_time_in_progress)),
    ] {
        sink.counter(&format!("node_disk_{name}_total"), &labels, value);
    }
    for (name, value) in [
        ("discards_completed", disk.discards.map(|n| n as f64)),
        ("discards_merged", disk.discards_merged.map(|n| n as f64)),
        ("discarded_sectors", disk.sectors_discarded.map(|n| n as f64)),
        ("discard_time_seconds", disk.time_discarding.map(seconds)),
        ("flush_requests", disk.flushes.map(|n| n as f64)),
        ("flush_requests_time_seconds", disk.time_flushing.map(seconds)),
    ] {
        if let Some(value) = value {
            sink.counter(&format!("node_disk_{name}_total"), &labels, value);
        }
    }
}

fn info(disk: &DiskStat, roots: &Roots, sink: &mut Sink<'_>) {
    let (major, minor) = (disk.major.to_string(), disk.minor.to_string());
    let known = roots::read(&roots.udev.join(format!("b{major}:{minor}"))).unwrap_or_default();
    let mut labels = vec![("device", disk.name.as_str()), ("major", &major), ("minor", &minor)];
    for (key, label) in UDEV {
        let value = known.lines().find_map(|line| line.strip_prefix(key));
        labels.extend(value.map(|value| (label, value)));
    }
    sink.gauge("node_disk_info", &labels, 1.0);
}

/// RAM disks, loops, floppies and partitions, as node_exporter leaves them out.
fn is_left_out(name: &str) -> bool {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if stem.len() == name.len() {
        return false;
    }
    let letter_disk = ["hd", "sd", "vd", "xvd"].iter().any(|kind| {
        stem.strip_prefix(kind)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_lowercase()))
    });
    let nvme_partition =
        stem.strip_prefix("nvme").and_then(|rest| rest.strip_suffix('p')).is_some_and(|rest| {
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            rest.split_once('n').is_some_and(|(controller, space)| digits(controller) && digits(space))
        });
    letter_disk || nvme_partition || matches!(stem, "ram" | "loop" | "fd")
}

#[cfg(test)]
mod tests {
    use super::is_left_out;

    #[test]
    fn partitions_and_loops_are_left_out() {
        for name in ["sda1", "vda12", "xvdb3", "nvme0n1p2", "nvme12n3p14", "loop0", "ram15", "fd0", "hda1"] {
            assert!(is_left_out(name), "{name}");
        }
        for name in
            ["sda", "vda", "nvme0n1", "md0", "dm-3", "zram0", "mmcblk0", "mmcblk0p1", "sdaa1", "sr0", "nbd1"]
        {
            assert!(!is_left_out(name), "{name}");
        }
    }
}
