//! The sender: nothing lost, nothing twice where that can be helped, nothing held by another's failure.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nvp_act::channels::config::{Bound, Channels};
use nvp_act::channels::outbox::{Job, Options, Outbox, Report, Why};
use nvp_act::channels::{Address, Attempt, Channel, Delivering, Failure, Pace, Receipt, Repeat, Stage};
use nvp_respond::effect::{Notification, Reason};
use nvp_respond::input::Delivery;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{Secrets, because, bind, page};
use crate::fakes::http::Fault;
use crate::fakes::{pagerduty, slack, tickets, webhook};

/// What a scripted channel does at one attempt.
#[derive(Clone)]
enum Act {
    Take,
    Fail(Failure),
    Hang,
    Break,
}

/// A channel that does as it is told, under the outbox's clock; it takes everything once its script has ended.
struct Scripted {
    repeat: Repeat,
    pace: Option<Pace>,
    script: Mutex<VecDeque<Act>>,
    seen: Mutex<Vec<(u64, Attempt, Instant)>>,
}

impl Scripted {
    fn new(repeat: Repeat, script: impl IntoIterator<Item = Act>) -> Arc<Self> {
        let script = Mutex::new(script.into_iter().collect());
        Arc::new(Self { repeat, pace: None, script, seen: Mutex::default() })
    }

    fn seen(&self) -> Vec<(u64, Attempt, Instant)> {
        self.seen.lock().unwrap().clone()
    }

    fn doubts(&self) -> Vec<bool> {
        self.seen().iter().map(|(_, attempt, _)| attempt.in_doubt).collect()
    }
}

impl Channel for Scripted {
    fn kind(&self) -> &'static str {
        "scripted"
    }

    fn repeat(&self, _notification: &Notification, _address: &Address) -> Repeat {
        self.repeat
    }

    fn pace(&self) -> Option<Pace> {
        self.pace
    }

    fn deliver<'a>(
        &'a self,
        notification: &'a Notification,
        _address: &'a Address,
        attempt: Attempt,
    ) -> Delivering<'a> {
        self.seen.lock().unwrap().push((notification.number, attempt, Instant::now()));
        let act = self.script.lock().unwrap().pop_front().unwrap_or(Act::Take);
        Box::pin(async move {
            match act {
                Act::Take => Ok(Receipt { stage: Stage::Sent, remote: None }),
                Act::Fail(failure) => Err(failure),
                Act::Hang => std::future::pending().await,
                Act::Break => std::panic::resume_unwind(Box::new(())),
            }
        })
    }
}

fn temporary() -> Act {
    Act::Fail(Failure::temporary("later"))
}

fn unknown() -> Act {
    Act::Fail(Failure::Unknown("no answer".into()))
}

fn lane(channel: &Arc<Scripted>, queue: usize) -> Bound {
    Bound {
        channel: Arc::clone(channel) as Arc<dyn Channel>,
        give_up_after: Duration::from_secs(600),
        queue: NonZeroUsize::new(queue).unwrap(),
    }
}

fn start(channels: Channels) -> (Outbox, mpsc::Receiver<Report>) {
    let (reports, heard) = mpsc::channel(10_000);
    (Outbox::start(channels, Options::default(), &reports, None), heard)
}

fn only(channel: &Arc<Scripted>) -> (Outbox, mpsc::Receiver<Report>) {
    start(BTreeMap::from([("c".to_owned(), lane(channel, 100))]))
}

fn job(number: u64, channel: &str) -> Job {
    Job::new(page(number, channel), Address::open("here"))
}

