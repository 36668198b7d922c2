//! The real process, killed again and again: within a recovery, within the recovery from that, while a program runs, while something is
//! verified or taken back, while somebody acknowledges. Then it is left alone and must come to a good end.
//!
//! What must hold, whatever happens: what was done is applied and verified or taken back; there are never two writers; one run does
//! something; each page arrives, and a repeat says that it may be one; what a person was told to be accepted is kept; the audit trail is
//! whole, and the input log leads to it; nothing stays half open, and no program stays behind.

use std::collections::BTreeMap;
use std::io::Write as _;

use futures_util::StreamExt as _;
use nvp_journal::reader::{ActionFilter, NotificationFilter, NotificationRow, Reader};
use nvp_journal::words::{ActionEnd, ActionState, IncidentState, Subject};
use nvp_journal::{Page, Verification};
use rustix::process::Signal;
use serde_json::Value;
use tokio::process::Command;

use super::fates::{Deed, Fate, Life};
use super::peers::Process;
use super::plant::{Plant, errors, state};
use super::{replayed, writes};

/// How many plants are in trouble at once: they mostly wait.
const AT_ONCE: usize = 24;
/// Kills in an ordinary run of the tests.
const KILLS: usize = 260;
/// Rows that are more than there ever are.
const ALL: Page = Page { after: None, rows: 1_000 };

/// A plant, and what people were told of their deeds.
struct Watched {
    plant: Plant,
    fate: Fate,
    accepted: Vec<Deed>,
    bodies: Vec<Value>,
}

impl Watched {
    async fn new(fate: Fate) -> Self {
        let plant = Plant::logged("8s", fate.trouble).await;
        Self { plant, fate, accepted: Vec::new(), bodies: Vec::new() }
    }

    /// From a start to an end.
    async fn live(&mut self, life: Life) {
        let process = if life.is_from_ready { self.plant.starts_again().await } else { self.plant.start() };
        let dies = async {
            tokio::time::sleep(life.lasts).await;
            process.signal(if life.is_killed { Signal::KILL } else { Signal::TERM });
        };
        let deed = async {
            let (at, deed) = life.deed?;
            tokio::time::sleep(at).await;
            is_accepted(&self.plant, &deed).await.then_some(deed)
        };
        let ((), accepted) = tokio::join!(dies, deed);
        self.accepted.extend(accepted);
        self.is_gone(process, life.is_killed).await;
    }

    /// Notes that the process is gone, where its program notes what it does.
    async fn is_gone(&self, process: Process, is_killed: bool) {
        let (code, said) = process.end().await;
        // Asked to end before it hears, it ends as if it were killed.
        assert!(code == -1 || (code == 0 && !is_killed), "it ended with {code}: {said}");
        assert_eq!(errors(&said), [""; 0]);
        let path = self.plant.folder.path("writes");
        let mut log = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        log.write_all(b"killed\n").unwrap();
    }

    /// Left alone.
    async fn comes_to_its_end(&mut self) {
        let process = self.plant.starts_again().await;
        let run = self.plant.until("all runs are over", is_over).await;
        let is_helped = run == Some(ActionEnd::Succeeded);
        if !is_helped && !self.accepted.contains(&Deed::Acknowledges) {
            self.bodies.push(serde_json::from_str(&self.plant.receiver.next().await).unwrap());
        }
        let valve = if is_helped { "2" } else { "1" };
        assert_eq!(self.plant.valve(), valve, "{run:?}");
        let is_good = match run {
            Some(ActionEnd::Succeeded) => self.fate.trouble.is_helped(),
            // Nothing was done: what it requires could not be known.
            None => true,
            // Cut between the intent and the write it is not known whether that was made; when it was not, the run has failed.
            Some(end) => matches!(end, ActionEnd::RolledBack | ActionEnd::Inconclusive),
        };
        assert!(is_good, "{run:?}");
        self.plant.exporter.set(1.0);
        // What was seen before has had its consequences by the third look.
        self.plant.looked_at(3).await;
        self.plant.until("all is over and told", |reader| is_told(reader).then_some(())).await;
        if self.fate.is_killed_at_last {
            process.signal(Signal::KILL);
            self.is_gone(process, true).await;
        } else {
            process.signal(Signal::TERM);
            let (code, said) = process.end().await;
            assert_eq!((code, errors(&said)), (0, vec![]));
        }
        assert_eq!(self.plant.valve(), valve, "turned after all was over");
        while let Some(body) = self.plant.receiver.next_now() {
            self.bodies.push(serde_json::from_str(&body).unwrap());
        }
    }

