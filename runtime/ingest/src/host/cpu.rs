//! Processor time by mode, from `/proc/stat`.

use std::collections::BTreeMap;

use super::sink::Sink;
use super::{Failure, Roots};

/// The modes in the order of the file.
const MODES: [&str; 8] = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"];
/// The place of `idle` among them.
const IDLE: usize = 3;
/// Guests' time, which `user` and `nice` contain; after the modes in the file.
const GUEST_MODES: [&str; 2] = ["user", "nice"];
/// An `idle` that falls by more than this is a processor that was taken out and put back: its counters begin anew.
const HOTPLUG_IDLE_S: f64 = 3.0;

/// Remembers the last counters: the kernel's own may go back a little (`iowait` most of all), and a counter must not.
#[derive(Debug, Default)]
pub(super) struct Cpu {
    last: BTreeMap<String, Vec<f64>>,
}

impl Cpu {
    pub(super) fn collect(&mut self, roots: &Roots, sink: &mut Sink<'_>) -> Result<(), Failure> {
        let text = roots.proc("stat")?;
        let ticks_per_second = rustix::param::clock_ticks_per_second() as f64;
        for line in text.lines() {
            let mut words = line.split_ascii_whitespace();
            let Some(cpu) =
                words.next().and_then(|word| word.strip_prefix("cpu")).filter(|cpu| !cpu.is_empty())
            else {
                continue;
            };
            let seconds =
                words.map_while(|word| word.parse::<f64>().ok()).map(|ticks| ticks / ticks_per_second);
            let seconds = self.never_back(cpu, seconds.collect());
            for (mode, &seconds) in MODES.iter().zip(&seconds) {
                sink.counter("node_cpu_seconds_total", &[("cpu", cpu), ("mode", mode)], seconds);
            }
            for (mode, &seconds) in GUEST_MODES.iter().zip(seconds.iter().skip(MODES.len())) {
                sink.counter("node_cpu_guest_seconds_total", &[("cpu", cpu), ("mode", mode)], seconds);
            }
        }
        Ok(())
    }

    fn never_back(&mut self, cpu: &str, now: Vec<f64>) -> Vec<f64> {
        let last = self.last.entry(cpu.to_owned()).or_default();
        let idle = |seconds: &[f64]| seconds.get(IDLE).copied().unwrap_or_default();
        if last.len() != now.len() || idle(last) - idle(&now) > HOTPLUG_IDLE_S {
            *last = now;
        } else {
            last.iter_mut().zip(&now).for_each(|(last, &now)| *last = last.max(now));
        }
        last.clone()
    }
}
