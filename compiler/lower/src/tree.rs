//! Trees that explain an expression, drafted while it is lowered and placed once its columns are known.

use nvp_check::typed::{Expr, ExprKind, Type};
use nvp_plan::ids::DomainId;
use nvp_plan::tree::{Place, Tree, TreeNode};
use nvp_plan::unit::Unit;

use crate::expression::{AgoTicks, Lowering, unit_of};
use crate::graph::NodeId;
use crate::{tick, walk};

/// A tree whose nodes have no place yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct DraftTree {
    nodes: Vec<DraftNode>,
}

#[derive(Debug, Clone)]
struct DraftNode {
    node: NodeId,
    text: String,
    unit: Unit,
    children: Vec<u32>,
}

impl DraftTree {
    /// The nodes of the graph it shows.
    pub(crate) fn shown(&self) -> impl Iterator<Item = NodeId> {
        self.nodes.iter().map(|node| node.node)
    }

    /// The tree with its places; a part that no step computes is left out.
    pub(crate) fn placed(&self, place: impl Fn(NodeId) -> Option<(Place, DomainId)>) -> Tree {
        let mut nodes: Vec<TreeNode> = Vec::new();
        let mut moved: Vec<Option<u32>> = Vec::new();
        for draft in &self.nodes {
            let children = draft.children.iter().filter_map(|child| *moved.get(*child as usize)?).collect();
            moved.push(place(draft.node).map(|(at, domain)| {
                nodes.push(TreeNode {
                    text: draft.text.clone(),
                    unit: draft.unit.clone(),
                    at,
                    domain,
                    children,
                });
                u32::try_from(nodes.len() - 1).unwrap_or(u32::MAX)
            }));
        }
        Tree { nodes }
    }
}

impl Lowering<'_> {
    /// The tree of an expression that has been lowered.
    pub(crate) fn draft_tree(&mut self, expr: &Expr) -> DraftTree {
        let mut tree = DraftTree::default();
        self.draft_node(expr, 0, &mut tree);
        tree
    }

    fn draft_node(&mut self, expr: &Expr, ago: AgoTicks, tree: &mut DraftTree) -> u32 {
        let mut children = Vec::new();
        match &expr.kind {
            ExprKind::Aggregate(aggregate) => {
                // What a window or a group is of has many values; it is shown only where it is one value a row at the tick.
                if aggregate.across.is_none() && !aggregate.histogram && self.is_own_column(&aggregate.of) {
                    children.push(self.draft_node(&aggregate.of, ago, tree));
                }
            }
            ExprKind::Ago(of, ago_ms) => {
                let ago = ago.saturating_add(tick::ticks(*ago_ms, self.tick_ms));
                children.push(self.draft_node(of, ago, tree));
            }
            ExprKind::Derive(id, _) if !self.given_derives.contains(id) => {
                let value = self.policy.derives.get(id.0).map(|derive| &derive.value);
                if let Some(value) = value.filter(|value| value.labels == expr.labels) {
                    children.push(self.draft_node(value, ago, tree));
                }
            }
            _ => {
                for child in walk::children(expr) {
                    if !matches!(child.kind, ExprKind::Number(_) | ExprKind::Bool(_)) {
                        children.push(self.draft_node(child, ago, tree));
                    }
                }
            }
        }
        let unit = if expr.ty == Type::Condition { Unit::Number } else { unit_of(&expr.ty) };
        let node = self.expr(expr, ago);
        tree.nodes.push(DraftNode { node, text: expr.text.clone(), unit, children });
        u32::try_from(tree.nodes.len() - 1).unwrap_or(u32::MAX)
    }

    /// Whether a window's source is computed at each tick (a metric's samples go straight into the window).
    fn is_own_column(&self, of: &Expr) -> bool {
        !matches!(of.kind, ExprKind::Metric(..) | ExprKind::Ago(..))
    }
}
