//! Tickets: one each, also when an answer was lost, where the system can be searched or has a key.

use nvp_act::channels::{Attempt, Failure, Repeat, Stage};
use nvp_respond::effect::Reason;

use super::{AGAIN, IN_DOUBT, One, Secrets, because, page, why};
use crate::fakes::http::{Fault, Server};
use crate::fakes::tickets::{Tickets, start};

const SEARCH: &str =
    "[channel.c.search]\nurl = \"URL/search?label={{ ticket }}\"\nid = \"/issues/0/key\"\nsettle = \"0s\"";

fn tickets(service: &Server<Tickets>, secrets: &Secrets, more: &str) -> One {
    let token = secrets.keep("token", "T0KEN");
    let text = format!(
        "[channel.c]\nkind = \"ticket\"\nurl = \"URL/issue\"\nbearer = \"{token}\"\nsuccess = [201]\nid = \"/key\"\n\
         timeout = \"1s\"\n\
         json = {{ summary = \"{{{{ subject }}}}\", text = \"{{{{ body }}}}\", zone = \"{{{{ labels.region }}}}\", \
         labels = [\"{{{{ ticket }}}}\"], urgency = 2 }}\n{more}\n[team.operations]"
    );
    One::of(&text.replace("URL", &service.url()))
}

#[tokio::test]
async fn a_ticket_has_what_the_configuration_says() {
    let secrets = Secrets::new();
    let service = start().await;
    let one = tickets(&service, &secrets, "");
    let mut notification = because(Reason::Ticket, page(1, "c"));
    notification.title = "quote \" and \\ and {{ title }}".into();
    let receipt = one.deliver(&notification, Attempt::FIRST).await.unwrap();
    assert_eq!((receipt.stage, receipt.remote.as_deref()), (Stage::Delivered, Some("OPS-1")));
    service.look(|system| {
        let ticket = &system.tickets[0];
        assert_eq!(ticket["summary"], "[ticket] quote \" and \\ and {{ title }}");
        assert_eq!((&ticket["urgency"], &ticket["zone"]), (&2.into(), &"eu".into()));
        assert!(ticket["text"].as_str().unwrap().contains("cause: database"));
        assert!(ticket["labels"][0].as_str().unwrap().starts_with("novaevo-"));
    });
}

#[tokio::test]
async fn a_lost_answer_opens_no_second_ticket_where_it_can_be_searched() {
    for fault in [Fault::ResetAfterTaking, Fault::HangAfterTaking] {
        let secrets = Secrets::new();
        let service = start().await;
        let one = tickets(&service, &secrets, SEARCH);
        let ticket = because(Reason::Ticket, page(1, "c"));
        assert_eq!(one.channel.repeat(&ticket, &one.address), Repeat::Searchable);
        service.plan([fault]);
        let lost = one.deliver(&ticket, Attempt::FIRST).await.unwrap_err();
        assert!(matches!(lost, Failure::Unknown(_)), "{lost:?}");
        let found = one.deliver(&ticket, IN_DOUBT).await.unwrap();
        assert_eq!(found.remote.as_deref(), Some("OPS-1"));
        // Another one is another one.
        one.deliver(&because(Reason::Ticket, page(2, "c")), IN_DOUBT).await.unwrap();
        service.look(|system| assert_eq!((system.tickets.len(), system.searches), (2, 2)));
    }
}

#[tokio::test]
async fn what_was_refused_is_searched_too_and_a_search_that_fails_opens_nothing() {
    let secrets = Secrets::new();
    let service = start().await;
    let one = tickets(&service, &secrets, SEARCH);
    let ticket = because(Reason::Ticket, page(1, "c"));
    for fault in [Fault::Refuse(503, None), Fault::ResetBeforeTaking] {
        service.plan([fault]);
        let failure = one.deliver(&ticket, AGAIN).await.unwrap_err();
        assert!(matches!(failure, Failure::Temporary { .. }), "{failure:?}");
    }
    service.look(|system| assert_eq!((system.tickets.len(), system.searches), (0, 0)));
    one.deliver(&ticket, AGAIN).await.unwrap();
    service.look(|system| assert_eq!((system.tickets.len(), system.searches), (1, 1)));
}

#[tokio::test]
async fn a_system_with_a_key_gets_it_and_one_without_anything_a_mark() {
    let secrets = Secrets::new();
    let service = start().await;
    let ticket = because(Reason::Ticket, page(1, "c"));
    let one = tickets(&service, &secrets, "key_header = \"Idempotency-Key\"");
    assert_eq!(one.channel.repeat(&ticket, &one.address), Repeat::Keyed);
    service.plan([Fault::ResetAfterTaking]);
    one.deliver(&ticket, Attempt::FIRST).await.unwrap_err();
    one.deliver(&ticket, IN_DOUBT).await.unwrap();
    assert_eq!(service.look(|system| system.tickets.len()), 1);
    let one = tickets(&service, &secrets, "");
    assert_eq!(one.channel.repeat(&ticket, &one.address), Repeat::Unsafe);
    one.deliver(&ticket, IN_DOUBT).await.unwrap();
    service.look(|system| {
        assert!(system.tickets[1]["summary"].as_str().unwrap().starts_with("[possible repeat] "));
    });
}

