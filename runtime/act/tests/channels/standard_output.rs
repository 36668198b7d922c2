//! Standard output: a line each.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use nvp_act::channels::config::Templates;
use nvp_act::channels::standard_output::{Form, StandardOutput};
use nvp_act::channels::{Address, Attempt, Channel as _, Failure, Site, Stage};

use super::{IN_DOUBT, page};

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Gone;

impl Write for Gone {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_notification_is_a_line_for_people_or_programs() {
    let (address, site) = (Address::open("here"), Site::default());
    let kept = Kept::default();
    for form in [Form::Text, Form::Json] {
        let output = StandardOutput::new(kept.clone(), form, &site, &Templates::default());
        let receipt = output.deliver(&page(1, "c"), &address, Attempt::FIRST).await.unwrap();
        assert_eq!(receipt.stage, Stage::Sent);
        output.deliver(&page(1, "c"), &address, IN_DOUBT).await.unwrap();
    }
    let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "[CRITICAL] gateway p95 in eu is 612 ms");
    assert_eq!(lines[1], "[possible repeat] [CRITICAL] gateway p95 in eu is 612 ms");
    let json: Vec<serde_json::Value> =
        lines[2..].iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&json[0]["number"], &json[0]["rung"]), (&1.into(), &"N1".into()));
    assert_eq!((&json[0]["possible_repeat"], &json[1]["possible_repeat"]), (&false.into(), &true.into()));
}

#[tokio::test]
async fn a_reader_that_has_gone_is_a_failure_for_good() {
    let output = StandardOutput::new(Gone, Form::Text, &Site::default(), &Templates::default());
    let address = Address::open("here");
    let failure = output.deliver(&page(1, "c"), &address, Attempt::FIRST).await.unwrap_err();
    assert!(matches!(failure, Failure::Permanent(_)), "{failure:?}");
}
