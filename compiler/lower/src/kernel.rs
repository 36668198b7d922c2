//! Kernels: what is computed row by row in one domain, fused.

use std::collections::BTreeMap;

use nvp_plan::ids::{ColumnId, ConditionId, DomainId};
use nvp_plan::kernel::{Instruction, Kernel, Reach, Register};

use crate::graph::{Graph, Node, NodeId};

/// The most instructions of a kernel.
pub(crate) const INSTRUCTIONS_MAX: usize = 60_000;

/// Where a node's column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    Value(ColumnId),
    Condition(ConditionId),
}

/// A kernel while it is put together.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    pub(crate) kernel: Kernel,
    pub(crate) values: Vec<ColumnId>,
    pub(crate) conditions: Vec<ConditionId>,
    pub(crate) constants: Vec<f64>,
    pub(crate) registers: BTreeMap<NodeId, Register>,
}

impl Builder {
    /// The register that holds a node: read from its column where it has one (`slot`), computed otherwise.
    pub(crate) fn register(
        &mut self,
        node: NodeId,
        graph: &Graph,
        domain: DomainId,
        slot: &impl Fn(NodeId) -> Option<Slot>,
    ) -> Register {
        if let Some(register) = self.registers.get(&node) {
            return *register;
        }
        let instruction = if let Some(slot) = slot(node) {
            let reach = if graph.facts(node).domain == domain { Reach::Row } else { Reach::All };
            self.load(slot, reach)
        } else {
            self.instruction(node, graph, domain, slot)
        };
        let register = Register(u16::try_from(self.kernel.code.len()).unwrap_or(u16::MAX));
        self.kernel.code.push(instruction);
        self.registers.insert(node, register);
        register
    }

    fn load(&mut self, slot: Slot, reach: Reach) -> Instruction {
        match slot {
            Slot::Value(column) => {
                self.kernel.values.push(reach);
                self.values.push(column);
                Instruction::Value(last(self.values.len()))
            }
            Slot::Condition(condition) => {
                self.kernel.conditions.push(reach);
                self.conditions.push(condition);
                Instruction::Condition(last(self.conditions.len()))
            }
        }
    }

    fn instruction(
        &mut self,
        node: NodeId,
        graph: &Graph,
        domain: DomainId,
        slot: &impl Fn(NodeId) -> Option<Slot>,
    ) -> Instruction {
        let mut operand = |id| self.register(id, graph, domain, slot);
        match graph.node(node) {
            Node::Number(number) => {
                self.kernel.constants += 1;
                self.constants.push(number);
                Instruction::Constant(last(self.constants.len()))
            }
            Node::Unary(op, a) => Instruction::Unary(op, operand(a)),
            Node::Binary(op, a, b) => Instruction::Binary(op, operand(a), operand(b)),
            Node::Choose(c, a, b) => Instruction::Choose(operand(c), operand(a), operand(b)),
            Node::OrElse(a, b) => Instruction::OrElse(operand(a), operand(b)),
            Node::Compare(op, a, b) => Instruction::Compare(op, operand(a), operand(b)),
            Node::IsPresent(a) => Instruction::IsPresent(operand(a)),
            Node::Not(a) => Instruction::Not(operand(a)),
            Node::And(a, b) => Instruction::And(operand(a), operand(b)),
            Node::Or(a, b) => Instruction::Or(operand(a), operand(b)),
            Node::ChooseCondition(c, a, b) => {
                Instruction::ChooseCondition(operand(c), operand(a), operand(b))
            }
            Node::OrElseCondition(a, b) => Instruction::OrElseCondition(operand(a), operand(b)),
            Node::IsKnown(a) => Instruction::IsKnown(operand(a)),
            Node::Fixed(fixed) => Instruction::Fixed(fixed),
            // INVARIANT (columns first): what is not computed row by row has its column before a kernel reads it.
            _ => Instruction::Fixed(None),
        }
    }
}

/// The place of the entry just pushed.
fn last(length: usize) -> u16 {
    u16::try_from(length.saturating_sub(1)).unwrap_or(u16::MAX)
}
