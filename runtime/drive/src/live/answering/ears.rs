//! What the evaluation hears of the outside: one stream of news.

use nvp_act::channels::outbox;
use nvp_act::providers;
use tokio::sync::mpsc;

use crate::given::Given;
use crate::live::control::Asked;

/// The most news that are taken at once: they share a flush.
const NEWS_MAX: usize = 1_000;

/// Something that the evaluation is told.
#[derive(Debug)]
pub(in crate::live) enum News {
    /// For the response.
    Given(Given),
    /// Somebody did something, and waits for an answer.
    Asked(Asked),
    /// The journal can be written again, or not any more, and why.
    Journal(Option<String>),
}

/// Where news come from.
pub(in crate::live) struct Ears {
    outcomes: mpsc::UnboundedReceiver<providers::Report>,
    reports: mpsc::Receiver<outbox::Report>,
    deeds: mpsc::Receiver<Asked>,
    news: mpsc::UnboundedReceiver<News>,
}

impl Ears {
    pub(super) fn new(
        outcomes: mpsc::UnboundedReceiver<providers::Report>,
        reports: mpsc::Receiver<outbox::Report>,
        deeds: mpsc::Receiver<Asked>,
        news: mpsc::UnboundedReceiver<News>,
    ) -> Self {
        Self { outcomes, reports, deeds, news }
    }

    /// What there is to hear, at least one; nothing is lost when it is not waited for to the end.
    pub(in crate::live) async fn next(&mut self) -> Vec<News> {
        let first = tokio::select! {
            Some(news) = self.news.recv() => news,
            Some(outcome) = self.outcomes.recv() => of_outcome(outcome),
            Some(report) = self.reports.recv() => of_report(report),
            Some(asked) = self.deeds.recv() => News::Asked(asked),
            else => std::future::pending().await,
        };
        let mut all = vec![first];
        while all.len() < NEWS_MAX {
            let more = self.news.try_recv().ok();
            let more = more.or_else(|| self.outcomes.try_recv().ok().map(of_outcome));
            let more = more.or_else(|| self.reports.try_recv().ok().map(of_report));
            match more.or_else(|| self.deeds.try_recv().ok().map(News::Asked)) {
                Some(news) => all.push(news),
                None => break,
            }
        }
        all
    }
}

fn of_outcome(report: providers::Report) -> News {
    News::Given(Given::Outcome { call: report.call, outcome: report.outcome })
}

fn of_report(report: outbox::Report) -> News {
    News::Given(Given::Delivery { notification: report.notification, delivery: report.delivery })
}
