//! What network interfaces are and how fast their links, from `/sys/class/net`.

use std::fs;
use std::path::Path;

use nvp_formats::WireKind;

use super::sink::Sink;
use super::{Failure, Roots, roots};

/// Files with one number each, and the metrics they are. What does not apply to an interface cannot be read, and is left away.
const NUMBERS: [(&str, &str, WireKind); 15] = [
    ("addr_assign_type", "address_assign_type", WireKind::Gauge),
    ("carrier", "carrier", WireKind::Gauge),
    ("carrier_changes", "carrier_changes_total", WireKind::Counter),
    ("carrier_down_count", "carrier_down_changes_total", WireKind::Counter),
    ("carrier_up_count", "carrier_up_changes_total", WireKind::Counter),
    ("dev_id", "device_id", WireKind::Gauge),
    ("dormant", "dormant", WireKind::Gauge),
    ("flags", "flags", WireKind::Gauge),
    ("ifindex", "iface_id", WireKind::Gauge),
    ("iflink", "iface_link", WireKind::Gauge),
    ("link_mode", "iface_link_mode", WireKind::Gauge),
    ("mtu", "mtu_bytes", WireKind::Gauge),
    ("netdev_group", "net_dev_group", WireKind::Gauge),
    ("tx_queue_len", "transmit_queue_length", WireKind::Gauge),
    ("type", "protocol_type", WireKind::Gauge),
];

/// Bits per second of a megabit, in bytes.
const MEGABIT_BYTES: f64 = 1_000_000.0 / 8.0;

pub(super) fn collect(roots: &Roots, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let folder = roots.sys.join("class/net");
    let entries = fs::read_dir(&folder).map_err(|error| Failure::of(&folder, &error))?;
    let mut names: Vec<_> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    for name in names {
        let interface = folder.join(&name);
        if interface.is_dir() {
            one(&name, &interface, sink);
        }
    }
    Ok(())
}

fn one(name: &str, interface: &Path, sink: &mut Sink<'_>) {
    let text = |file: &str| roots::value(&interface.join(file));
    let device = [("device", name)];
    for (file, metric, kind) in NUMBERS {
        if let Some(value) = text(file).as_deref().and_then(number) {
            sink.put(kind, &format!("node_network_{metric}"), &device, value);
        }
    }
    if let Some(value) = text("name_assign_type").as_deref().and_then(number) {
        sink.gauge("node_network_name_assign_type", &device, value);
    }
    // A driver that does not know the speed says -1: -125000 bytes a second, as node_exporter has it.
    if let Some(megabits) = text("speed").as_deref().and_then(number) {
        sink.gauge("node_network_speed_bytes", &device, megabits * MEGABIT_BYTES);
    }
    let state = text("operstate").unwrap_or_default();
    sink.gauge("node_network_up", &device, f64::from(u8::from(state == "up")));
    let known =
        ["address", "broadcast", "duplex", "ifalias"].map(|file| (file, text(file).unwrap_or_default()));
    let mut labels = vec![("device", name), ("operstate", state.as_str())];
    labels.extend(known.iter().map(|(label, value)| (*label, value.as_str())));
    sink.gauge("node_network_info", &labels, 1.0);
}

/// A number, in hexadecimal after `0x`.
fn number(text: &str) -> Option<f64> {
    match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok().map(f64::from),
        None => text.parse::<i64>().ok().map(|value| value as f64),
    }
}
