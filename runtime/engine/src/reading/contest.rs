//! Rows that several series claim, because they differ only in labels that the metric does not declare.
//!
//! A series is *live* at a tick while its last sample stands and no stale marker has ended it. While several are live, all are
//! refused: the row is missing, nothing enters its windows. While one is, the row is its. When the row goes over to another series that is
//! a birth; what the one before said in that tick still counts as far as it stands before the new one's first sample.

use super::sequence::{Birth, differing};
use super::{Around, Reading};
use crate::input::is_stale_marker;
use crate::rows::NONE;
use crate::statistics::Refusal;
use serde::{Deserialize, Serialize};

/// A sample of this tick for a contested row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contested {
    pub(crate) row: u32,
    pub(crate) feed: u32,
    pub(crate) instant_ms: i64,
    pub(crate) value: f64,
    /// Whether anything but a stale marker was said at this instant.
    pub(crate) is_sample: bool,
}

/// What one series said last.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Claim {
    feed: u32,
    last_ms: i64,
    value: f64,
    is_ended: bool,
    /// Whether it was first seen in this tick.
    is_new: bool,
}

/// A row and those who claim it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Contest {
    feeds: Vec<u32>,
    /// Of those that ever had a sample.
    claims: Vec<Claim>,
    /// The feed whose row it was last, or [`NONE`].
    owner: u32,
}

impl Contest {
    /// A row of one feed.
    pub(crate) fn new(feed: u32) -> Self {
        Self { feeds: vec![feed], claims: Vec::new(), owner: NONE }
    }

    /// One more feed.
    pub(crate) fn join(&mut self, feed: u32) {
        self.feeds.push(feed);
    }

    /// The feed whose row it was until now.
    pub(crate) fn claim(&mut self, feed: u32, last_ms: i64, is_ended: bool) {
        self.owner = feed;
        self.claims.push(Claim { feed, last_ms, value: f64::NAN, is_ended, is_new: false });
    }

    /// One feed less.
    pub(crate) fn leave(&mut self, feed: u32) {
        self.feeds.retain(|other| *other != feed);
        self.claims.retain(|claim| claim.feed != feed);
        if self.owner == feed {
            self.owner = NONE;
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.feeds.is_empty()
    }

    pub(crate) fn has_no_claim(&self) -> bool {
        self.claims.is_empty()
    }

    /// The row is forgotten.
    pub(crate) fn forget(&mut self) {
        self.claims.clear();
        self.owner = NONE;
    }

    /// The oldest last sample of those that are not ended.
    pub(crate) fn oldest_live_ms(&self) -> Option<i64> {
        self.claims.iter().filter(|claim| !claim.is_ended).map(|claim| claim.last_ms).min()
    }

    pub(crate) fn bytes(&self) -> usize {
        64 + self.feeds.capacity() * 4 + self.claims.capacity() * size_of::<Claim>()
    }

    /// Notes what the samples of one feed, in order of their instants, say.
    fn hear(&mut self, samples: &[Contested]) {
        let Some(first) = samples.first() else { return };
        let known = self.claims.iter_mut().find(|claim| claim.feed == first.feed);
        let mut claim = known.as_deref().copied().unwrap_or(Claim {
            feed: first.feed,
            last_ms: i64::MIN,
            value: f64::NAN,
            is_ended: true,
            is_new: true,
        });
        for sample in samples {
            if sample.is_sample {
                claim.last_ms = sample.instant_ms;
            }
            claim.is_ended = is_stale_marker(sample.value);
            claim.value = if claim.is_ended { f64::NAN } else { sample.value };
        }
        match known {
            Some(known) => *known = claim,
            None if claim.last_ms != i64::MIN => self.claims.push(claim),
            None => {}
        }
    }
}

impl Reading {
    pub(super) fn fold_contests(&mut self, around: &mut Around<'_>) {
        let mut heard = std::mem::take(&mut self.contested);
        heard.sort_unstable_by(|a, b| {
            (a.row, a.feed, a.instant_ms)
                .cmp(&(b.row, b.feed, b.instant_ms))
                .then(a.value.total_cmp(&b.value))
        });
        heard.dedup_by(|later, earlier| {
            let is_same =
                (later.row, later.feed, later.instant_ms) == (earlier.row, earlier.feed, earlier.instant_ms);
            if is_same {
                let differ = differing([earlier.value, later.value].into_iter());
                around.refuse(earlier.feed, Refusal::Duplicate, differ);
                earlier.value = later.value;
                earlier.is_sample |= later.is_sample;
            }
            is_same
        });
        let mut contests = std::mem::take(&mut self.contests);
        for (row, contest) in &mut contests {
            let start = heard.partition_point(|sample| sample.row < *row);
            let end = heard.partition_point(|sample| sample.row <= *row);
            self.settle(*row as usize, contest, heard.get(start..end).unwrap_or_default(), around);
        }
        self.contests = contests;
        self.contested = heard;
    }

