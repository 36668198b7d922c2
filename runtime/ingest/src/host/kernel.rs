//! The kernel's own counters: small files with a few numbers each.

use nvp_formats::WireKind;

use super::sink::Sink;
use super::{Failure, Roots};

/// Processes, interrupts, context switches and the start of the machine, from `/proc/stat`.
pub(super) fn stat(roots: &Roots, sink: &mut Sink<'_>) -> Result<(), Failure> {
    for line in roots.proc("stat")?.lines() {
        let mut words = line.split_ascii_whitespace();
        let (Some(key), Some(value)) = (words.next(), words.next().and_then(|w| w.parse::<f64>().ok()))
        else {
            continue;
        };
        match key {
            "intr" => sink.counter("node_intr_total", &[], value),
            "ctxt" => sink.counter("node_context_switches_total", &[], value),
            "processes" => sink.counter("node_forks_total", &[], value),
            "btime" => sink.gauge("node_boot_time_seconds", &[], value),
            "procs_running" => sink.gauge("node_procs_running", &[], value),
            "procs_blocked" => sink.gauge("node_procs_blocked", &[], value),
            _ => {}
        }
    }
    Ok(())
}

/// The load of 1, 5 and 15 minutes, from `/proc/loadavg`.
pub(super) fn loadavg(roots: &Roots, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let text = roots.proc("loadavg")?;
    let names = ["node_load1", "node_load5", "node_load15"];
    for (name, value) in names.into_iter().zip(text.split_ascii_whitespace().map_while(|w| w.parse().ok())) {
        sink.gauge(name, &[], value);
    }
    Ok(())
}

/// Paging and out-of-memory kills, from `/proc/vmstat`; without a declared kind, as node_exporter has them.
pub(super) fn vmstat(roots: &Roots, sink: &mut Sink<'_>) -> Result<(), Failure> {
    for line in roots.proc("vmstat")?.lines() {
        let Some((key, value)) = line.split_once(' ') else { continue };
        let is_wanted = key.starts_with("oom_kill")
            || key.starts_with("pgpg")
            || key.starts_with("pswp")
            || (key.starts_with("pg") && key.contains("fault"));
        if let Some(value) = value.trim().parse().ok().filter(|_| is_wanted) {
            sink.put(WireKind::Unknown, &format!("node_vmstat_{key}"), &[], value);
        }
    }
    Ok(())
}

/// Time in which work waited for a resource, from `/proc/pressure`.
pub(super) fn pressure(roots: &Roots, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let metrics = [
        ("cpu", "some", "node_pressure_cpu_waiting_seconds_total"),
        ("io", "some", "node_pressure_io_waiting_seconds_total"),
        ("io", "full", "node_pressure_io_stalled_seconds_total"),
        ("memory", "some", "node_pressure_memory_waiting_seconds_total"),
        ("memory", "full", "node_pressure_memory_stalled_seconds_total"),
    ];
    for (resource, line, name) in metrics {
        let text = roots.proc(&format!("pressure/{resource}"))?;
        let words = text.lines().find_map(|found| found.strip_prefix(line));
        let total = words
            .and_then(|words| words.split_once("total="))
            .and_then(|(_, us)| us.trim().parse::<f64>().ok());
        if let Some(us) = total {
            sink.counter(name, &[], us / 1e6);
        }
    }
    Ok(())
}

/// File handles of the whole kernel, from `/proc/sys/fs/file-nr`.
pub(super) fn filefd(roots: &Roots, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let text = roots.proc("sys/fs/file-nr")?;
    let numbers: Vec<f64> = text.split_ascii_whitespace().map_while(|word| word.parse().ok()).collect();
    if let [allocated, _, maximum] = *numbers {
        sink.gauge("node_filefd_allocated", &[], allocated);
        sink.gauge("node_filefd_maximum", &[], maximum);
    }
    Ok(())
}

/// Randomness in store.
pub(super) fn entropy(roots: &Roots, sink: &mut Sink<'_>) -> Result<(), Failure> {
    one_number(roots, "sys/kernel/random/entropy_avail", "node_entropy_available_bits", sink)?;
    one_number(roots, "sys/kernel/random/poolsize", "node_entropy_pool_size_bits", sink)
}

/// Connections that the packet filter follows.
pub(super) fn conntrack(roots: &Roots, sink: &mut Sink<'_>) -> Result<(), Failure> {
    one_number(roots, "sys/net/netfilter/nf_conntrack_count", "node_nf_conntrack_entries", sink)?;
    one_number(roots, "sys/net/netfilter/nf_conntrack_max", "node_nf_conntrack_entries_limit", sink)
}

fn one_number(roots: &Roots, path: &str, name: &str, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let text = roots.proc(path)?;
    if let Ok(value) = text.trim().parse() {
        sink.gauge(name, &[], value);
    }
    Ok(())
}

/// Sockets by protocol, from `/proc/net/sockstat` and, where there is IPv6, `/proc/net/sockstat6`.
pub(super) fn sockstat(roots: &Roots, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let page_bytes = rustix::param::page_size() as f64;
    let mut text = roots.proc("net/sockstat")?;
    if let Ok(more) = roots.proc("net/sockstat6") {
        text.push_str(&more);
    }
    for line in text.lines() {
        let Some((protocol, rest)) = line.split_once(':') else { continue };
        let words: Vec<_> = rest.split_ascii_whitespace().collect();
        for pair in words.chunks_exact(2) {
            let [key, value] = pair else { continue };
            let Ok(value) = value.parse::<f64>() else { continue };
            sink.gauge(&format!("node_sockstat_{protocol}_{key}"), &[], value);
            if *key == "mem" {
                sink.gauge(&format!("node_sockstat_{protocol}_mem_bytes"), &[], value * page_bytes);
            }
        }
    }
    Ok(())
}
