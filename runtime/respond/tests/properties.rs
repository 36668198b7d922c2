//! What holds of every story: keys, who is told that it is over, acknowledgements, and the state on disk.

use std::collections::{BTreeMap, BTreeSet};

use nvp_respond::effect::{Effects, Event, IncidentEvent, Intent, Notification, Reason};
use nvp_respond::input::{Deed, Delivery, IncidentNumber, Silence};
use nvp_respond::ladder::Remedies;
use proptest::prelude::*;

use crate::desk::{World, change, start_ms};
use crate::{people, policy};

const POLICY: &str = "
team operations
team specialists tells leads
team leads
service cache
service database tier 1 owner operations
service gateway depends database
incidents within 3m reopen 5m
maintenance upgrade covers service database from 4m to 9m
ladder standard acknowledged 3m
  N0 automatic for 2m
  N1 operations by sms,chat for 4m every 90s
  N2 specialists by sms,call for 5m
  N3 leads by call for 3m then-every 2m
ladder short acknowledged 5m
  N1 specialists by pager for 1m
  N2 leads by call,chat for 2m
";
const PEOPLE: &str = "
team operations is anna, boris
team operations shared chat
team leads turns carl,dora of 1 days from 2026-01-04 at 10 in Europe/Paris
person anna has sms
person boris has sms
person carl has call
person dora has call
";

/// Something that happens.
#[derive(Debug, Clone)]
pub enum Happens {
    Passes(i64),
    Row { alert: usize, region: usize, service: usize, level: Option<u32>, ladder: usize },
    Acknowledge(IncidentNumber),
    Resolve(IncidentNumber),
    Silence { key: usize, alert: Option<usize>, from_ms: i64, for_ms: i64 },
    Unsilence(u64),
    Fails(u64),
    Remedies(IncidentNumber, bool),
    Rung(IncidentNumber, usize),
    Release(IncidentNumber),
    Jumps(i64),
    Stops(i64),
}

const ALERTS: [&str; 3] = ["slow", "down", "full"];
const REGIONS: [&str; 2] = ["eu", "us"];
const SERVICES: [Option<&str>; 4] = [Some("cache"), Some("database"), Some("gateway"), None];
const LADDERS: [Option<&str>; 3] = [Some("standard"), Some("short"), None];

fn happens() -> impl Strategy<Value = Happens> {
    let incident = 1..4_u64;
    let row = (0..3_usize, 0..2_usize, 0..4_usize, proptest::option::weighted(0.7, 0..4_u32), 0..3_usize);
    prop_oneof![
        6 => (1..400_000_i64).prop_map(Happens::Passes),
        6 => row.prop_map(|(alert, region, service, level, ladder)| Happens::Row {
            alert, region, service, level, ladder
        }),
        2 => incident.clone().prop_map(Happens::Acknowledge),
        1 => incident.clone().prop_map(Happens::Resolve),
        1 => (0..2_usize, proptest::option::of(0..3_usize), 0..200_000_i64, 0..400_000_i64).prop_map(
            |(key, alert, from_ms, for_ms)| Happens::Silence { key, alert, from_ms, for_ms }
        ),
        1 => (1..4_u64).prop_map(Happens::Unsilence),
        1 => (1..12_u64).prop_map(Happens::Fails),
        1 => (incident.clone(), any::<bool>()).prop_map(|(number, are)| Happens::Remedies(number, are)),
        1 => (incident.clone(), 1..4_usize).prop_map(|(number, rung)| Happens::Rung(number, rung)),
        1 => incident.prop_map(Happens::Release),
        1 => (6_000..900_000_i64).prop_map(Happens::Jumps),
        1 => (1_000..900_000_i64).prop_map(Happens::Stops),
    ]
}

pub fn world() -> World {
    World::new(policy::parse(POLICY, start_ms()), people::parse(PEOPLE))
}

