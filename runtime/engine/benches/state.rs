//! What a restart costs: the whole state of 100,000 rows written down and read back while every `for` of every rule is running.

use crate::measure::{Turns, goal};
use crate::{RULES, Running, plans};
use nvp_engine::{Engine, Options};
use nvp_kernels::{Mode, Program};
use std::sync::Arc;

/// The rows.
const ROWS: usize = 100_000;
/// Above every threshold.
const HIGH: f64 = 500.0;

pub fn snapshots() {
    for (title, over_ticks) in [("no windows", 1), ("an average over 5 min", 30)] {
        println!("{ROWS} rows, {} open clocks, {title}", ROWS * RULES * 2);
        let plan = Arc::new(plans::rules(over_ticks));
        let program = Arc::new(Program::compile(&plan.kernels, Mode::Auto).expect("kernels are well formed"));
        let mut running = Running::new(plans::rules(over_ticks), Mode::Auto, ROWS);
        for _ in 0..2 {
            running.tick(&vec![vec![HIGH; ROWS]; crate::CYCLE]);
        }
        let (mut turns, mut bytes) = (Turns::new("the state"), Vec::new());
        for _ in 0..10 {
            bytes.clear();
            turns.take("written", || running.engine.snapshot(&mut bytes).expect("it can be written"));
            turns.take("read back", || {
                let (plan, program) = (Arc::clone(&plan), Arc::clone(&program));
                let restored = Engine::restore(plan, program, Options::default(), &bytes);
                assert_eq!(restored.expect("it can be read").statistics(), running.engine.statistics());
            });
        }
        turns.print();
        println!("  {:.1} MB", bytes.len() as f64 * 1e-6);
        goal("s to restore", turns.median("read back"), 2.0);
    }
}
