//! The worked example's world: PostgreSQL, PgBouncer, gateways with those who use them, the people who are told, and the process that looks
//! after all that.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use nvp_journal::Page;
use nvp_journal::reader::{ActionFilter, Entry, IncidentFilter, NotificationFilter, Reader, TrailFilter};
use nvp_journal::words::{ActionEnd, ActionState, IncidentState, Subject};
use rustix::process::Signal;

use super::cluster::{Bouncer, Cluster, PASSWORD, kept};
use super::gateway::Gateway;
use super::load::{Load, Pages};
use super::people::People;
use super::watched::Watched;
use crate::harness::Folder;
use crate::run::peers::Process;

/// The policy, as its tests on the virtual clock have it.
const POLICY: &str = include_str!("../../../../../tests/scenarios/gateway/gateway.nvp");
const TIMES: &str = include_str!("times.nvp");
const CONFIGURATION: &str = include_str!("world.toml");

/// How many connections each pool has at first.
pub const POOL: u32 = 4;
/// Looks at the gateways after which every window of the policy is full.
const WARM: u32 = 8;

pub struct World {
    pub gateways: Vec<(Gateway, Load)>,
    pub bouncer: Bouncer,
    pub people: People,
    pub journal: Watched,
    folder: Folder,
    _cluster: Arc<Mutex<Cluster>>,
    before: Vec<(String, String)>,
}

/// One PostgreSQL for all worlds that there are at a time.
fn cluster() -> Arc<Mutex<Cluster>> {
    static CLUSTER: Mutex<Weak<Mutex<Cluster>>> = Mutex::new(Weak::new());
    let mut shared = CLUSTER.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let cluster = Arc::new(Mutex::new(Cluster::start(&["max_connections=300"])));
        *shared = Arc::downgrade(&cluster);
        cluster
    })
}

impl World {
    /// With gateways in these regions, each with few users. A run waits so long for what it did to help.
    pub async fn new(regions: &[&str], helped_within: &str) -> Self {
        let cluster = cluster();
        let port = cluster.lock().unwrap().port;
        let database = |region: &&str| {
            format!("{region} = host=127.0.0.1 port={port} dbname=postgres user=admin password='{PASSWORD}'")
        };
        let databases: Vec<String> = regions.iter().map(database).collect();
        let databases: Vec<&str> = databases.iter().map(String::as_str).collect();
        let size = format!("default_pool_size = {POOL}");
        // Hundreds of connections are made: nothing is to be proved about passwords here.
        let bouncer = Bouncer::start(&databases, &[&size, "auth_type = plain", "max_client_conn = 500"]);
        let console = bouncer.address("pgbouncer");
        let mut gateways = Vec::new();
        for region in regions {
            let gateway = Gateway::start(region, &bouncer.address(region), &console).await;
            let mut load = Load::new(gateway.address);
            load.more(2, Pages::Few);
            gateways.push((gateway, load));
        }
        let (people, folder) = (People::start().await, Folder::with(&[]));
        folder.write("policy/gateway.nvp", POLICY);
        folder.write("policy/times.nvp", TIMES.replace("HELPED_WITHIN", helped_within));
        folder.write("tickets.token", "T1CKETS");
        std::fs::create_dir(folder.path("kept")).unwrap();
        let journal = Watched::new(&folder.path("kept"), "journal.sqlite");
        let before = bouncer.config().await;
        let world = Self { gateways, bouncer, people, journal, folder, _cluster: cluster, before };
        world.folder.write("watch.toml", world.configuration());
        world
    }

    fn configuration(&self) -> String {
        let console = kept(&self.folder.path(""), &self.bouncer.address("pgbouncer"));
        let token = format!("file:{}", self.folder.path("tickets.token").display());
        let mut text = CONFIGURATION
            .replace("GATEWAY", &self.gateways[0].0.address.to_string())
            .replace("PEOPLE", &self.people.address.to_string())
            .replace("CONSOLE", &console)
            .replace("TOKEN", &token);
        for (gateway, _) in &self.gateways {
            text.push_str(&format!(
                "\n[[scrape]]\nurl = \"http://{}/metrics\"\ninterval = \"1s\"\n",
                gateway.address
            ));
        }
        text
    }

    /// The process that looks after all that.
    pub fn process(&self) -> Process {
        let arguments = ["policy", "--config", "watch.toml", "--state", "kept", "--format", "json"];
        let mut process = Process::start(&self.folder.path(""), &arguments);
        // Nobody reads its decisions: a pipe that is full would hold it.
        let mut lines = process.stdout.take().unwrap();
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        process
    }

    /// The process, when it has seen enough of how things are when they are well.
    pub async fn watching(&self) -> Process {
        let process = self.process();
        self.gateway().scraped(WARM).await;
        process
    }

    pub fn gateway(&self) -> &Gateway {
        &self.gateways[0].0
    }

    pub fn gateway_mut(&mut self) -> &mut Gateway {
        &mut self.gateways[0].0
    }

