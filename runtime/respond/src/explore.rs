//! Every way in which a playbook can go: each write can be done, fail, be done or not without an answer, or lie; each read can fail;
//! each wait can end well, badly or unknown; somebody else can change what was changed; the process can be cut by a crash.
//!
//! The world is the one that writes' declarations describe (`crate::world`). States that go on equally are one; the first way found
//! to an end is a shortest one.

mod node;
mod ways;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use nvp_plan::ids::PlaybookId;
use nvp_plan::response::Lowered;

use self::node::Node;
use crate::effect::End;

/// How far it is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How often the process is cut by a crash on one way.
    pub crashes_max: u8,
    /// How often somebody else changes what was changed on one way.
    pub meddlings_max: u8,
    /// The most states; what is beyond is left out, and said.
    pub states_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { crashes_max: 1, meddlings_max: 1, states_max: 2_000_000 }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Explored {
    /// The playbook's name.
    pub playbook: String,
    /// The ends, by their names.
    pub ends: Vec<EndReached>,
    /// How many different states there are.
    pub states: usize,
    /// Whether all were looked at.
    pub is_complete: bool,
}

/// An end with a shortest way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndReached {
    /// Its name: `succeeded`, `rolled_back`, …
    pub end: String,
    /// Why, of the way shown.
    pub why: Option<String>,
    /// What happens on the way, in order; what goes well is left out.
    pub way: Vec<String>,
    /// What differs from the beginning then.
    pub differs: Vec<String>,
    /// How many different states end so.
    pub states: usize,
    /// What is wrong with that, when something is: the world is left half-changed and nobody is told.
    pub wrong: Option<String>,
}

/// Tries every way of a playbook. `progress` is told the states looked at and those waiting; it is asked whether to go on.
pub fn explore(
    plan: &Lowered,
    playbook: PlaybookId,
    options: Options,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Option<Explored> {
    let book = plan.playbooks.get(playbook.index())?;
    let mut search = Search::default();
    for (label, node) in Node::beginnings(plan, book, options) {
        search.add(plan, node, None, label);
    }
    let mut is_complete = true;
    while let Some((place, node)) = search.waiting.pop_front() {
        if search.looked.is_multiple_of(PROGRESS_EVERY) && !progress(search.looked, search.waiting.len()) {
            is_complete = false;
            break;
        }
        search.looked += 1;
        if let Some(end) = node.end() {
            search.note(plan, place, &node, &end);
            continue;
        }
        for (label, next) in node.ways(plan) {
            if search.steps.len() >= options.states_max {
                is_complete = false;
                break;
            }
            search.add(plan, next, Some(place), label);
        }
    }
    progress(search.looked, search.waiting.len());
    let ends = search.ends.into_values().collect();
    Some(Explored { playbook: book.name.clone(), ends, states: search.looked, is_complete })
}

/// How often progress is told, in states.
const PROGRESS_EVERY: usize = 1_000;

#[derive(Default)]
struct Search {
    seen: HashSet<u64>,
    /// Where each state was first come to from, and how.
    steps: Vec<(Option<usize>, String)>,
    waiting: VecDeque<(usize, Node)>,
    ends: BTreeMap<(String, bool), EndReached>,
    looked: usize,
}

impl Search {
    fn add(&mut self, plan: &Lowered, node: Node, from: Option<usize>, label: String) {
        let mut hasher = DefaultHasher::new();
        node.fingerprint(plan).hash(&mut hasher);
        if self.seen.insert(hasher.finish()) {
            self.steps.push((from, label));
            self.waiting.push_back((self.steps.len() - 1, node));
        }
    }

    fn note(&mut self, plan: &Lowered, place: usize, node: &Node, end: &End) {
        let wrong = node.wrong(plan, end);
        let key = (end.name().to_owned(), wrong.is_some());
        if let Some(reached) = self.ends.get_mut(&key) {
            reached.states += 1;
            return;
        }
        let reached = EndReached {
            end: end.name().to_owned(),
            why: end.why().map(str::to_owned),
            way: self.way(place),
            differs: node.differences(plan),
            states: 1,
            wrong,
        };
        self.ends.insert(key, reached);
    }

    /// What happens on the way to a state.
    fn way(&self, place: usize) -> Vec<String> {
        let mut way = Vec::new();
        let mut at = Some(place);
        while let Some((from, label)) = at.and_then(|place| self.steps.get(place)) {
            if !label.is_empty() {
                way.push(label.clone());
            }
            at = *from;
        }
        way.reverse();
        way
    }
}
