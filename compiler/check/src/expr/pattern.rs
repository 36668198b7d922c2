//! Patterns: whether the engine will be able to match by them.

use nvp_plan::domain::{PATTERN_BYTES_MAX, anchored};
use regex::RegexBuilder;

use crate::problems::labels::PatternProblem;

/// What is wrong with a pattern, if anything; it is compiled just as the engine will, so that what passes here is not refused there.
pub(super) fn problem(pattern: &str) -> Option<PatternProblem> {
    // Asked first, for it says what is wrong in one line.
    let unreadable = match regex_syntax::Parser::new().parse(pattern) {
        Ok(_) => None,
        Err(regex_syntax::Error::Parse(error)) => Some(error.kind().to_string()),
        Err(regex_syntax::Error::Translate(error)) => Some(error.kind().to_string()),
        Err(_) => Some("not a regular expression".to_owned()),
    };
    if let Some(why) = unreadable {
        return Some(PatternProblem::Unreadable(why));
    }
    match RegexBuilder::new(&anchored(pattern))
        .size_limit(PATTERN_BYTES_MAX)
        .dot_matches_new_line(true)
        .build()
    {
        Ok(_) => None,
        Err(regex::Error::CompiledTooBig(bytes_max)) => Some(PatternProblem::TooLarge { bytes_max }),
        Err(_) => Some(PatternProblem::Unreadable("cannot be anchored at both ends".to_owned())),
    }
}
