//! Traffic of network interfaces, from `/proc/net/dev`.

use procfs::FromBufRead as _;
use procfs::net::InterfaceDeviceStatus;

use super::sink::Sink;
use super::{Failure, Roots};

pub(super) fn collect(roots: &Roots, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let text = roots.proc("net/dev")?;
    let interfaces = InterfaceDeviceStatus::from_buf_read(text.as_bytes())
        .map_err(|_| Failure::not_understood(&roots.proc.join("net/dev")))?;
    let mut interfaces: Vec<_> = interfaces.0.into_values().collect();
    interfaces.sort_by(|a, b| a.name.cmp(&b.name));
    for interface in interfaces {
        for (name, value) in [
            ("receive_bytes", interface.recv_bytes),
            ("receive_packets", interface.recv_packets),
            ("receive_errs", interface.recv_errs),
            ("receive_drop", interface.recv_drop),
            ("receive_fifo", interface.recv_fifo),
            ("receive_frame", interface.recv_frame),
            ("receive_compressed", interface.recv_compressed),
            ("receive_multicast", interface.recv_multicast),
            ("transmit_bytes", interface.sent_bytes),
            ("transmit_packets", interface.sent_packets),
            ("transmit_errs", interface.sent_errs),
            ("transmit_drop", interface.sent_drop),
            ("transmit_fifo", interface.sent_fifo),
            ("transmit_colls", interface.sent_colls),
            ("transmit_carrier", interface.sent_carrier),
            ("transmit_compressed", interface.sent_compressed),
        ] {
            let labels = [("device", interface.name.as_str())];
            sink.counter(&format!("node_network_{name}_total"), &labels, value as f64);
        }
    }
    Ok(())
}