pub fn happen(world: &mut World, what: &Happens) {
    let now_ms = world.now_ms();
    match what {
        Happens::Passes(ms) => world.run_to(now_ms + ms),
        Happens::Row { alert, region, service, level, ladder } => {
            // A row has one service.
            let service =
                SERVICES[(alert + service) % SERVICES.len()].filter(|_| *region == 0).or(SERVICES[*alert]);
            let mut row = change(ALERTS[*alert], &[("region", REGIONS[*region])], service, *level);
            row.is_forgotten = level.is_none() && *ladder == 0;
            world.tick(&[(row, LADDERS[*ladder])]);
        }
        Happens::Acknowledge(number) => world.deed("anna", &Deed::Acknowledge(*number)),
        Happens::Resolve(number) => world.deed("boris", &Deed::Resolve(*number)),
        Happens::Silence { key, alert, from_ms, for_ms } => {
            let from_ms = start_ms() + now_ms + from_ms;
            let silence = Silence {
                key: ["a", "b"][*key].to_owned(),
                alert: alert.map(|alert| ALERTS[alert].to_owned()),
                service: None,
                labels: Vec::new(),
                from_ms,
                to_ms: from_ms + for_ms,
                why: "known".to_owned(),
            };
            world.deed("carl", &Deed::Silence(silence));
        }
        Happens::Unsilence(number) => world.deed("carl", &Deed::Unsilence(*number)),
        Happens::Fails(number) => world.delivery(*number, &Delivery::Failed("no such number".to_owned())),
        Happens::Remedies(number, are) => {
            world.remedies(*number, if *are { Remedies::Hoped } else { Remedies::Exhausted });
        }
        Happens::Rung(number, rung) => world.with(|desk, context, out| {
            let rung = ["N0", "N1", "N2", "N3"][*rung];
            desk.escalate_to(context, *number, (&["standard"], rung), ("it failed", false), out);
        }),
        Happens::Release(number) => world.with(|desk, context, _| desk.release(context, *number, "standard")),
        Happens::Jumps(ms) => world.clock(now_ms + ms),
        Happens::Stops(ms) => {
            world.started(now_ms + ms);
            world.tick(&[]);
        }
    }
}

fn notifications(out: &Effects) -> impl Iterator<Item = &Notification> {
    out.intents.iter().map(|intent| match intent {
        Intent::Notify(notification) => notification,
        other => panic!("{other:?}"),
    })
}

fn is_call(notification: &Notification) -> bool {
    matches!(notification.reason, Reason::Page { .. } | Reason::Worse | Reason::Unacknowledged)
}

/// Who is told: by which channel, of which team, who.
type Who = (String, Option<String>, Option<String>);

/// Who was told of each incident, and not that it is over.
#[derive(Default)]
struct Told(BTreeMap<IncidentNumber, BTreeMap<Who, u32>>);

impl Told {
    /// Goes through what one input gave; whoever is told that it is over was told of it, and all of them are.
    fn follow(&mut self, out: &Effects, sent: &mut BTreeMap<u64, Notification>) -> Result<(), TestCaseError> {
        for notification in notifications(out) {
            sent.insert(notification.number, notification.clone());
        }
        let mut over: BTreeSet<(IncidentNumber, Who)> = BTreeSet::new();
        for record in &out.records {
            match &record.event {
                Event::Incident(incident, IncidentEvent::Resolved(_)) => {
                    let told = self.0.remove(incident).unwrap_or_default();
                    let all = told.into_iter().filter(|(_, times)| *times > 0);
                    over.extend(all.map(|(who, _)| (*incident, who)));
                }
                Event::Incident(incident, IncidentEvent::Notified(number)) => {
                    let notification = &sent[number];
                    let who = (
                        notification.channel.clone(),
                        notification.team.clone(),
                        notification.person.clone(),
                    );
                    if notification.reason == Reason::Resolved {
                        prop_assert!(over.remove(&(*incident, who)), "told of nothing: {notification:?}");
                    } else if !notification.title.starts_with("after it was resolved") {
                        *self.0.entry(*incident).or_default().entry(who).or_default() += 1;
                    }
                }
                Event::Notification(number, Delivery::Failed(_)) => {
                    let failed = &sent[number];
                    let who = (failed.channel.clone(), failed.team.clone(), failed.person.clone());
                    let told = failed.incident.and_then(|incident| self.0.get_mut(&incident));
                    if let Some(times) = told.and_then(|told| told.get_mut(&who))
                        && failed.reason != Reason::Resolved
                        && !failed.title.starts_with("after it was resolved")
                    {
                        *times = times.saturating_sub(1);
                    }
                }
                _ => {}
            }
        }
        prop_assert!(over.is_empty(), "not told that it is over: {over:?}");
        Ok(())
    }
}

