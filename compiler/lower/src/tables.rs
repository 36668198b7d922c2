//! The plan's tables while they grow: equal entries are one.

use std::collections::BTreeMap;

use nvp_plan::domain::{Domain, Lend, Map, Rows};
use nvp_plan::ids::{DomainId, InputId, LaneId, LendId, MapId, RowsId};
use nvp_plan::input::{Input, Lane};
use nvp_plan::window::Keep;
use rustc_hash::FxHashMap;

use crate::graph::{DraftId, NodeId};

/// The domain without labels.
pub(crate) const SCALAR: DomainId = DomainId(0);

/// A window whose source has no column yet.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) of: DraftSource,
    pub(crate) domain: DomainId,
    pub(crate) over_ms: i64,
    pub(crate) ticks: u32,
    pub(crate) keeps: Vec<Keep>,
    pub(crate) warm_ticks: u32,
    pub(crate) stage: u32,
    pub(crate) rows: Option<RowsId>,
    pub(crate) text: String,
}

/// What a drafted window is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DraftSource {
    Input(InputId),
    Node(NodeId),
}

/// The tables.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) domains: Vec<Domain>,
    pub(crate) maps: Vec<Map>,
    pub(crate) lends: Vec<Lend>,
    pub(crate) lend_info: Vec<NodeId>,
    pub(crate) inputs: Vec<Input>,
    pub(crate) rows: Vec<Rows>,
    pub(crate) lanes: Vec<Lane>,
    pub(crate) drafts: Vec<Draft>,
    domain_places: BTreeMap<Vec<String>, DomainId>,
    map_places: BTreeMap<(DomainId, Vec<u32>, String), MapId>,
    row_places: FxHashMap<Rows, RowsId>,
    input_places: FxHashMap<String, InputId>,
    draft_places: BTreeMap<(DraftSource, i64), DraftId>,
}

fn place(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Tables {
    pub(crate) fn new() -> Self {
        let mut tables = Self { lanes: vec![Lane { ago_ms: 0 }], ..Self::default() };
        tables.domain(&[]);
        tables
    }

    /// The domain of a sorted label set.
    pub(crate) fn domain(&mut self, labels: &[String]) -> DomainId {
        if let Some(id) = self.domain_places.get(labels) {
            return *id;
        }
        let id = DomainId(place(self.domains.len()));
        self.domains.push(Domain { labels: labels.to_vec() });
        self.domain_places.insert(labels.to_vec(), id);
        id
    }

    pub(crate) fn labels(&self, domain: DomainId) -> &[String] {
        self.domains.get(domain.index()).map_or(&[], |domain| &domain.labels)
    }

    /// The place of a label in a domain.
    pub(crate) fn label(&self, domain: DomainId, label: &str) -> Option<u32> {
        self.labels(domain).iter().position(|name| name == label).map(place)
    }

    /// The projection from one domain to another whose labels are among its own, for the rows that match.
    pub(crate) fn map(
        &mut self,
        from: DomainId,
        to: DomainId,
        matchers: Vec<(u32, nvp_plan::domain::Match)>,
    ) -> MapId {
        let labels: Vec<u32> = self.labels(to).iter().filter_map(|label| self.label(from, label)).collect();
        let key = (from, labels, format!("{matchers:?}"));
        if let Some(id) = self.map_places.get(&key) {
            return *id;
        }
        let id = MapId(place(self.maps.len()));
        self.maps.push(Map { from, to, labels: key.1.clone(), matchers });
        self.map_places.insert(key, id);
        id
    }

    pub(crate) fn rows(&mut self, rows: Rows) -> RowsId {
        if let Some(id) = self.row_places.get(&rows) {
            return *id;
        }
        let id = RowsId(place(self.rows.len()));
        self.rows.push(rows.clone());
        self.row_places.insert(rows, id);
        id
    }

    /// All of these row sets of one domain together; `None` of none.
    pub(crate) fn union(&mut self, sets: impl IntoIterator<Item = RowsId>) -> Option<RowsId> {
        let mut sets: Vec<RowsId> = sets.into_iter().collect();
        sets.sort_unstable();
        sets.dedup();
        match sets.as_slice() {
            [] => None,
            [only] => Some(*only),
            _ => Some(self.rows(Rows::Union(sets))),
        }
    }

    /// The lane of so long ago (a multiple of the tick).
    pub(crate) fn lane(&mut self, ago_ms: i64) -> LaneId {
        let found = self.lanes.iter().position(|lane| lane.ago_ms == ago_ms);
        LaneId(place(found.unwrap_or_else(|| {
            self.lanes.push(Lane { ago_ms });
            self.lanes.len() - 1
        })))
    }

    /// An input under a key that says all that tells it from others.
    pub(crate) fn input(&mut self, key: String, input: impl FnOnce() -> Input) -> InputId {
        let next = InputId(place(self.inputs.len()));
        *self.input_places.entry(key).or_insert_with(|| {
            self.inputs.push(input());
            next
        })
    }

    pub(crate) fn lend(&mut self, lend: Lend, info: NodeId) -> LendId {
        let found =
            self.lends.iter().zip(&self.lend_info).position(|(have, node)| *have == lend && *node == info);
        LendId(place(found.unwrap_or_else(|| {
            self.lends.push(lend);
            self.lend_info.push(info);
            self.lends.len() - 1
        })))
    }

    /// A window over a source, keeping this besides what others ask of it.
    pub(crate) fn draft(&mut self, draft: Draft, keep: Keep) -> DraftId {
        let next = DraftId(place(self.drafts.len()));
        let id = *self.draft_places.entry((draft.of, draft.over_ms)).or_insert_with(|| {
            self.drafts.push(draft);
            next
        });
        if let Some(draft) = self.drafts.get_mut(id.0 as usize)
            && let Err(at) = draft.keeps.binary_search(&keep)
        {
            draft.keeps.insert(at, keep);
        }
        id
    }
}
