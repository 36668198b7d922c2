//! The registry of syntax codes (E0001–E0199), one page each. A number is never reused.

mod page;

pub use page::Page;

use crate::diagnostic::Code;

macro_rules! registry {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        $($(#[$doc])* pub const $name: Code = Code($code);)*
        /// Every syntax code, in order.
        pub const ALL: &[Code] = &[$($name),*];
        /// The pages in the same order, compiled in.
        const PAGES: &[(Code, &str)] = &[$(($name, include_str!(concat!("../../codes/", $code, ".md")))),*];
    };
}

/// The page of a code (`E0001`), Markdown; `None` for a code that is not of this registry.
#[must_use]
pub fn page(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| known.0 == code).map(|(_, text)| *text)
}

/// All pages, taken apart, in order.
pub fn pages() -> impl Iterator<Item = Page> {
    PAGES.iter().filter_map(|(_, text)| Page::parse(text))
}

registry! {
    /// Something else is expected here.
    UNEXPECTED = "E0001";
    /// A word that begins no item.
    UNKNOWN_ITEM = "E0002";
    /// A word that begins no clause of its block.
    UNKNOWN_CLAUSE = "E0003";
    /// A reserved word where a name is expected.
    RESERVED_WORD = "E0004";
    /// A bracket that is not closed.
    NOT_CLOSED = "E0010";
    /// A bracket that closes nothing.
    CLOSES_NOTHING = "E0011";
    /// A text that does not end on its line.
    TEXT_NOT_CLOSED = "E0012";
    /// An escape that does not exist.
    UNKNOWN_ESCAPE = "E0013";
    /// An insertion that is no expression.
    BAD_INSERTION = "E0014";
    /// An insertion where nothing can be inserted.
    INSERTION_NOT_ALLOWED = "E0015";
    /// A control or invisible character.
    HIDDEN_CHARACTER = "E0016";
    /// A file that is not UTF-8.
    NOT_UTF8 = "E0020";
    /// A file that is too large.
    TOO_LARGE = "E0021";
    /// Brackets nested too deeply.
    NESTED_TOO_DEEPLY = "E0022";
    /// An expression that is too long or too deep.
    EXPRESSION_TOO_LONG = "E0023";
    /// More errors than are worth showing.
    TOO_MANY_ERRORS = "E0024";
    /// A part of the language that this version does not have.
    LATER_VERSION = "E0030";
    /// A level, rung, team or step named like a clause of its block.
    NAMED_LIKE_CLAUSE = "E0040";
    /// A kind of metric that does not exist.
    UNKNOWN_KIND = "E0041";
    /// A duration that ends with a number.
    DURATION_WITHOUT_UNIT = "E0042";
    /// A time of day that is none.
    NOT_A_CLOCK_TIME = "E0043";
    /// A date that is not written as one.
    NOT_A_DATE = "E0044";
    /// What a test says that people do, and nobody does.
    UNKNOWN_DEED = "E0045";
    /// A chain in which only the last operand has a bare `for`.
    FOR_ON_LAST_OPERAND = "E0050";
    /// A comparison of a comparison.
    CHAINED_COMPARISON = "E0051";
    /// A comparison without its subject outside of a level.
    SUBJECT_LEFT_OUT = "E0052";
    /// A list that stands elsewhere than on the right of `in`.
    LIST_MISPLACED = "E0053";
    /// `ago` or `with` after something it cannot follow.
    POSTFIX_MISPLACED = "E0054";
    /// A looser operator inside a tighter one without parentheses.
    PARENTHESES_NEEDED = "E0055";
    /// `if` without `then`, or `then` and `else` without `if`.
    IF_INCOMPLETE = "E0056";
}