/// The state after each thing that happens goes to disk and back, and nothing comes of that.
fn goes_to_disk_and_back(story: &[Happens]) -> Result<(), TestCaseError> {
    let mut whole = world();
    let mut broken = world();
    for what in story {
        let snapshot = broken.snapshot();
        let mut again = world();
        again.restore(&snapshot);
        again.remedies.clone_from(&broken.remedies);
        // The policies are read anew when a process starts, and are the same.
        again.change_policy(again.plan.clone());
        prop_assert!(again.out.intents.is_empty() && again.out.records.is_empty(), "{:?}", again.out);
        prop_assert!(again.snapshot() == snapshot, "{:#?}\n{:#?}", again.desk, broken.desk);
        broken = again;
        whole.out.clear();
        happen(&mut whole, what);
        happen(&mut broken, what);
        prop_assert_eq!(&whole.out, &broken.out);
        prop_assert_eq!(&whole.desk, &broken.desk);
    }
    prop_assert!(whole.snapshot() == broken.snapshot());
    Ok(())
}

#[test]
fn what_was_worse_for_a_moment_while_nobody_was_called_is_forgotten_at_once() {
    let row = |level| Happens::Row { alert: 1, region: 1, service: 0, level: Some(level), ladder: 0 };
    let silence = Happens::Silence { key: 0, alert: None, from_ms: 1, for_ms: 184_060 };
    let story = [silence, row(0), Happens::Passes(1), row(1), row(0), Happens::Passes(1)];
    goes_to_disk_and_back(&story).unwrap();
}

proptest! {
    #[test]
    fn no_two_notifications_have_one_key_and_all_who_were_told_are_told_that_it_is_over(
        story in proptest::collection::vec(happens(), 1..60),
    ) {
        let mut world = world();
        let mut keys = BTreeSet::new();
        let mut sent = BTreeMap::new();
        let mut told = Told::default();
        // Failures of what was sent before an incident was opened again are of no account: none is told here.
        let mut newest = 1;
        for what in &story {
            if matches!(what, Happens::Fails(number) if *number < newest) {
                continue;
            }
            world.out.clear();
            happen(&mut world, what);
            for notification in notifications(&world.out) {
                prop_assert!(keys.insert(notification.key.clone()), "twice: {}", notification.key);
                if notification.reason == Reason::Resolved {
                    newest = notification.number;
                }
            }
            told.follow(&world.out, &mut sent)?;
        }
    }

    #[test]
    fn while_somebody_has_taken_it_up_only_what_is_graver_is_told(
        story in proptest::collection::vec(happens(), 1..60),
    ) {
        let mut world = world();
        for what in &story {
            world.out.clear();
            let before: BTreeMap<_, _> = world
                .desk
                .incidents()
                .filter_map(|incident| Some((incident.number(), incident.acknowledged()?.severity)))
                .collect();
            happen(&mut world, what);
            let mut ended = BTreeSet::new();
            for record in &world.out.records {
                match &record.event {
                    Event::Incident(
                        number,
                        IncidentEvent::AcknowledgementEnded | IncidentEvent::Resolved(_),
                    ) => {
                        ended.insert(*number);
                    }
                    Event::Incident(number, IncidentEvent::Notified(made)) if !ended.contains(number) => {
                        let notification = notifications(&world.out).find(|one| one.number == *made).unwrap();
                        if let Some(severity) = before.get(number).filter(|_| is_call(notification)) {
                            prop_assert!(notification.severity > *severity, "{notification:?}");
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn the_state_goes_to_disk_and_back_at_any_point_and_on_as_if_nothing_had_been(
        story in proptest::collection::vec(happens(), 1..20),
    ) {
        goes_to_disk_and_back(&story)?;
    }

    #[test]
    fn what_is_due_next_is_when_something_happens_next(story in proptest::collection::vec(happens(), 1..40)) {
        let mut world = world();
        for what in &story {
            happen(&mut world, what);
            if let Some(due_ms) = world.next_due_ms() {
                prop_assert!(due_ms > world.now_ms(), "nothing that is due is left undone");
                world.out.clear();
                let quiet_ms = (due_ms - 1 - world.now_ms()).min(60_000);
                for _ in 0..=quiet_ms / 5_000 {
                    world.clock((world.now_ms() + 5_000).min(due_ms - 1));
                }
                prop_assert!(world.out.records.is_empty() && world.out.intents.is_empty(), "{:?}", world.out);
            }
        }
    }
}
