//! How a label's value is matched, patterns compiled once.

use crate::plan_error::PlanError;
use nvp_plan::domain::{Match, PATTERN_BYTES_MAX, anchored};
use regex::{Regex, RegexBuilder};

/// What a label's value must be.
#[derive(Debug)]
pub(crate) enum Matcher {
    Equal(String),
    NotEqual(String),
    Matches(Regex),
    NotMatches(Regex),
    In(Vec<String>),
}

impl Matcher {
    /// Compiles matchers, each with the label that it is for.
    pub(crate) fn all<L: Clone>(planned: &[(L, Match)]) -> Result<Vec<(L, Self)>, PlanError> {
        planned.iter().map(|(label, planned)| Ok((label.clone(), Self::new(planned)?))).collect()
    }

    fn new(planned: &Match) -> Result<Self, PlanError> {
        Ok(match planned {
            Match::Equal(text) => Self::Equal(text.clone()),
            Match::NotEqual(text) => Self::NotEqual(text.clone()),
            Match::Matches(pattern) => Self::Matches(compile(pattern)?),
            Match::NotMatches(pattern) => Self::NotMatches(compile(pattern)?),
            Match::In(texts) => Self::In(texts.clone()),
        })
    }

    /// Whether a label's value will do. Patterns match it as a whole.
    pub(crate) fn accepts(&self, text: &str) -> bool {
        match self {
            Self::Equal(wanted) => text == wanted,
            Self::NotEqual(other) => text != other,
            Self::Matches(pattern) => pattern.is_match(text),
            Self::NotMatches(pattern) => !pattern.is_match(text),
            Self::In(wanted) => wanted.iter().any(|wanted| wanted == text),
        }
    }
}

fn compile(pattern: &str) -> Result<Regex, PlanError> {
    RegexBuilder::new(&anchored(pattern))
        .size_limit(PATTERN_BYTES_MAX)
        .dot_matches_new_line(true)
        .build()
        .map_err(|error| PlanError::Pattern { pattern: pattern.to_owned(), why: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::Matcher;
    use nvp_plan::domain::Match;

    fn accepts(planned: Match, text: &str) -> bool {
        Matcher::new(&planned).expect("a good pattern").accepts(text)
    }

    #[test]
    fn patterns_match_as_a_whole() {
        assert!(accepts(Match::Matches("5..".into()), "503"));
        assert!(!accepts(Match::Matches("5..".into()), "1503"));
        assert!(!accepts(Match::Matches("a|b".into()), "ab"));
        assert!(accepts(Match::NotMatches("5..".into()), "200"));
        assert!(accepts(Match::Matches(".*".into()), "two\nlines"));
    }

    #[test]
    fn a_broken_or_huge_pattern_is_refused() {
        assert!(Matcher::new(&Match::Matches("(".into())).is_err());
        assert!(Matcher::new(&Match::Matches("(a{1000}){1000}".into())).is_err());
    }

    #[test]
    fn texts_are_compared_exactly() {
        assert!(accepts(Match::Equal(String::new()), ""));
        assert!(accepts(Match::NotEqual("a".into()), "A"));
        assert!(accepts(Match::In(vec!["a".into(), "b".into()]), "b"));
        assert!(!accepts(Match::In(vec![]), ""));
    }
}
