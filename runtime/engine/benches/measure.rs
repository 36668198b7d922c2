//! Measuring in turns: the processor time of this thread, so that what it waits for neighbours does not count.

use rustix::time::{ClockId, clock_gettime};

fn own_seconds() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

/// Ways to do something, each measured many times.
pub struct Turns {
    title: &'static str,
    ways: Vec<(&'static str, Vec<f64>)>,
}

impl Turns {
    pub fn new(title: &'static str) -> Self {
        Self { title, ways: Vec::new() }
    }

    /// Does it once and notes how long it took.
    pub fn take(&mut self, name: &'static str, run: impl FnOnce()) {
        let start = own_seconds();
        run();
        let taken = own_seconds() - start;
        match self.ways.iter_mut().find(|(other, _)| *other == name) {
            Some((_, all)) => all.push(taken),
            None => self.ways.push((name, vec![taken])),
        }
    }

    /// The later half: caches are warm, windows full.
    fn steady(&self, name: &str) -> Vec<f64> {
        let (_, all) = self.ways.iter().find(|(other, _)| *other == name).expect("it was measured");
        all[all.len() / 5..].to_vec()
    }

    pub fn median(&self, name: &str) -> f64 {
        let mut steady = self.steady(name);
        steady.sort_unstable_by(f64::total_cmp);
        steady[steady.len() / 2]
    }

    pub fn mean(&self, name: &str) -> f64 {
        let steady = self.steady(name);
        steady.iter().sum::<f64>() / steady.len() as f64
    }

    /// Each way's time in terms of the first.
    pub fn print(&self) {
        println!("{}", self.title);
        let first = self.median(self.ways[0].0);
        for (name, _) in &self.ways {
            let median = self.median(name);
            println!(
                "  {:7.3} (mean {:.3})  {name}: {:.2} ms",
                median / first,
                self.mean(name) / first,
                median * 1e3
            );
        }
    }
}

/// Says whether a goal is met.
pub fn goal(what: &str, value: f64, most: f64) {
    let met = if value <= most { "met" } else { "MISSED" };
    println!("  goal {met}: {what}: {value:.3}, at most {most}");
}