    /// Decides whose the row is at this tick.
    fn settle(&mut self, row: usize, contest: &mut Contest, heard: &[Contested], around: &mut Around<'_>) {
        let value_before = self.values.get(row).copied().unwrap_or(f64::NAN);
        for claim in &mut contest.claims {
            claim.is_new = false;
            // What stood in the row before it was contested is its owner's.
            if claim.feed == contest.owner && claim.value.is_nan() && !claim.is_ended {
                claim.value = value_before;
            }
        }
        for of_feed in heard.chunk_by(|a, b| a.feed == b.feed) {
            contest.hear(of_feed);
        }
        let horizon = around.at_ms.saturating_sub(self.stale_ms);
        let is_live = |claim: &Claim| !claim.is_ended && claim.last_ms >= horizon;
        let mut live = contest.claims.iter().copied().filter(is_live);
        let (sole, is_disputed) = (live.next(), live.next().is_some());
        let is_ended = sole.is_none();
        let value = match sole {
            _ if is_disputed => {
                self.conflicts += 1;
                refuse_all(heard, |_| true, around);
                f64::NAN
            }
            Some(sole) => {
                self.hand_over(row, contest, &sole, heard, around);
                sole.value
            }
            None => {
                self.end_quietly(row, contest, heard, around);
                f64::NAN
            }
        };
        if let Some(last_ms) = contest.claims.iter().map(|claim| claim.last_ms).max() {
            self.stand(row, last_ms, value, is_ended);
        }
    }

    /// Folds what counts of a tick at whose end one series is live.
    fn hand_over(
        &mut self,
        row: usize,
        contest: &mut Contest,
        sole: &Claim,
        heard: &[Contested],
        around: &mut Around<'_>,
    ) {
        let owner = contest.owner;
        let its_first = heard.iter().find(|sample| sample.feed == sole.feed).map(|sample| sample.instant_ms);
        let counts = |sample: &Contested| {
            sample.feed == sole.feed
                || sample.feed == owner && its_first.is_none_or(|first| sample.instant_ms < first)
        };
        if owner != sole.feed && owner != NONE {
            self.fold_feed(row, owner, Birth::GoesOn, heard.iter().filter(|sample| counts(sample)), around);
        }
        let birth = match its_first {
            _ if owner == sole.feed => Birth::GoesOn,
            Some(first) if sole.is_new => self.birth(sole.feed, first, around),
            _ => Birth::Anew,
        };
        let has_number = self.fold_feed(row, sole.feed, birth, heard.iter(), around);
        if has_number || owner == sole.feed {
            contest.owner = sole.feed;
        }
        refuse_all(heard, |sample| !counts(sample), around);
    }

    /// Folds what counts of a tick at whose end no series is live: what its owner said, or the only one that said anything.
    fn end_quietly(
        &mut self,
        row: usize,
        contest: &mut Contest,
        heard: &[Contested],
        around: &mut Around<'_>,
    ) {
        let feeds = heard.chunk_by(|a, b| a.feed == b.feed).count();
        let Some(first) = heard.first() else { return };
        let feed = if feeds == 1 { first.feed } else { contest.owner };
        let birth = if feed == contest.owner {
            Birth::GoesOn
        } else {
            let is_new = contest.claims.iter().any(|claim| claim.feed == feed && claim.is_new);
            if is_new { self.birth(feed, first.instant_ms, around) } else { Birth::Anew }
        };
        if feed != NONE && self.fold_feed(row, feed, birth, heard.iter(), around) {
            contest.owner = feed;
        }
        refuse_all(heard, |sample| sample.feed != feed, around);
    }

    /// Gives the numbers of one feed to the windows; says whether there were any.
    fn fold_feed<'a>(
        &mut self,
        row: usize,
        feed: u32,
        mut birth: Birth,
        samples: impl Iterator<Item = &'a Contested>,
        around: &mut Around<'_>,
    ) -> bool {
        let mut has_number = false;
        for sample in samples.filter(|sample| sample.feed == feed && !is_stale_marker(sample.value)) {
            if sample.value.is_nan() {
                around.refuse(feed, Refusal::NotANumber, 1);
                continue;
            }
            self.push(row, sample.instant_ms, sample.value, birth, around);
            birth = Birth::GoesOn;
            has_number = true;
        }
        has_number
    }
}

fn refuse_all(heard: &[Contested], refused: impl Fn(&Contested) -> bool, around: &mut Around<'_>) {
    for sample in heard.iter().filter(|sample| refused(sample) && !is_stale_marker(sample.value)) {
        around.refuse(sample.feed, Refusal::Conflict, 1);
    }
}
