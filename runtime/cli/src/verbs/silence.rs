//! `silence`: nobody is called for what is known.

use std::io::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand};
use nvp_control::questions;
use nvp_control::wire::{NewSilence, Silence, SilenceQuery, Silences};

use super::operate::sheet::plain;
use super::operate::{Clock, Format, Where, deed, json};
use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::output::Output;
use crate::table::{Align, Table};

const EXAMPLES: &str = "\
Examples:
  novaevo-policy silence add --alert gateway_slow --label region=eu --for 2h --why 'the pool is being replaced'
  novaevo-policy silence add --service database --for 30m --why 'upgrade, CHG-117'
  novaevo-policy silence list
  novaevo-policy silence end 3

What matches is still seen and answered by playbooks; people are not called. The same again, or the same `--key`, is the same silence:
it lasts for so long from now.

Exit codes: 0 answered; done, or so already, 1 there is no such silence, or the deed is not in the journal, 2 wrong usage, or nobody
could be asked";

/// What `silence` understands.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub what: What,
    /// Which process.
    #[command(flatten)]
    pub place: Where,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Begin one, or let it last from now
    Add(Add),
    /// List those that hold
    List(List),
    /// End some
    End(End),
}

/// What `silence add` understands.
#[derive(Debug, Args)]
pub struct Add {
    /// Only this alert
    #[arg(long, value_name = "ALERT")]
    pub alert: Option<String>,
    /// Only this service
    #[arg(long, value_name = "SERVICE")]
    pub service: Option<String>,
    /// Only rows with this label; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = label)]
    pub label: Vec<(String, String)>,
    /// Everything
    #[arg(long)]
    pub everything: bool,
    /// For how long, from now
    #[arg(long = "for", value_name = "DURATION", value_parser = nvp_settings::parse_duration)]
    pub duration: Duration,
    /// Why: others read it
    #[arg(long, value_name = "TEXT")]
    pub why: String,
    /// A key of yours: the same one again is the same silence
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
}

/// What `silence list` understands.
#[derive(Debug, Args)]
pub struct List {
    /// Those that are over too
    #[arg(long)]
    pub all: bool,
    /// The most that are listed, up to 999
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub rows: u32,
}

/// What `silence end` understands.
#[derive(Debug, Args)]
pub struct End {
    /// Silences, by number
    #[arg(required = true, value_name = "SILENCE")]
    pub silences: Vec<u64>,
}

fn label(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = pair.ok_or("a label is written `name=value`")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Begins, lists or ends.
pub fn run(arguments: &Arguments, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    match &arguments.what {
        What::Add(add) => begin(add, &arguments.place, out),
        What::List(list) => listed(list, &arguments.place, global, out),
        What::End(end) => ended(end, &arguments.place, out),
    }
}

fn begin(add: &Add, place: &Where, out: &mut Output) -> Result<Exit, Failure> {
    let silence = NewSilence {
        key: add.key.clone(),
        alert: add.alert.clone(),
        service: add.service.clone(),
        labels: add.label.iter().cloned().collect(),
        everything: add.everything,
        for_ms: i64::try_from(add.duration.as_millis()).unwrap_or(i64::MAX),
        why: add.why.clone(),
    };
    silence.check().map_err(|why| {
        Failure::new(why)
            .help("`--alert`, `--service`, `--label`, `--everything` say what, `--for` how long, `--why` why")
    })?;
    let process = place.process()?;
    let done = process.say(async |client| client.silence(&silence).await)?;
    let number = done.number.map(|number| format!(" {number}")).unwrap_or_default();
    let until = done.until_ms.map(|at_ms| format!(" until {}", Clock::system().with_zone(at_ms)));
    let sentence = format!("silence{number} of {} holds{}", silence.key(), until.unwrap_or_default());
    deed::tell(&done, &sentence, place.format, out)
}

fn ended(end: &End, place: &Where, out: &mut Output) -> Result<Exit, Failure> {
    let process = place.process()?;
    let mut exit = Exit::Good;
    for number in &end.silences {
        let done = process.say(async |client| client.unsilence(*number).await)?;
        let sentence = format!("silence {number} is ended by {}", done.by);
        exit = deed::worse(exit, deed::tell(&done, &sentence, place.format, out)?);
    }
    Ok(exit)
}

fn listed(list: &List, place: &Where, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    let query = SilenceQuery { all: list.all, after: None, rows: Some(list.rows) };
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    let silences = place.asking(global)?.ask(
        async |client| client.silences(&query).await,
        |reader| questions::silences(reader, &query, now_ms),
    )?;
    match place.format {
        Format::Json => json(&silences, out)?,
        Format::Human => human(&silences, list.all, out)?,
    }
    Ok(Exit::Good)
}

fn human(listed: &Silences, all: bool, out: &mut Output) -> Result<(), Failure> {
    if listed.silences.is_empty() {
        writeln!(
            out,
            "{}",
            if all { "no silence" } else { "no silence holds; `--all` lists those that are over" }
        )?;
        return Ok(());
    }
    let clock = Clock::system();
    let mut table = Table::new(&[
        ("number", Align::Right),
        ("silences", Align::Left),
        ("until", Align::Left),
        ("by", Align::Left),
        ("why", Align::Left),
        ("ended by", Align::Left),
        ("key", Align::Left),
    ]);
    for silence in &listed.silences {
        let what = what(silence);
        let key = if silence.key == what { String::new() } else { silence.key.clone() };
        table.row(vec![
            silence.number.to_string(),
            what,
            clock.instant(silence.ended_ms.unwrap_or(silence.to_ms)),
            silence.made_by.clone(),
            silence.why.clone(),
            silence.ended_by.clone().unwrap_or_default(),
            key,
        ]);
    }
    for (place, line) in table.lines(out.width()).into_iter().enumerate() {
        let line = plain(&line);
        let line = if place == 0 { out.paint().dim(&line) } else { line };
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// What it silences, as the key that is made of it.
fn what(silence: &Silence) -> String {
    let Silence { alert, service, labels, .. } = silence.clone();
    NewSilence { alert, service, labels, ..NewSilence::default() }.key()
}
