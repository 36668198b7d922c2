//! The condition row by row in other people's engines.

use ::cel::{Context, Program, Value as CelValue};
use ::evalexpr::{
    ContextWithMutableVariables, DefaultNumericTypes, HashMapContext, Value, build_operator_tree,
};
use ::rhai::{Engine, OptimizationLevel, Scope};

use crate::{CONDITION, Columns, NAMES};

/// CEL: a program and a context that is kept.
pub fn cel<'a>(columns: &'a Columns, to: &'a mut [bool]) -> impl FnMut() + 'a {
    let program = Program::compile(CONDITION).expect("CEL reads it");
    let mut context = Context::default();
    move || {
        for (row, to) in to.iter_mut().enumerate() {
            for (name, column) in NAMES.into_iter().zip(columns) {
                context.add_variable_from_value(name, column[row]);
            }
            *to = matches!(program.execute(&context), Ok(CelValue::Bool(true)));
        }
    }
}

/// Rhai: a syntax tree, optimised in full, and a scope whose variables stay where they are.
pub fn rhai<'a>(columns: &'a Columns, to: &'a mut [bool]) -> impl FnMut() + 'a {
    let mut engine = Engine::new();
    engine.set_optimization_level(OptimizationLevel::Full);
    let mut scope = Scope::new();
    for name in NAMES {
        scope.push(name, 0.0_f64);
    }
    let tree = engine.compile_expression_with_scope(&Scope::new(), CONDITION).expect("Rhai reads it");
    move || {
        for (row, to) in to.iter_mut().enumerate() {
            for (name, column) in NAMES.into_iter().zip(columns) {
                scope.set_value(name, column[row]);
            }
            *to = engine.eval_ast_with_scope(&mut scope, &tree).expect("Rhai decides it");
        }
    }
}

/// evalexpr: an operator tree and a context that is kept.
pub fn evalexpr<'a>(columns: &'a Columns, to: &'a mut [bool]) -> impl FnMut() + 'a {
    let tree = build_operator_tree::<DefaultNumericTypes>(CONDITION).expect("evalexpr reads it");
    let mut context = HashMapContext::new();
    move || {
        for (row, to) in to.iter_mut().enumerate() {
            for (name, column) in NAMES.into_iter().zip(columns) {
                context
                    .set_value(name.to_owned(), Value::Float(column[row]))
                    .expect("evalexpr takes a number");
            }
            *to = tree.eval_boolean_with_context(&context).expect("evalexpr decides it");
        }
    }
}
