//! What calls of reads and writes are given, in the order of the parameters.

use nvp_dsl::Span;
use nvp_dsl::ast::{Call, Expr, Parameter};
use nvp_plan::response::formula::Formula;

use super::{Formal, Is};
use crate::checker::Checker;
use crate::problems::deeds::{NotWhole, WrongHandle};
use crate::problems::numbers::WrongArgumentUnit;
use crate::typed;

impl<'a> Checker<'a> {
    /// The arguments of a call, one a parameter.
    pub(super) fn deed_arguments(
        &mut self,
        call: &'a Call,
        (formals, parameters): (&[Formal], &'a [Parameter]),
        span: Span,
    ) -> Option<Vec<Formula<typed::Expr>>> {
        if let Some(clause) = call.clauses.first() {
            let function = call.name.node.as_str();
            self.sink.report(crate::problems::clauses::ClauseMisplaced { function, span: clause.span });
            return None;
        }
        let ordered = self.arguments(&call.name.node, parameters, call, span)?;
        let found: Vec<Option<Formula<typed::Expr>>> = formals
            .iter()
            .zip(ordered)
            .map(|(formal, argument)| self.deed_argument(&call.name.node, formal, argument))
            .collect();
        found.into_iter().collect()
    }

    fn deed_argument(
        &mut self,
        callee: &str,
        formal: &Formal,
        argument: &'a Expr,
    ) -> Option<Formula<typed::Expr>> {
        let wanted_by = format!("`{}` of `{callee}`", formal.name);
        match &formal.is {
            Is::Text | Is::Handle(..) => {
                let thing = self.thing(argument)?;
                if thing.is == formal.is {
                    return Some(thing.formula);
                }
                self.sink.report(WrongHandle {
                    wanted_by: &wanted_by,
                    wanted: formal.is.words(),
                    text: &self.written(argument.span),
                    is: thing.is.words(),
                    span: argument.span,
                    declared: formal.span,
                });
                None
            }
            Is::Flag => {
                let operand = self.value_root(argument)?;
                let operand = self.condition(operand, argument.span, &wanted_by)?;
                self.formula(&operand.expr)
            }
            Is::Number(wanted) => {
                let operand = self.value_root(argument)?;
                let (operand, dimension) = self.number(operand, argument.span, &wanted_by)?;
                if wanted.agree(&dimension).is_err() {
                    self.sink.report(WrongArgumentUnit {
                        function: callee,
                        parameter: &formal.name,
                        wanted: wanted.words(),
                        text: &operand.expr.text,
                        is: dimension.words(),
                        span: argument.span,
                        declared: formal.span,
                    });
                    return None;
                }
                if formal.is.is_whole() && !self.is_whole(&operand.expr) {
                    let text = self.written(argument.span);
                    self.sink.report(NotWhole { wanted_by: &wanted_by, text: &text, span: argument.span });
                    return None;
                }
                self.formula(&operand.expr)
            }
        }
    }
}
