//! What playbooks say to people: who is told, by which channel.

use nvp_respond::desk::Telling;
use nvp_respond::effect::{Event, IncidentEvent, Intent, Reason};
use nvp_respond::severity::Severity;

use crate::desk::{World, change, start_ms};
use crate::{people, policy};

const POLICY: &str = "
team operations
team specialists
team nobody tells specialists
team silent
service gateway
ladder standard
  N1 operations by sms,email for 15m
  N2 specialists by call,chat
";
const PEOPLE: &str = "
team operations is anna, boris, carl
team specialists is dora
team specialists shared chat
person anna has sms, email
person boris has sms
person carl has pager
person dora has call
";

fn world() -> World {
    World::new(policy::parse(POLICY, start_ms()), people::parse(PEOPLE))
}

fn told(world: &mut World, team: &str, severity: Severity) -> Vec<String> {
    let telling = Telling {
        key: "a7/success".to_owned(),
        incident: None,
        reason: Reason::Notice,
        severity,
        title: "the pool was grown".to_owned(),
        lines: vec!["by half".to_owned()],
    };
    world.out.clear();
    let numbers = world.with(|desk, context, out| desk.notify(context, team, &telling, out));
    assert_eq!(numbers.len(), world.out.intents.len());
    let keys = world.out.intents.iter().map(|intent| match intent {
        Intent::Notify(notification) => notification.key.clone(),
        other => panic!("{other:?}"),
    });
    keys.collect()
}

#[test]
fn each_person_is_told_once_by_the_gentlest_channel_or_by_the_loudest() {
    let mut world = world();
    assert_eq!(
        told(&mut world, "operations", Severity::Info),
        [
            "a7/success/email/operations/anna",
            "a7/success/sms/operations/boris",
            "a7/success/pager/operations/carl"
        ]
    );
    assert_eq!(
        told(&mut world, "operations", Severity::Critical),
        [
            "a7/success/sms/operations/anna",
            "a7/success/sms/operations/boris",
            "a7/success/pager/operations/carl"
        ]
    );
}

#[test]
fn a_shared_contact_is_told_instead_of_people_and_another_team_instead_of_nobody() {
    let mut world = world();
    assert_eq!(told(&mut world, "specialists", Severity::Critical), ["a7/success/chat/specialists/"]);
    assert_eq!(told(&mut world, "nobody", Severity::Info), ["a7/success/chat/specialists/"]);
}

#[test]
fn a_team_that_nobody_is_of_is_recorded() {
    let mut world = world();
    assert_eq!(told(&mut world, "silent", Severity::Info), [""; 0]);
    let Event::Ignored(why) = &world.out.records[0].event else { panic!("{:?}", world.out.records) };
    assert_eq!(why, "`silent` reaches nobody: nobody is told: the pool was grown");
}

#[test]
fn a_ticket_is_written_by_its_channel_with_what_is_known_of_the_incident() {
    let mut world = world();
    world.tick(&[(change("slow", &[("region", "eu")], Some("gateway"), Some(3)), None)]);
    world.out.clear();
    let telling = Telling {
        key: "a7/ticket".to_owned(),
        incident: Some(1),
        reason: Reason::Ticket,
        severity: Severity::Info,
        title: "look into the pool of eu".to_owned(),
        lines: Vec::new(),
    };
    world.with(|desk, context, out| desk.ticket(context, "jira", &telling, out));
    let Intent::Notify(ticket) = &world.out.intents[0] else { panic!("{:?}", world.out.intents) };
    assert_eq!((ticket.key.as_str(), ticket.team.as_deref(), ticket.alerts), ("a7/ticket/jira//", None, 1));
    assert_eq!(ticket.labels, [("region".to_owned(), "eu".to_owned())]);
    assert!(matches!(world.out.records[0].event, Event::Incident(1, IncidentEvent::Notified(1))));
}
