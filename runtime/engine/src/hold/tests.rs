use super::Clocks;
use crate::beside::{Beside, places};
use crate::bits::{Bitmap, Truth};
use nvp_plan::ids::DomainId;
use nvp_plan::step::Hold;
use proptest::prelude::*;

const TICK_MS: i64 = 5_000;

fn clocks(for_ms: i64) -> (Clocks, Beside<u32>) {
    let planned = Hold { domain: DomainId(1), for_ms, rows: None };
    // The second of three.
    let (places, mut tables) = places([DomainId(0); 3].into_iter(), 1);
    let mut clocks = Clocks::new(places[1], &planned, TICK_MS);
    clocks.resize(64);
    tables[0].resize(64);
    (clocks, tables.remove(0))
}

fn column(of: &[Option<bool>]) -> Truth {
    let mut truth = Truth::default();
    truth.resize(1);
    for (row, of) in of.iter().enumerate() {
        truth.set(row, *of);
    }
    truth
}

/// The definition, word for word.
#[derive(Default, Clone)]
struct Model {
    served_ms: i64,
    was_true: bool,
}

impl Model {
    fn tick(&mut self, of: Option<bool>, may: bool, for_ms: i64) -> Option<bool> {
        if !may {
            *self = Self::default();
            return of.map(|_| false);
        }
        match of {
            Some(true) => {
                if self.was_true {
                    self.served_ms += TICK_MS;
                }
                self.was_true = true;
                Some(self.served_ms >= for_ms)
            }
            Some(false) => {
                *self = Self::default();
                Some(false)
            }
            None => {
                self.was_true = false;
                None
            }
        }
    }
}

fn conditions() -> impl Strategy<Value = Option<bool>> {
    prop_oneof![4 => Just(Some(true)), 1 => Just(Some(false)), 1 => Just(None)]
}

proptest! {
    #[test]
    fn clocks_are_the_definition(
        for_ms in prop_oneof![Just(0), Just(1), 1..60_000_i64],
        ticks in prop::collection::vec(
            (prop::collection::vec(conditions(), 5), prop::collection::vec(prop::bool::weighted(0.95), 5)),
            1..80
        )
    ) {
        let (mut clocks, mut table) = clocks(for_ms);
        let mut models = vec![Model::default(); 5];
        let mut to = column(&[]);
        for (now, (of, may)) in (1..).zip(&ticks) {
            let mut allowed = Bitmap(vec![0]);
            for (row, may) in may.iter().enumerate() {
                if *may { allowed.set(row) }
            }
            clocks.tick(now, &(0..1), &allowed, column(of).part(0..1), to.part_mut(0..1), &mut table);
            for row in 0..5 {
                let wanted = models[row].tick(of[row], may[row], for_ms);
                prop_assert_eq!(to.get(row), wanted, "row {} at tick {}", row, now);
            }
        }
    }
}

#[test]
fn it_is_served_when_its_time_is_over_and_not_before() {
    let (mut clocks, mut table) = clocks(10_000);
    let all = Bitmap(vec![u64::MAX]);
    let mut to = column(&[]);
    let mut at = |now, of| {
        clocks.tick(now, &(0..1), &all, column(&[of]).part(0..1), to.part_mut(0..1), &mut table);
        to.get(0)
    };
    assert_eq!(at(1, Some(true)), Some(false));
    assert_eq!(at(2, Some(true)), Some(false));
    assert_eq!(at(3, None), None, "it stops");
    assert_eq!(at(4, Some(true)), Some(false), "the first true tick adds nothing");
    assert_eq!(at(5, Some(true)), Some(true), "5 s and 5 s");
    assert_eq!(at(6, None), None);
    assert_eq!(at(7, Some(true)), Some(true), "it stays served");
    assert_eq!(at(8, Some(false)), Some(false));
    assert_eq!(at(9, Some(true)), Some(false), "and begins again");
}
