//! The same rules as one would write them down: for each series, for each rule, compare, count, latch.

use crate::plans::threshold;
use crate::{CYCLE, RULES};

/// How many ticks a level waits.
pub const FOR_TICKS: u32 = 3;

#[derive(Clone, Copy, Default)]
struct Level {
    /// The ticks since it is above.
    above: u32,
    was_below: bool,
    is_set: bool,
}

pub struct ByHand {
    /// The last values of each series.
    past: Vec<Vec<f64>>,
    levels: Vec<[[Level; 2]; RULES]>,
    over: usize,
    tick: usize,
    pub transitions: u64,
}

impl ByHand {
    pub fn new(series: usize, over_ticks: usize) -> Self {
        Self {
            past: vec![Vec::new(); series],
            levels: vec![[[Level::default(); 2]; RULES]; series],
            over: over_ticks,
            tick: 0,
            transitions: 0,
        }
    }

    pub fn tick(&mut self, ticks: &[Vec<f64>]) {
        let values = &ticks[self.tick % CYCLE];
        for ((value, past), rules) in values.iter().zip(&mut self.past).zip(&mut self.levels) {
            let over = self.over;
            if over > 1 {
                if past.len() == over {
                    past.remove(0);
                }
                past.push(*value);
            }
            let x = if over > 1 { past.iter().sum::<f64>() / past.len() as f64 } else { *value };
            for (rule, levels) in rules.iter_mut().enumerate() {
                let before = shown(levels);
                for (place, level) in levels.iter_mut().enumerate() {
                    let is_above = x > threshold(rule, place);
                    level.above = if is_above { level.above + 1 } else { 0 };
                    let is_served = level.above > FOR_TICKS;
                    let clears = !is_above && level.was_below;
                    level.is_set = is_served || (level.is_set && !clears);
                    level.was_below = !is_above;
                }
                let after = shown(levels);
                self.transitions += u64::from(before != after);
            }
        }
        self.tick += 1;
    }
}

/// 0 for ok, 1 pending, 2 and 3 the levels.
fn shown(levels: &[Level; 2]) -> u8 {
    match levels {
        [_, grave] if grave.is_set => 3,
        [mild, _] if mild.is_set => 2,
        _ if levels.iter().any(|level| level.above > 0) => 1,
        _ => 0,
    }
}
