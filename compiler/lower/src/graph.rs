//! The graph of expressions: equal ones are one node.

use nvp_plan::ids::{AlertId, DomainId, InputId, LendId, MapId, RowsId};
use nvp_plan::kernel::{Binary, Compare, Unary};
use nvp_plan::step::{GroupFunction, StateTest};
use nvp_plan::unit::{Scale, Unit};
use nvp_plan::window::{WindowFunction, WindowTest};
use rustc_hash::FxHashMap;

/// The place of a node in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(pub(crate) u32);

impl NodeId {
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The place of a window among the windows drafted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DraftId(pub(crate) u32);

/// An operation on other nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Node {
    // Row by row: these are fused into kernels.
    Number(f64),
    Fixed(Option<bool>),
    Unary(Unary, NodeId),
    Binary(Binary, NodeId, NodeId),
    Choose(NodeId, NodeId, NodeId),
    OrElse(NodeId, NodeId),
    Compare(Compare, NodeId, NodeId),
    IsPresent(NodeId),
    Not(NodeId),
    And(NodeId, NodeId),
    Or(NodeId, NodeId),
    ChooseCondition(NodeId, NodeId, NodeId),
    OrElseCondition(NodeId, NodeId),
    IsKnown(NodeId),
    // Columns that are there when the tick begins.
    Now,
    Input(InputId),
    // Steps of their own.
    Broadcast(MapId, NodeId),
    Select(MapId, NodeId),
    Group(GroupFunction, MapId, NodeId),
    GroupTruth(bool, MapId, NodeId, RowsId),
    GroupTest(WindowTest, MapId, NodeId, RowsId),
    WindowValue(DraftId, WindowFunction),
    WindowCondition(DraftId, WindowTest),
    Pool(GroupFunction, DraftId, MapId),
    BucketQuantile(f64, MapId, NodeId, Bounds),
    BucketShare(f64, bool, MapId, NodeId, Bounds),
    Lend(LendId, NodeId),
    Hold(NodeId, i64),
    Lag(NodeId, u32),
    AlertState(AlertId, StateTest),
}

/// How a bucket's bound is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) label: u32,
    pub(crate) scale: Scale,
}

/// What is known of a node.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) domain: DomainId,
    pub(crate) condition: bool,
    /// The rows it has; `None` where it brings none of its own (constants, what is broadcast).
    pub(crate) rows: Option<RowsId>,
    /// The number of closed ticks from which on it can be known.
    pub(crate) warm_ticks: u32,
    /// How many steps of their own lie beneath it, one after the other.
    pub(crate) stage: u32,
    pub(crate) text: String,
    pub(crate) unit: Unit,
}

impl Node {
    /// Whether each row is computed by itself, so that it can be fused into a kernel.
    pub(crate) const fn is_elementwise(&self) -> bool {
        matches!(
            self,
            Self::Number(_)
                | Self::Fixed(_)
                | Self::Unary(..)
                | Self::Binary(..)
                | Self::Choose(..)
                | Self::OrElse(..)
                | Self::Compare(..)
                | Self::IsPresent(_)
                | Self::Not(_)
                | Self::And(..)
                | Self::Or(..)
                | Self::ChooseCondition(..)
                | Self::OrElseCondition(..)
                | Self::IsKnown(_)
        )
    }

    /// Whether it is a constant.
    pub(crate) const fn is_constant(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Fixed(_))
    }

    /// The nodes it reads, in order; a window's source is not among them (see the drafts).
    pub(crate) fn operands(&self) -> impl Iterator<Item = NodeId> {
        let operands = match *self {
            Self::Unary(_, a)
            | Self::IsPresent(a)
            | Self::Not(a)
            | Self::IsKnown(a)
            | Self::Broadcast(_, a)
            | Self::Select(_, a)
            | Self::Group(_, _, a)
            | Self::GroupTruth(_, _, a, _)
            | Self::GroupTest(_, _, a, _)
            | Self::BucketQuantile(_, _, a, _)
            | Self::BucketShare(_, _, _, a, _)
            | Self::Lend(_, a)
            | Self::Hold(a, _)
            | Self::Lag(a, _) => [Some(a), None, None],
            Self::Binary(_, a, b)
            | Self::OrElse(a, b)
            | Self::Compare(_, a, b)
            | Self::And(a, b)
            | Self::Or(a, b)
            | Self::OrElseCondition(a, b) => [Some(a), Some(b), None],
            Self::Choose(a, b, c) | Self::ChooseCondition(a, b, c) => [Some(a), Some(b), Some(c)],
            Self::Number(_)
            | Self::Fixed(_)
            | Self::Now
            | Self::Input(_)
            | Self::WindowValue(..)
            | Self::WindowCondition(..)
            | Self::Pool(..)
            | Self::AlertState(..) => [None, None, None],
        };
        operands.into_iter().flatten()
    }

    /// The window it reads.
    pub(crate) const fn window(&self) -> Option<DraftId> {
        match self {
            Self::WindowValue(window, _) | Self::WindowCondition(window, _) | Self::Pool(_, window, _) => {
                Some(*window)
            }
            _ => None,
        }
    }
}

/// All nodes; each stands after those it reads.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    nodes: Vec<Node>,
    facts: Vec<Facts>,
    // Looked up only, never walked. The key is the node's form with every number to the last bit.
    places: FxHashMap<String, NodeId>,
}

impl Graph {
    /// Adds a node, or finds the equal one that is there.
    pub(crate) fn add(&mut self, node: Node, facts: impl FnOnce() -> Facts) -> NodeId {
        let next = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let key = format!("{node:?}");
        *self.places.entry(key).or_insert_with(|| {
            self.nodes.push(node);
            self.facts.push(facts());
            next
        })
    }

    pub(crate) fn node(&self, id: NodeId) -> Node {
        self.nodes.get(id.index()).copied().unwrap_or(Node::Number(f64::NAN))
    }

    /// What is known of a node.
    pub(crate) fn facts(&self, id: NodeId) -> &Facts {
        static NOTHING: Facts = Facts {
            domain: DomainId(0),
            condition: false,
            rows: None,
            warm_ticks: 0,
            stage: 0,
            text: String::new(),
            unit: Unit::Number,
        };
        // INVARIANT (graph places): an id is made by `add` only, so the fallback is never read.
        self.facts.get(id.index()).unwrap_or(&NOTHING)
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }
}

impl Graph {
    /// Says in which unit people see a node.
    pub(crate) fn show(&mut self, id: NodeId, unit: Unit) {
        if let Some(facts) = self.facts.get_mut(id.index()) {
            facts.unit = unit;
        }
    }
}
