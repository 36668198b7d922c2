use super::{Groups, Order};
use crate::bits::Bitmap;
use crate::identity::Identity;
use nvp_plan::Plan;
use nvp_plan::domain::{Domain, Map};
use nvp_plan::ids::DomainId;
use proptest::prelude::*;

fn plan() -> Plan {
    let domain =
        |labels: &[&str]| Domain { labels: labels.iter().map(|label| (*label).to_owned()).collect() };
    Plan {
        tick_ms: 1_000,
        domains: vec![domain(&[]), domain(&["pod", "zone"]), domain(&["zone"])],
        maps: vec![Map { from: DomainId(1), to: DomainId(2), labels: vec![1], matchers: vec![] }],
        ..Plan::default()
    }
}

fn hold(identity: &mut Identity, pod: &str, zone: &str) -> u32 {
    let key = [identity.interner.acquire(pod), identity.interner.acquire(zone)];
    identity.hold_row(1, &key).expect("room for a row")
}

fn texts(identity: &Identity, groups: &Groups, zone: usize) -> Vec<String> {
    let rows = &identity.rows[1];
    groups.of(zone).iter().map(|row| identity.interner.text(rows.key(*row)[0]).to_owned()).collect()
}

proptest! {
    /// Whatever comes and goes, in whatever order: members are those alive, in the order of their labels.
    #[test]
    fn members_stand_in_the_order_of_their_labels(
        rounds in prop::collection::vec(prop::collection::vec((0..40_u32, any::<bool>()), 0..30), 1..6)
    ) {
        let plan = plan();
        let mut identity = Identity::new(&plan, 1_000).expect("a plan without patterns");
        let mut groups = Groups::new(0, 1, Order::Labels);
        let mut alive = Bitmap(vec![0; 2]);
        for round in rounds {
            for (pod, lives) in round {
                let row = hold(&mut identity, &format!("pod {pod}"), if pod % 3 == 0 { "a" } else { "b" });
                if lives { alive.set(row as usize) } else { alive.unset(row as usize) }
            }
            groups.refresh(&identity, &alive, identity.rows[2].len());
            for zone in 0..identity.rows[2].len() {
                let found = texts(&identity, &groups, zone);
                let mut wanted: Vec<String> = alive
                    .ones()
                    .filter(|row| identity.maps[0].get(*row) == Some(zone))
                    .map(|row| identity.interner.text(identity.rows[1].key(row as u32)[0]).to_owned())
                    .collect();
                wanted.sort();
                prop_assert_eq!(found, wanted);
            }
        }
    }
}