    /// So many more users of every gateway.
    pub fn crowd(&mut self, users: usize, pages: Pages) {
        for (_, load) in &mut self.gateways {
            load.more(users, pages);
        }
    }

    /// The size of the pools.
    pub async fn pool_size(&self) -> u32 {
        let config = self.bouncer.config().await;
        let size = config.iter().find(|(key, _)| key == "default_pool_size").unwrap();
        size.1.parse().unwrap()
    }

    /// All that can be set is as it was, byte for byte.
    pub async fn assert_as_it_was(&self) {
        assert_eq!(self.bouncer.config().await, self.before, "{}", self.told());
        self.assert_gateways_as_they_were();
    }

    /// What can be set of the gateways is as it was.
    pub fn assert_gateways_as_they_were(&self) {
        for (gateway, _) in &self.gateways {
            let was = r#"{"cache_level":1,"timeouts_ms":{"critical":10000,"noncritical":10000}}"#;
            assert_eq!(gateway.settings(), was, "{}", self.told());
        }
    }

    /// All three settings are as the playbook makes them.
    pub async fn assert_applied(&self) {
        assert_eq!(self.pool_size().await, POOL * 3 / 2, "{}", self.told());
        let set = r#"{"cache_level":2,"timeouts_ms":{"critical":10000,"noncritical":300}}"#;
        assert_eq!(self.gateway().settings(), set, "{}", self.told());
    }

    /// The journal's whole trail, for people; times in seconds since the first row.
    pub fn told(&self) -> String {
        let Some(reader) = self.journal.reader() else { return "there is no journal".to_owned() };
        let (mut text, mut after, mut first_ms) = (String::new(), None, None);
        loop {
            let rows = reader.trail(&TrailFilter::default(), Page { after, rows: 1_000 }).unwrap();
            let Some(last) = rows.last() else { return text };
            after = Some(last.seq);
            for Entry { at_ms, subject, number, text: said, .. } in &rows {
                let number = number.map_or_else(String::new, |number| format!(" {number}"));
                let at_s = (at_ms - *first_ms.get_or_insert(*at_ms)) as f64 / 1e3;
                text.push_str(&format!("{at_s:7.3} {}{number}: {said}\n", subject.as_str()));
            }
        }
    }

    /// Waits until the journal says so.
    pub async fn until<T: Send + 'static>(
        &self,
        what: &str,
        found: impl Fn(&Reader) -> Option<T> + Send + Sync + 'static,
    ) -> T {
        let waited = self.journal.until(found).await;
        waited.unwrap_or_else(|()| panic!("never: {what}\n{}", self.told()))
    }

    /// Ends the process in good order, and looks at what it leaves: a whole journal, and no error said but that a gateway did not answer.
    pub async fn finish(&self, process: Process) {
        process.signal(Signal::TERM);
        let (code, said) = process.end().await;
        let is_wrong = |line: &str| line.contains("ERROR") && !line.contains("the source gives nothing");
        assert!(code == 0 && !said.lines().any(is_wrong), "{code} {said}");
        let verified = self.journal.reader().unwrap().verify(&[]).unwrap();
        assert!(matches!(verified, nvp_journal::Verification::Whole { .. }), "{verified:?}");
    }
}

/// How the only run ended.
pub fn end(reader: &Reader) -> Option<ActionEnd> {
    let actions = reader.actions(&ActionFilter::default(), Page::default()).unwrap();
    assert!(actions.len() < 2, "one run, not more: {actions:#?}");
    actions.first()?.end
}

/// Whether the only run has succeeded and stands as a measure.
pub fn standing(reader: &Reader) -> Option<()> {
    let actions = reader.actions(&ActionFilter::default(), Page::default()).unwrap();
    let run = actions.first()?;
    assert_eq!((actions.len(), run.end), (1, None), "one run that stands: {actions:#?}");
    (run.state == ActionState::Standing).then_some(())
}

/// Whether the only incident is over.
pub fn resolved(reader: &Reader) -> Option<()> {
    let incidents = reader.incidents(&IncidentFilter::default(), Page::default()).unwrap();
    assert!(incidents.len() < 2, "one incident, not more: {incidents:#?}");
    (incidents.first()?.state == IncidentState::Resolved).then_some(())
}

/// Whether a row of the run's journal is such.
pub fn noted(
    kind: &'static str,
    step: &'static str,
) -> impl Fn(&Reader) -> Option<()> + Send + Sync + 'static {
    move |reader| {
        let filter =
            TrailFilter { subject: Some(Subject::Action), kind: Some(kind.to_owned()), ..Default::default() };
        let rows = reader.trail(&filter, Page { after: None, rows: 1_000 }).unwrap();
        rows.iter().any(|row| step.is_empty() || row.detail["step"] == step).then_some(())
    }
}

/// Whether nothing is left that is to be told.
pub fn all_told(reader: &Reader) -> Option<()> {
    let all = reader.notifications(&NotificationFilter::default(), Page::default()).unwrap();
    all.iter()
        .all(|row| row.sent_ms.is_some() || row.delivered_ms.is_some() || row.accepted_ms.is_some())
        .then_some(())
}
