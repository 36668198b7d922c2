//! `derive p95 = …`.

use crate::checker::{Checker, DeriveInfo};
use crate::expr::Shape;
use crate::problems::types::{BareCounter, BareHistogram, BoundMisplaced};
use crate::typed::{Derive, DeriveId};

/// How often a derive that reads no metric changes, in ms.
const EVERY_MS: i64 = 15_000;

impl Checker<'_> {
    /// Checks a derive; those that it reads are known.
    pub(crate) fn check_derive(&mut self, at: usize) {
        let Some(item) = self.items.derives.get(at) else { return };
        let (node, file, doc) = (item.node, item.file, item.doc);
        self.begin(file);
        let Some(operand) = self.root(&node.value) else { return };
        let (text, span) = (&operand.expr.text, node.value.span);
        let operand = match &operand.shape {
            Shape::Value(_) | Shape::Parameter(_) | Shape::Condition => operand,
            Shape::Flag | Shape::Info => match self.condition(operand, span, "a derive") {
                Some(operand) => operand,
                None => return,
            },
            Shape::Counter(_) => return self.sink.report(BareCounter { text, span, under: None }),
            Shape::Histogram(_) => return self.sink.report(BareHistogram { text, span }),
            Shape::Bound { .. } => return self.sink.report(BoundMisplaced { text, span }),
        };
        let id = DeriveId(self.policy.derives.len());
        let info = DeriveInfo {
            id,
            shape: operand.shape,
            every: operand.every,
            labels: operand.expr.labels.clone(),
        };
        self.policy.derives.push(Derive {
            name: node.name.node.clone(),
            doc: doc.map(str::to_owned),
            every_ms: info.every.map_or(EVERY_MS, |every| every.max_ms),
            value: operand.expr,
            span: node.name.span,
        });
        if let Some(place) = self.derives.get_mut(at) {
            *place = Some(info);
        }
    }
}
