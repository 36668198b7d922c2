//! An argument list: each a fixed text or one whole value, never a text that a shell or an option parser takes apart.

use std::path::Path;

use nvp_respond::value::Value;

use crate::providers::Problem;
use crate::providers::agree::Uses;
use crate::providers::template::{Inserts, Template};

/// A program and its arguments.
#[derive(Debug, Clone)]
pub(in crate::providers) struct ArgumentList {
    program: String,
    rest: Vec<Template>,
}

impl ArgumentList {
    /// Reads `run`.
    pub(in crate::providers) fn parse(place: &str, run: &[String]) -> Result<Self, Problem> {
        let (program, rest) = run
            .split_first()
            .ok_or_else(|| Problem::new(place, "it names no program", "write the program's path"))?;
        if !Path::new(program).is_absolute() {
            let why = format!("the program `{program}` is not named by its path");
            return Err(Problem::new(place, why, "write the whole path, from `/`"));
        }
        let mut templates = Vec::with_capacity(rest.len());
        for argument in rest {
            let template = Template::parse(argument)
                .map_err(|why| Problem::new(place, why, "an argument is a fixed text, or `{name}`"))?;
            if template.has_config() {
                let why = "a setting is inserted, and arguments are seen by everybody on the machine";
                return Err(Problem::new(place, why, "hand it over in `environment`"));
            }
            let is_whole = template.only_parameter().is_some() || template.is_literal();
            if !is_whole && !template.has_intent() {
                let why = format!("`{argument}` has a value within a text");
                return Err(Problem::new(place, why, "write the value as an argument of its own"));
            }
            templates.push(template);
        }
        Ok(Self { program: program.clone(), rest: templates })
    }

    /// The program, and its arguments with their values.
    pub(super) fn filled(&self, inserts: Inserts<'_>) -> Result<(&str, Vec<String>), String> {
        let mut filled: Vec<String> = Vec::with_capacity(self.rest.len());
        for template in &self.rest {
            let text = template.text(inserts)?;
            if text.contains('\0') {
                return Err("an argument holds a NUL byte".to_owned());
            }
            let is_after_options = filled.iter().any(|argument| argument == "--");
            if let Some(name) = template.only_parameter()
                && matches!(inserts.arguments.value(name), Ok(Value::Text(_)))
                && text.starts_with('-')
                && !is_after_options
            {
                return Err(format!(
                    "the argument `{name}` begins with `-`, and the program may take it for an option: write `--` before it in `run`"
                ));
            }
            filled.push(text);
        }
        Ok((&self.program, filled))
    }

    /// What is inserted.
    pub(super) fn uses(&self) -> Uses {
        let mut uses = Uses::default();
        for template in &self.rest {
            template.names(&mut uses.parameters, &mut uses.config);
        }
        uses
    }

    /// Whether what only a write carries is inserted.
    pub(super) fn has_intent(&self) -> bool {
        self.rest.iter().any(Template::has_intent)
    }
}
