//! Measuring in turns.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// How often each way is measured; the median counts.
const ROUNDS: usize = 15;

/// A way to do something, by name.
pub struct Way<'a> {
    pub name: &'a str,
    pub run: Box<dyn FnMut() + 'a>,
}

pub fn way<'a>(name: &'a str, run: impl FnMut() + 'a) -> Way<'a> {
    Way { name, run: Box::new(run) }
}

/// The processor time of this thread: what it waits for neighbours is not the code's doing.
pub fn own_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.try_into().unwrap_or_default(), now.tv_nsec.try_into().unwrap_or_default())
}

/// Runs all ways in turns, each `times` times a round, and prints how much processor time each takes in terms of the first; gives those ratios.
pub fn compare(title: &str, times: usize, ways: &mut [Way<'_>]) -> Vec<f64> {
    let mut taken = vec![Vec::with_capacity(ROUNDS); ways.len()];
    for round in 0..=ROUNDS {
        for (way, taken) in ways.iter_mut().zip(&mut taken) {
            let start = own_time();
            for _ in 0..times {
                (way.run)();
            }
            // The first round warms caches.
            if round > 0 {
                taken.push(own_time() - start);
            }
        }
    }
    let medians: Vec<f64> = taken.iter_mut().map(|taken| median(taken).as_secs_f64()).collect();
    println!("{title}");
    let ratios: Vec<f64> = medians.iter().map(|time| time / medians[0]).collect();
    for (way, ratio) in ways.iter().zip(&ratios) {
        println!("  {ratio:7.2}  {}", way.name);
    }
    ratios
}

/// Says whether a goal is met.
pub fn goal(what: &str, value: f64, most: f64) {
    let met = if value <= most { "met" } else { "MISSED" };
    println!("  goal {met}: {what}: {value:.4}, at most {most}\n");
}

pub fn median(taken: &mut [Duration]) -> Duration {
    taken.sort_unstable();
    taken[taken.len() / 2]
}
