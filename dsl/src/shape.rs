//! A tree without its places, as text: to compare two trees and to read one.

use crate::ast::File;

/// What a tree says, an item a line, without saying where it was written. Two texts with equal shapes mean the same.
///
/// It is made from the tree's `Debug` form, so that nothing can be forgotten; places and the wrappers round them are left out.
#[must_use]
pub fn shape(file: &File) -> String {
    file.items.iter().map(|item| without_places(&format!("{item:?}")) + "\n").collect()
}

const PLACE: &str = "span: Span {";
/// A variant that holds nothing but its place.
const PLACE_ALONE: &str = "(Span {";
const WRAPPERS: [&str; 2] = ["Spanned { node: ", "Expr { kind: "];

fn without_places(debug: &str) -> String {
    let mut shape = String::with_capacity(debug.len() / 2);
    // for each open brace, whether it is a wrapper's
    let mut open: Vec<bool> = Vec::new();
    let mut rest = debug;
    while let Some(character) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix(PLACE) {
            rest = after.split_once('}').map_or("", |(_, after)| after);
            let shorter = shape.strip_suffix(", ").map(str::len);
            shape.truncate(shorter.unwrap_or(shape.len()));
        } else if let Some(after) = rest.strip_prefix(PLACE_ALONE) {
            rest = after.split_once("})").map_or("", |(_, after)| after);
        } else if let Some(after) = WRAPPERS.iter().find_map(|wrapper| rest.strip_prefix(wrapper)) {
            open.push(true);
            rest = after;
        } else if character == '"' {
            let (literal, after) = rest.split_at(literal_length(rest));
            shape.push_str(literal);
            rest = after;
        } else {
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
            match character {
                '{' => open.push(false),
                '}' if open.pop() == Some(true) => {
                    while shape.ends_with(' ') {
                        shape.pop();
                    }
                    continue;
                }
                _ => {}
            }
            shape.push(character);
        }
    }
    shape
}

/// The bytes of the string literal at the beginning.
fn literal_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '"' if !escaped => return at + 1,
            _ => escaped = character == '\\' && !escaped,
        }
    }
    text.len()
}
