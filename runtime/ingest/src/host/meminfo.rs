//! Memory and swap, from `/proc/meminfo`.

use super::sink::Sink;
use super::{Failure, Roots};

pub(super) fn collect(roots: &Roots, sink: &mut Sink<'_>) -> Result<(), Failure> {
    for line in roots.proc("meminfo")?.lines() {
        let Some((key, rest)) = line.split_once(':') else { continue };
        let mut words = rest.split_ascii_whitespace();
        let Some(value) = words.next().and_then(|word| word.parse::<f64>().ok()) else { continue };
        // `Active(anon)` is `Active_anon`.
        let key = key.replace('(', "_").replace(')', "");
        match words.next() {
            Some("kB") => sink.gauge(&format!("node_memory_{key}_bytes"), &[], value * 1_024.0),
            _ => sink.gauge(&format!("node_memory_{key}"), &[], value),
        }
    }
    Ok(())
}