const UPDATES: &str = "[channel.c.comment]\nurl = \"URL/issue/{{ id }}/comment\"\n\
     json = { body = \"{{ subject }}: {{ body }}\" }\n\
     [channel.c.close]\nurl = \"URL/issue/{{ id }}/transitions\"\nsuccess = [204]\n\
     json = { transition = { id = \"31\" } }";

#[tokio::test]
async fn an_incident_has_one_ticket_that_is_added_to_and_closed_also_after_a_restart() {
    let secrets = Secrets::new();
    let service = start().await;
    let one = tickets(&service, &secrets, UPDATES);
    let ticket = |number| because(Reason::Ticket, page(number, "c"));
    let opened = one.deliver(&ticket(1), Attempt::FIRST).await.unwrap();
    assert_eq!(opened.remote.as_deref(), Some("OPS-1"));
    assert_eq!(one.deliver(&ticket(2), Attempt::FIRST).await.unwrap().remote, opened.remote);
    let restarted = tickets(&service, &secrets, UPDATES);
    restarted.channel.recall(12, &restarted.address, &opened.remote.unwrap());
    restarted.deliver(&ticket(3), Attempt::FIRST).await.unwrap();
    let mut other = ticket(4);
    other.incident = Some(13);
    assert_eq!(restarted.deliver(&other, Attempt::FIRST).await.unwrap().remote.as_deref(), Some("OPS-2"));
    let resolved = because(Reason::Resolved, page(5, "c"));
    restarted.deliver(&resolved, Attempt::FIRST).await.unwrap();
    service.look(|system| {
        let commented: Vec<_> = system.comments.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!((system.tickets.len(), commented), (2, vec!["OPS-1", "OPS-1"]));
        assert!(system.comments[0].1.starts_with("[ticket] gateway p95 in eu is 612 ms: for information"));
        assert_eq!(system.closed, ["OPS-1"]);
    });
}

#[tokio::test]
async fn a_comment_whose_answer_was_lost_is_written_once_more_at_most_and_marked() {
    let secrets = Secrets::new();
    let service = start().await;
    let one = tickets(&service, &secrets, &format!("{SEARCH}\n{UPDATES}"));
    let (first, second) = (because(Reason::Ticket, page(1, "c")), because(Reason::Ticket, page(2, "c")));
    one.deliver(&first, Attempt::FIRST).await.unwrap();
    assert_eq!(one.channel.repeat(&second, &one.address), Repeat::Unsafe);
    service.plan([Fault::ResetAfterTaking]);
    let lost = one.deliver(&second, Attempt::FIRST).await.unwrap_err();
    assert!(matches!(lost, Failure::Unknown(_)), "{lost:?}");
    one.deliver(&second, IN_DOUBT).await.unwrap();
    service.look(|system| {
        assert_eq!(system.tickets.len(), 1);
        let marked: Vec<_> =
            system.comments.iter().map(|(_, text)| text.starts_with("[possible repeat] ")).collect();
        assert_eq!(marked, [false, true]);
    });
}

#[tokio::test]
async fn what_cannot_be_closed_says_why_and_an_id_from_outside_leads_nowhere() {
    let secrets = Secrets::new();
    let service = start().await;
    let one = tickets(&service, &secrets, UPDATES);
    let resolved = because(Reason::Resolved, page(1, "c"));
    let told = why(one.deliver(&resolved, Attempt::FIRST).await);
    assert_eq!(told, "no ticket of the incident is known, so none is closed");
    one.channel.recall(12, &one.address, "../search?label=x");
    let told = why(one.deliver(&resolved, Attempt::FIRST).await);
    assert_eq!(told, "the ticket's id `../search?label=x` cannot stand in an address");
    assert_eq!(service.look(|system| system.searches), 0);
}

#[tokio::test]
async fn a_template_that_fails_opens_the_ticket_all_the_same() {
    let secrets = Secrets::new();
    let service = start().await;
    let one = tickets(&service, &secrets, "");
    let mut ticket = because(Reason::Ticket, page(1, "c"));
    ticket.labels.clear();
    one.deliver(&ticket, Attempt::FIRST).await.unwrap();
    service.look(|system| assert_eq!(system.tickets[0]["zone"], system.tickets[0]["summary"]));
    assert_eq!(one.channel.template_failures(), 1);
}

#[tokio::test]
async fn a_refusal_says_why_without_the_token() {
    let secrets = Secrets::new();
    let service = start().await;
    let one = tickets(&service, &secrets, "");
    service.plan([Fault::Refuse(404, None)]);
    assert!(why(one.deliver(&page(1, "c"), Attempt::FIRST).await).contains("404"));
    let text = secrets.keep("token", "wr0ng");
    let refused = One::of(&format!(
        "[channel.c]\nkind = \"ticket\"\nurl = \"{}/issue\"\nbearer = \"{text}\"\njson = {{ a = \"b\" }}\n[team.operations]",
        service.url()
    ));
    let why = why(refused.deliver(&page(1, "c"), Attempt::FIRST).await);
    assert!(why.contains("401") && why.contains("not `Bearer …`") && !why.contains("wr0ng"), "{why}");
}