    fn nothing_is_broken(&self) {
        let journal = self.plant.journal();
        let verified = journal.verify(&[]).unwrap();
        assert!(matches!(verified, Verification::Whole { .. }), "{verified:?}");
        writes::one_writer(&self.plant.folder.read("writes"), self.fate.trouble.hangs()).unwrap();
        self.everybody_was_told(&journal);
        self.what_was_accepted_is_kept(&journal);
        assert_eq!(journal.writes_not_ended(ALL).unwrap(), []);
        assert_eq!(left_behind(&self.plant), Vec::<String>::new());
        // Whoever is asked to end at last has written a snapshot, after which there are no inputs.
        if self.fate.is_killed_at_last {
            replayed::same_again(&self.plant.folder.path("")).unwrap();
        }
    }

    /// Each notification has arrived, and again at most once a crash, and then says so.
    fn everybody_was_told(&self, journal: &Reader) {
        let mut told: BTreeMap<String, usize> = BTreeMap::new();
        for body in &self.bodies {
            let key = body["novaevo"]["key"].as_str().unwrap();
            let count = told.entry(key.to_owned()).or_default();
            *count += 1;
            assert!(*count == 1 || body["novaevo"]["possible_repeat"] == true, "not marked: {body}");
            assert!(*count <= 1 + self.fate.lives.len() + 1, "too often: {body}");
        }
        let rows = journal.notifications(&NotificationFilter::default(), ALL).unwrap();
        for row in &rows {
            assert!(row.sent_ms.is_some(), "not sent: {row:?}");
            assert!(told.contains_key(&row.notification.key), "sent, they say: {row:?}");
        }
        let is_known = |key: &String| rows.iter().any(|row| row.notification.key == *key);
        assert!(told.keys().all(is_known), "told without being written down: {told:?}");
    }

    fn what_was_accepted_is_kept(&self, journal: &Reader) {
        let trail = journal.trail(&Default::default(), ALL).unwrap();
        let silences = journal.silences(None, ALL).unwrap();
        for deed in &self.accepted {
            let is_kept = match deed {
                Deed::Acknowledges => trail.iter().any(|row| row.kind == "acknowledged"),
                Deed::Silences(key) => silences.iter().any(|row| row.silence.key == *key),
            };
            assert!(is_kept, "accepted and lost: {deed:?}");
        }
    }
}

