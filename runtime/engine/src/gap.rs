//! Gaps: stretches of time in which nobody looked, because the process was down or the machine asleep.
//!
//! Nothing matures in a gap. Its ticks are not carried out, but those for which samples wait: what comes at its end meets what stood at its
//! beginning. Clocks of `for` stand still, delays know nothing of it, windows move on without samples, changes that count as flapping are as
//! recent as they were. What did go on outside is seen with the first samples after it: values are stale or not, rows forgotten or not.

use crate::engine::Engine;
use crate::window::read::Moment;

impl Engine {
    /// Notes that nobody looked up to an instant.
    pub(crate) fn note_gap(&mut self, through_ms: i64) {
        let through = through_ms.div_euclid(self.plan.tick_ms);
        self.time.gap_through = self.time.gap_through.max(Some(through));
    }

    /// The first tick from `next` on that is no part of a gap, or for which samples wait.
    pub(crate) fn after_gap(&self, next: i64) -> i64 {
        let end = self.time.gap_through.map_or(next, |through| through.saturating_add(1));
        let waiting = self.waiting.first_tick().unwrap_or(i64::MAX);
        next.max(end.min(waiting))
    }

    /// Goes over ticks of a gap, the first of which is `next`, to the tick before `to`.
    pub(crate) fn go_over_gap(&mut self, next: i64, to: i64) {
        let (now, ticks) = (self.time.since_first(next), to.saturating_sub(next));
        let ticks_short = u32::try_from(ticks).unwrap_or(u32::MAX);
        for (hold, planned) in self.holds.iter_mut().zip(&self.plan.holds) {
            if let Some(clocks) = self.clocks.get_mut(planned.domain.index()) {
                hold.pause(now, clocks);
            }
        }
        self.alerts.iter_mut().for_each(|alert| alert.pause(ticks_short));
        self.lags.iter_mut().for_each(|lag| lag.forget(next, to));
        for (window, planned) in self.windows.iter_mut().zip(&self.plan.windows) {
            if ticks >= window.span() {
                window.clear();
                continue;
            }
            let alive = self.membership.alive(planned.domain.index());
            for tick in next..to {
                window.begin(tick);
                let at_ms = tick.saturating_mul(self.plan.tick_ms);
                let moment = Moment { at_ms, tick_ms: self.plan.tick_ms, is_warming: true };
                window.read(moment, alive, &mut [], &mut [], &mut self.scratch.windows);
            }
        }
        self.hole.disturb();
    }
}
