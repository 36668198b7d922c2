//! Decisions on standard output: lines whole, a slow or closed reader.

use std::io::{self, Write};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use nvp_act::Message;
use nvp_act::destinations::standard_output::{self, Form};

const LONG: Duration = Duration::from_secs(60);

fn message(number: usize) -> Arc<Message> {
    Arc::new(Message { json: format!("{{\"number\":{number}}}"), text: format!("number {number}") })
}

/// Hands each write to the test, and waits until it is taken.
struct Slow(mpsc::SyncSender<Vec<u8>>);

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(bytes.to_vec()).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn one_line_a_decision_in_order() {
    for (form, wanted) in
        [(Form::Text, "number 0\nnumber 1\n"), (Form::JsonLines, "{\"number\":0}\n{\"number\":1}\n")]
    {
        let (sender, written) = mpsc::sync_channel(100);
        let destination = standard_output::start(Slow(sender), form).unwrap();
        destination.offer(message(0));
        destination.offer(message(1));
        let results = destination.finish(LONG).await;
        assert_eq!((results.delivered, results.dropped), (2, 0));
        assert_eq!(String::from_utf8(written.into_iter().flatten().collect()).unwrap(), wanted);
    }
}

#[tokio::test]
async fn a_reader_that_does_not_read_holds_nobody_up() {
    let (sender, written) = mpsc::sync_channel(0);
    let destination = standard_output::start(Slow(sender), Form::Text).unwrap();
    (0..20_000).for_each(|number| destination.offer(message(number)));
    assert!(destination.queued() <= 8_192);
    let reader = std::thread::spawn(move || written.into_iter().flatten().collect::<Vec<_>>());
    let results = destination.finish(LONG).await;
    assert_eq!(results.delivered + results.dropped, 20_000);
    assert!(results.dropped >= 20_000 - 8_192 - 1, "{results:?}");
    let text = String::from_utf8(reader.join().unwrap()).unwrap();
    assert_eq!(text.lines().count() as u64, results.delivered);
    assert_eq!(text.lines().last(), Some("number 19999"));
}

#[tokio::test]
async fn a_reader_that_goes_away_closes_it() {
    let (sender, written) = mpsc::sync_channel(0);
    let destination = standard_output::start(Slow(sender), Form::Text).unwrap();
    assert!(!destination.has_closed());
    drop(written);
    destination.offer(message(0));
    destination.closed().await;
    assert!(destination.has_closed());
    destination.offer(message(1));
    let results = destination.finish(LONG).await;
    assert_eq!((results.offered, results.refused, results.dropped), (2, 1, 1));
}