/// Asks the process, by the verb; it may be killed meanwhile.
async fn is_accepted(plant: &Plant, deed: &Deed) -> bool {
    let arguments = match deed {
        Deed::Acknowledges => vec!["ack", "1"],
        Deed::Silences(key) => {
            vec!["silence", "add", "--alert", "busy", "--for", "2s", "--why", "known", "--key", key]
        }
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_novaevo-policy"));
    command.args(arguments).args(["--state", "kept"]).current_dir(plant.folder.path(""));
    let said = command.output().await.unwrap();
    // `nothing changed` is good too, of an incident that is resolved already.
    said.status.success() && said.stdout.starts_with(b"done: ")
}

/// How the run that did something has ended, once no run is under way; the inner is `None` where none did anything.
fn is_over(reader: &Reader) -> Option<Option<ActionEnd>> {
    let runs = reader.actions(&ActionFilter::default(), ALL).unwrap();
    if runs.is_empty() || runs.iter().any(|run| run.state != ActionState::Ended) {
        return None;
    }
    let mut acted = runs.iter().filter_map(|run| run.end).filter(|end| *end != ActionEnd::Refused);
    let first = acted.next();
    assert_eq!(acted.next(), None, "two runs did something: {runs:?}");
    Some(first)
}

/// Whether the incident is resolved, and nothing waits to be told; asked in this order, for the resolution is told too.
fn is_told(reader: &Reader) -> bool {
    let waits = |row: &NotificationRow| row.sent_ms.is_none() && row.failed_ms.is_none();
    let rows = || reader.notifications(&NotificationFilter::default(), ALL).unwrap();
    state(reader) == Some(IncidentState::Resolved) && !rows().iter().any(waits)
}

/// Programs that still run in the plant's folder.
fn left_behind(plant: &Plant) -> Vec<String> {
    let folder = std::fs::canonicalize(plant.folder.path("")).unwrap();
    let processes = std::fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
    let there = processes.filter(|path| std::fs::read_link(path.join("cwd")).is_ok_and(|cwd| cwd == folder));
    there.map(|path| std::fs::read_to_string(path.join("cmdline")).unwrap_or_default()).collect()
}

/// How often the process ended after what, by the last word of the run before each start; and how often before it had written that it
/// started, which is within a recovery.
fn cuts(watched: &Watched) -> BTreeMap<String, usize> {
    let (mut cuts, mut last) = (BTreeMap::new(), None);
    let lives = watched.fate.lives.len() + 1;
    let mut starts = 0;
    for row in watched.plant.journal().trail(&Default::default(), ALL).unwrap() {
        match row.subject {
            Subject::Action => last = Some(row.kind),
            Subject::Process if row.kind == "started" => {
                starts += 1;
                if starts > 1 {
                    *cuts.entry(last.clone().unwrap_or_else(|| "nothing".to_owned())).or_default() += 1;
                }
            }
            _ => {}
        }
    }
    cuts.insert("recovery".to_owned(), lives - starts);
    cuts
}

/// One plant from beginning to end; says where it was cut, or what is broken, with all that is known of it.
async fn survives(seed: u64, fate: Fate) -> Result<BTreeMap<String, usize>, String> {
    let mut watched = Watched::new(fate.clone()).await;
    let folder = watched.plant.folder.path("");
    let all = async {
        for life in fate.lives.clone() {
            watched.live(life).await;
        }
        watched.comes_to_its_end().await;
        watched.nothing_is_broken();
    };
    let Err(why) = futures_util::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(all)).await else {
        return Ok(cuts(&watched));
    };
    let text = why.downcast_ref::<String>().cloned();
    let why = text.or_else(|| why.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
    let writes = std::fs::read_to_string(folder.join("writes")).unwrap_or_default();
    let trail = watched.plant.trail();
    Err(format!(
        "NOVAEVO_SEED={seed} NOVAEVO_PLANT={}: {why}\n{fate:?}\n{trail}\n{writes}\n{}",
        fate.number,
        bodies(&watched.bodies)
    ))
}

fn bodies(all: &[Value]) -> String {
    let line = |body: &Value| {
        let about = &body["novaevo"];
        format!("{} {} {} {}\n", body["status"], about["key"], about["reason"], about["possible_repeat"])
    };
    all.iter().map(line).collect()
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|number| number.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_at_random_moments_it_comes_to_a_good_end() {
    let kills = number("NOVAEVO_CRASHES").map_or(KILLS, |count| usize::try_from(count).unwrap());
    let seed = number("NOVAEVO_SEED").unwrap_or(7);
    let mut wanted = 0;
    let fates: Vec<Fate> = match number("NOVAEVO_PLANT") {
        Some(plant) => vec![Fate::of(seed, plant)],
        None => (0..)
            .map(|plant| Fate::of(seed, plant))
            .take_while(|fate| {
                let is_enough = wanted >= kills;
                wanted += fate.kills();
                !is_enough
            })
            .collect(),
    };
    let kills: usize = fates.iter().map(Fate::kills).sum();
    let plants = fates.len();
    println!("{kills} kills in {plants} plants, seed {seed}");
    let began = std::time::Instant::now();
    let runs = fates.into_iter().map(|fate| tokio::spawn(survives(seed, fate)));
    let mut runs = futures_util::stream::iter(runs).buffer_unordered(AT_ONCE);
    let (mut broken, mut over, mut cuts) = (Vec::new(), 0, BTreeMap::new());
    while let Some(run) = runs.next().await {
        over += 1;
        match run.unwrap() {
            Ok(of_it) => {
                of_it.into_iter().for_each(|(after, count)| *cuts.entry(after).or_insert(0) += count)
            }
            Err(why) => {
                eprintln!("{why}");
                broken.push(why);
            }
        }
        if over % 50 == 0 {
            println!("{over} of {plants} plants, {} broken, {:?}", broken.len(), began.elapsed());
        }
    }
    println!(
        "{kills} kills in {plants} plants, {} broken, {:?}; cut after {cuts:?}",
        broken.len(),
        began.elapsed()
    );
    assert!(broken.is_empty(), "{} of {plants} plants are broken, the first: {}", broken.len(), broken[0]);
}