/// About an incident of its own.
fn apart(number: u64, channel: &str) -> Job {
    let mut job = job(number, channel);
    job.notification.incident = Some(number);
    job
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_until_it_has_passed() {
    let channel = Scripted::new(Repeat::Unsafe, vec![temporary(); 9]);
    let (outbox, mut reports) = only(&channel);
    outbox.submit(job(1, "c")).await.unwrap();
    let report = reports.recv().await.unwrap();
    assert_eq!((report.delivery, report.attempts), (Delivery::Sent, 10));
    assert!(channel.doubts().iter().all(|in_doubt| !in_doubt));
    let status = outbox.status().remove(0);
    assert_eq!((status.told, status.retried, status.is_failing), (1, 9, false));
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_kept_by_all_of_the_address() {
    let limited = Failure::Temporary { why: "slowly".into(), retry_after: Some(Duration::from_secs(90)) };
    let channel = Scripted::new(Repeat::Keyed, [Act::Fail(limited)]);
    let (outbox, mut reports) = only(&channel);
    let begun = Instant::now();
    outbox.submit(apart(1, "c")).await.unwrap();
    while channel.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    outbox.submit(apart(2, "c")).await.unwrap();
    for _ in 0..2 {
        assert_eq!(reports.recv().await.unwrap().delivery, Delivery::Sent);
    }
    for (number, _, at) in &channel.seen()[1..] {
        assert!(at.duration_since(begun) >= Duration::from_secs(90), "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unsafe_channel_repeats_what_may_have_arrived_once_and_marks_it() {
    let channel = Scripted::new(Repeat::Unsafe, [unknown(), temporary(), temporary(), unknown()]);
    let (outbox, mut reports) = only(&channel);
    outbox.submit(job(1, "c")).await.unwrap();
    let report = reports.recv().await.unwrap();
    assert_eq!(report.delivery, Delivery::Failed("it is not known whether it arrived: no answer".into()));
    assert_eq!(channel.doubts(), [false, true, true, true], "what was not taken is no repeat");
    let channel = Scripted::new(Repeat::Unsafe, [unknown()]);
    let (outbox, mut reports) = only(&channel);
    outbox.submit(Job { attempts: 3, after_crash: true, ..job(1, "c") }).await.unwrap();
    assert!(matches!(reports.recv().await.unwrap().delivery, Delivery::Failed(_)));
    assert_eq!(channel.seen()[0].1, Attempt { number: 4, in_doubt: true });
    assert_eq!(channel.seen().len(), 1, "one repeat a crash");
}

#[tokio::test(start_paused = true)]
async fn a_channel_with_a_key_or_a_search_is_tried_on() {
    for repeat in [Repeat::Keyed, Repeat::Searchable] {
        let channel = Scripted::new(repeat, vec![unknown(); 5]);
        let (outbox, mut reports) = only(&channel);
        outbox.submit(job(1, "c")).await.unwrap();
        assert_eq!(reports.recv().await.unwrap().delivery, Delivery::Sent);
        assert_eq!(channel.seen().len(), 6);
    }
}

#[tokio::test(start_paused = true)]
async fn what_hangs_or_breaks_is_not_known() {
    let channel = Scripted::new(Repeat::Keyed, [Act::Hang, Act::Break]);
    let (outbox, mut reports) = only(&channel);
    outbox.submit(job(1, "c")).await.unwrap();
    assert_eq!(reports.recv().await.unwrap().delivery, Delivery::Sent);
    assert_eq!(channel.doubts(), [false, true, true]);
}

#[tokio::test(start_paused = true)]
async fn what_is_too_old_is_given_up_and_said() {
    let channel = Scripted::new(Repeat::Keyed, vec![temporary(); 10_000]);
    let (outbox, mut reports) = only(&channel);
    let begun = Instant::now();
    outbox.submit(job(1, "c")).await.unwrap();
    let report = reports.recv().await.unwrap();
    let why = match report.delivery {
        Delivery::Failed(why) => why,
        other => panic!("{other:?}"),
    };
    assert!(why.starts_with("given up after ") && why.ends_with(": later"), "{why}");
    assert!(begun.elapsed() <= Duration::from_secs(600) && begun.elapsed() > Duration::from_secs(500));
    // What it waited before a restart counts.
    let begun = Instant::now();
    outbox.submit(Job { waited: Duration::from_secs(595), ..job(2, "c") }).await.unwrap();
    assert!(matches!(reports.recv().await.unwrap().delivery, Delivery::Failed(_)));
    assert!(begun.elapsed() <= Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn one_channels_failure_holds_no_other_and_one_incidents_no_other() {
    let (dead, well) =
        (Scripted::new(Repeat::Keyed, vec![Act::Hang; 10_000]), Scripted::new(Repeat::Keyed, []));
    let (outbox, mut reports) =
        start(BTreeMap::from([("dead".to_owned(), lane(&dead, 50)), ("well".to_owned(), lane(&well, 50))]));
    let begun = Instant::now();
    for number in 0..50 {
        outbox.submit(apart(number, "dead")).await.unwrap();
    }
    for number in 100..150 {
        outbox.submit(apart(number, "well")).await.unwrap();
        assert_eq!(reports.recv().await.unwrap().notification, number);
    }
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(outbox.status().iter().map(|lane| lane.in_hand).collect::<Vec<_>>(), [50, 0]);
    // Within a channel, one incident's long pause holds none of another's.
    let channel = Scripted::new(Repeat::Keyed, [temporary()]);
    let (outbox, mut reports) = only(&channel);
    outbox.submit(apart(1, "c")).await.unwrap();
    while channel.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    outbox.submit(apart(2, "c")).await.unwrap();
    let order = [reports.recv().await.unwrap().notification, reports.recv().await.unwrap().notification];
    assert_eq!(order, [2, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_resolution_never_overtakes_its_page() {
    let channel = Scripted::new(Repeat::Keyed, vec![temporary(); 3]);
    let (outbox, mut reports) = only(&channel);
    for number in 1..=3 {
        outbox.submit(job(number, "c")).await.unwrap();
    }
    for number in 1..=3 {
        assert_eq!(reports.recv().await.unwrap().notification, number);
    }
    let numbers: Vec<u64> = channel.seen().iter().map(|(number, ..)| *number).collect();
    assert_eq!(numbers, [1, 1, 1, 1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_pushes_back_and_loses_nothing() {
    let channel = Scripted::new(Repeat::Keyed, [temporary()]);
    let (outbox, mut reports) = start(BTreeMap::from([("c".to_owned(), lane(&channel, 2))]));
    outbox.try_submit(job(1, "c")).unwrap();
    outbox.try_submit(job(2, "c")).unwrap();
    let refused = outbox.try_submit(job(3, "c")).unwrap_err();
    assert_eq!((refused.why, refused.job.notification.number), (Why::Full, 3));
    assert_eq!(outbox.submit(job(9, "nobody")).await.unwrap_err().why, Why::NoChannel);
    outbox.submit(*refused.job).await.unwrap();
    for number in 1..=3 {
        assert_eq!(reports.recv().await.unwrap().notification, number);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_told_at_the_end_is_handed_back_with_what_is_known() {
    let channel = Scripted::new(Repeat::Unsafe, [Act::Hang, temporary(), unknown()]);
    let (outbox, mut reports) = only(&channel);
    for number in 1..=3 {
        outbox.submit(apart(number, "c")).await.unwrap();
    }
    let mut resolution = apart(1, "c");
    resolution.notification = because(Reason::Resolved, resolution.notification);
    outbox.submit(resolution).await.unwrap();
    while channel.seen().len() < 3 {
        tokio::task::yield_now().await;
    }
    let mut left = outbox.shut_down(Duration::from_secs(5)).await;
    left.sort_by_key(|job| (job.notification.number, job.notification.reason == Reason::Resolved));
    let known: Vec<_> =
        left.iter().map(|job| (job.notification.number, job.attempts, job.after_crash)).collect();
    // The first was under way, the second refused, the third unknown; the resolution was never tried.
    assert_eq!(known, [(1, 1, true), (1, 0, false), (2, 1, false), (3, 1, true)]);
    assert!(reports.recv().await.is_none(), "nothing was told");
}

#[tokio::test(start_paused = true)]
async fn what_nobody_hears_of_is_handed_back() {
    let channel = Scripted::new(Repeat::Unsafe, []);
    let (reports, heard) = mpsc::channel(1);
    let channels = BTreeMap::from([("c".to_owned(), lane(&channel, 100))]);
    let outbox = Outbox::start(channels, Options::default(), &reports, None);
    drop(heard);
    outbox.submit(job(1, "c")).await.unwrap();
    while channel.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    let left = outbox.shut_down(Duration::from_secs(1)).await;
    assert_eq!((left.len(), left[0].after_crash), (1, true));
}

#[tokio::test(start_paused = true)]
async fn an_address_is_told_at_its_pace() {
    let pace = Some(Pace { every: Duration::from_secs(1), burst: 3 });
    let channel =
        Arc::new(Scripted { repeat: Repeat::Keyed, pace, script: Mutex::default(), seen: Mutex::default() });
    let (outbox, mut reports) = only(&channel);
    let begun = Instant::now();
    for number in 1..=10 {
        outbox.submit(apart(number, "c")).await.unwrap();
    }
    for _ in 1..=10 {
        reports.recv().await.unwrap();
    }
    let at: Vec<u64> =
        channel.seen().iter().map(|(.., at)| at.duration_since(begun).as_millis() as u64 / 100).collect();
    assert_eq!(&at[..3], [0, 0, 0]);
    for (index, tenths) in at.iter().enumerate().skip(3) {
        assert_eq!(tenths / 10, index as u64 - 2, "{at:?}");
    }
}

/// All channels at once against their services, in a storm of faults, with small pauses and a restart in the middle.
#[tokio::test]
async fn against_real_services_nothing_is_lost_and_nothing_comes_twice_where_that_can_be_helped() {
    const KEY: &str = "0123456789abcdef0123456789abcdef";
    let secrets = Secrets::new();
    let (pager, chat) = (pagerduty::start(&[KEY]).await, slack::start("xoxb-1").await);
    let (system, hook) = (tickets::start().await, webhook::start("hunter2").await);
    let configuration = format!(
        "[channel.pager]\nkind = \"pagerduty\"\nurl = \"{}\"\nrouting_key = \"{}\"\ntimeout = \"1s\"\n\
         [channel.chat]\nkind = \"slack\"\nurl = \"{}\"\ntoken = \"{}\"\nchannel = \"C0PS12345\"\ntimeout = \"1s\"\n\
         [channel.tickets]\nkind = \"ticket\"\nurl = \"{sys}/issue\"\nbearer = \"{}\"\ntimeout = \"1s\"\n\
         json = {{ summary = \"{{{{ subject }}}}\", labels = [\"{{{{ ticket }}}}\"] }}\nid = \"/key\"\n\
         [channel.tickets.search]\nurl = \"{sys}/search?label={{{{ ticket }}}}\"\nid = \"/issues/0/key\"\nsettle = \"0s\"\n\
         [channel.hook]\nkind = \"webhook\"\nurl = \"{}\"\nsecret = \"{}\"\ntimeout = \"1s\"\n[team.operations]",
        pager.url(),
        secrets.keep("key", KEY),
        chat.url(),
        secrets.keep("slack", "xoxb-1"),
        secrets.keep("tickets", "T0KEN"),
        hook.url(),
        secrets.keep("hook", "hunter2"),
        sys = system.url(),
    );
    let storm = [
        Fault::Refuse(503, None),
        Fault::ResetAfterTaking,
        Fault::Refuse(429, Some(0)),
        Fault::HangAfterTaking,
        Fault::Refuse(429, None),
    ];
    pager.plan(storm);
    chat.plan(storm);
    system.plan(storm);
    hook.plan([Fault::Refuse(503, None), Fault::ResetAfterTaking]);
    let options = Options {
        pause_min: Duration::from_millis(10),
        pause_max: Duration::from_millis(50),
        ..Options::default()
    };
    let (channels, addresses) = bind(&configuration);
    let (reports, mut heard) = mpsc::channel(100);
    let outbox = Outbox::start(channels, options, &reports, None);
    let names = ["pager", "chat", "tickets", "hook"];
    for (number, name) in (1..).zip(names) {
        let notification = page(number, name);
        let address = addresses.of(&notification).unwrap().clone();
        outbox.submit(Job::new(notification, address)).await.unwrap();
    }
    let mut told = BTreeMap::new();
    for _ in names {
        let report = heard.recv().await.unwrap();
        told.insert(report.notification, report.delivery);
    }
    assert_eq!(
        told.into_values().collect::<Vec<_>>(),
        [Delivery::Accepted, Delivery::Delivered, Delivery::Delivered, Delivery::Sent]
    );
    assert!(outbox.shut_down(Duration::from_secs(1)).await.is_empty());

    // After a crash that left no trace of the reports, all is submitted again.
    let (channels, _) = bind(&configuration);
    let outbox = Outbox::start(channels, options, &reports, None);
    for (number, name) in (1..).zip(names) {
        let notification = page(number, name);
        let address = addresses.of(&notification).unwrap().clone();
        let job = Job { attempts: 1, after_crash: true, ..Job::new(notification, address) };
        outbox.submit(job).await.unwrap();
        heard.recv().await.unwrap();
    }
    assert_eq!(pager.look(|service| service.alerts.len()), 1);
    assert_eq!(chat.look(|slack| slack.messages.len()), 1);
    assert_eq!(system.look(|system| system.tickets.len()), 1);
    let marks: Vec<bool> = hook.look(|receiver| {
        let is_marked =
            |payload: &serde_json::Value| payload["commonAnnotations"]["possible_repeat"] == "true";
        receiver.payloads.iter().map(is_marked).collect()
    });
    assert_eq!(marks, [false, true, true], "one repeat for the lost answer, one for the crash, both marked");
}
