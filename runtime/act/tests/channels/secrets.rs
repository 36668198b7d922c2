//! No secret is in anything that people see, whatever goes wrong.

use std::time::Duration;

use nvp_act::channels::config::{Configuration, Tables};
use nvp_act::channels::outbox::{Job, Options, Outbox};
use tokio::sync::mpsc;

use super::{Secrets, page};
use crate::fakes::http::Fault;
use crate::fakes::smtp::{Behaviour, Smtp};
use crate::fakes::{pagerduty, slack, tickets, webhook};
use crate::log;

const SECRET: &str = "hunter2";

#[tokio::test]
async fn no_secret_is_shown_or_logged_or_reported() {
    log::start();
    let secrets = Secrets::new();
    let kept = secrets.keep("all", SECRET);
    let (smtp, ca) = Smtp::start(
        secrets.folder(),
        Behaviour { offers_starttls: true, credentials: Some("b3RoZXI="), ..Behaviour::default() },
    )
    .await;
    // None of them knows the secret: each refuses, most of them loudly.
    let (pager, chat) = (pagerduty::start(&[]).await, slack::start("another").await);
    let (system, hook) = (tickets::start().await, webhook::start("another").await);
    hook.plan([Fault::Refuse(503, None)]);
    let url = |name: &str, server: &str| secrets.keep(name, &format!("{server}/services/{SECRET}"));
    let configuration = format!(
        "[channel.pager]\nkind = \"pagerduty\"\nurl = \"{}\"\nrouting_key = \"{kept}\"\n\
         [channel.chat]\nkind = \"slack\"\nurl = \"{}\"\ntoken = \"{kept}\"\nchannel = \"#ops\"\n\
         [channel.room]\nkind = \"slack\"\nurl = \"{}\"\n\
         [channel.tickets]\nkind = \"ticket\"\nurl = \"{}/issue\"\nbearer = \"{kept}\"\njson = {{ a = \"b\" }}\n\
         headers = {{ x-other = \"{kept}\" }}\n\
         [channel.hook]\nkind = \"webhook\"\nurl = \"{}\"\nsecret = \"{kept}\"\nbearer = \"{kept}\"\n\
         [channel.mail]\nkind = \"email\"\nhost = \"localhost\"\nport = {}\nfrom = \"a@example.org\"\n\
         username = \"policy\"\npassword = \"{kept}\"\nca = \"{}\"\n[team.operations]\nmail = \"b@example.org\"",
        pager.url(),
        chat.url(),
        url("room", &chat.url()),
        system.url(),
        url("hook", &hook.url()),
        smtp.address.port(),
        ca.display(),
    );
    chat.look(|slack| slack.error = Some("invalid_auth"));
    let configuration = Configuration::read(&Tables::parse(&configuration).unwrap()).unwrap();
    let (channels, addresses) = configuration.bind().unwrap();
    let names: Vec<String> = channels.keys().cloned().collect();
    let (reports, mut heard) = mpsc::channel(100);
    let options = Options { pause_min: Duration::from_millis(5), ..Options::default() };
    let outbox = Outbox::start(channels, options, &reports, None);
    let mut shown = format!("{configuration:?} {addresses:?}");
    for (number, name) in (1..).zip(&names) {
        let notification = page(number, name);
        let job = Job::new(notification.clone(), addresses.of(&notification).unwrap().clone());
        shown.push_str(&format!("{job:?}"));
        outbox.submit(job).await.unwrap();
    }
    for _ in &names {
        let report = heard.recv().await.unwrap();
        assert!(matches!(report.delivery, nvp_respond::input::Delivery::Failed(_)), "{report:?}");
        shown.push_str(&format!("{report:?}"));
    }
    shown.push_str(&format!("{:?}", outbox.status()));
    let logged = log::of_this_thread();
    assert!(logged.matches("does not take notifications").count() >= names.len(), "{logged}");
    for text in [&shown, &logged] {
        assert!(!text.contains(SECRET), "{text}");
    }
}
