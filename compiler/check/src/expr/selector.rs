//! Selectors: which rows of a metric, derive or alert are meant, and which labels they have left.

use nvp_dsl::Span;
use nvp_dsl::ast::{Ident, MatchOp, MatchValue, Matcher as Written};
use rustc_hash::FxHashMap;

use super::pattern;
use crate::checker::{Checker, Constant};
use crate::codes;
use crate::declared::Value;
use crate::problems::labels::{BadPattern, ClosedLabel, PinnedTwice, UnknownLabel};
use crate::problems::types::TextMisplaced;
use crate::scope::{Parameter, TextValue};
use crate::typed::{Labels, Matcher, MatcherTest, MetricId};

/// What a selector leaves.
#[derive(Debug, Default)]
pub(crate) struct Selected {
    /// The matchers, sorted.
    pub(crate) matchers: Vec<Matcher>,
    /// The labels that are not pinned, and those that stay although a playbook pins them.
    pub(crate) labels: Labels,
    /// Those that stay.
    pub(crate) kept: Labels,
}

impl<'a> Checker<'a> {
    /// Resolves a selector over something with these labels; `metric` knows which of them are closed.
    pub(crate) fn select(
        &mut self,
        of: &str,
        labels: &Labels,
        metric: Option<MetricId>,
        written: Option<&'a [Written]>,
    ) -> Option<Selected> {
        let mut selected = Selected { labels: labels.clone(), ..Selected::default() };
        let mut pinned: FxHashMap<&str, Span> = FxHashMap::default();
        let mut sound = true;
        for matcher in written.unwrap_or_default() {
            let label = &matcher.label;
            if labels.binary_search(&label.node).is_err() {
                self.unknown_label(&label.node, label.span, of, labels, false);
                sound = false;
                continue;
            }
            if let Some(noted) = self.local_pin(matcher, pinned.get(label.node.as_str()).copied()) {
                sound &= noted.is_some();
                pinned.insert(&label.node, matcher.span);
                selected.kept.push(label.node.clone());
                continue;
            }
            let Some(test) = self.matcher_test(matcher, metric) else {
                sound = false;
                continue;
            };
            if matches!(test, MatcherTest::Equal(_)) {
                if let Some(first) = pinned.insert(&label.node, matcher.span) {
                    self.sink.report(PinnedTwice { label: &label.node, span: matcher.span, first });
                    sound = false;
                }
                selected.labels.retain(|own| *own != label.node);
            }
            selected.matchers.push(Matcher { label: label.node.clone(), test });
        }
        selected.matchers.sort_by_cached_key(|matcher| (matcher.label.clone(), order(&matcher.test)));
        selected.matchers.dedup();
        sound.then_some(selected)
    }

    /// Reports a label that something does not have.
    pub(crate) fn unknown_label(
        &mut self,
        label: &str,
        span: Span,
        of: &str,
        labels: &[String],
        pinned: bool,
    ) {
        let near = self.nearest(label, labels.iter().map(String::as_str));
        self.sink.report(UnknownLabel { label, span, of, labels, pinned, near });
    }

    fn matcher_test(&mut self, matcher: &'a Written, metric: Option<MetricId>) -> Option<MatcherTest> {
        let label = matcher.label.node.as_str();
        let (op, value) = match &matcher.test {
            None => (MatchOp::Equal, vec![(self.text_by_name(&matcher.label)?, matcher.span)]),
            Some((op, value)) => {
                let values = match value {
                    MatchValue::Text(text) => vec![(Some(text.node.clone()), text.span)],
                    MatchValue::Name(name) => vec![(self.text_by_name(name)?, name.span)],
                    MatchValue::List(list) => {
                        list.iter().map(|text| (Some(text.node.clone()), text.span)).collect()
                    }
                };
                (op.node, values)
            }
        };
        if matches!(op, MatchOp::Equal | MatchOp::NotEqual | MatchOp::In) {
            for (value, span) in &value {
                if let Some(value) = value {
                    self.closed(label, value, *span, metric)?;
                }
            }
        }
        // A parameter's text is not known where a function is checked without a call.
        let known = |(value, _): (Option<String>, Span)| value.unwrap_or_default();
        if op == MatchOp::In {
            let mut values: Vec<String> = value.into_iter().map(known).collect();
            values.sort_unstable();
            values.dedup();
            return Some(MatcherTest::In(values));
        }
        let (value, span) = value.into_iter().next()?;
        let text = value.unwrap_or_default();
        Some(match op {
            MatchOp::Equal => MatcherTest::Equal(text),
            MatchOp::NotEqual => MatcherTest::NotEqual(text),
            MatchOp::Matches => MatcherTest::Matches(self.pattern(text, span)?),
            MatchOp::NotMatches => MatcherTest::NotMatches(self.pattern(text, span)?),
            MatchOp::In => return None,
        })
    }

    /// The text behind the name of a constant or parameter; `Some(None)` for a parameter whose text is not known yet.
    fn text_by_name(&mut self, name: &Ident) -> Option<Option<String>> {
        if let Some(parameter) = self.scope.parameters.get(name.node.as_str()) {
            match parameter {
                Parameter::Text(TextValue::Known(text)) => return Some(Some(text.clone())),
                Parameter::Text(_) => return Some(None),
                Parameter::Failed => return None,
                Parameter::Operand(_) | Parameter::Thing(_) => {}
            }
        } else {
            match self.find_value(&name.node) {
                Some(Value::Const(at)) => match self.consts.get(at).cloned().flatten()? {
                    Constant::Text(text) => return Some(Some(text)),
                    Constant::Operand(_) => {}
                },
                Some(_) => {}
                None => {
                    let near = self.nearest_value(&name.node);
                    let help =
                        near.is_none().then(|| format!("write the text itself: `= \"{}\"`", name.node));
                    self.unknown(
                        codes::UNKNOWN_TEXT,
                        "text constant or parameter",
                        &name.node,
                        name.span,
                        near,
                        help,
                    );
                    return None;
                }
            }
        }
        let help = Some("write a text in quotes, or the name of a `const` that is one");
        self.sink.report(TextMisplaced { span: name.span, is: "not a text", wanted: "a text", help });
        None
    }

    fn closed(&mut self, label: &str, value: &str, span: Span, metric: Option<MetricId>) -> Option<()> {
        let info = metric.and_then(|id| self.metrics.get(id.0)).and_then(Option::as_ref);
        let values = info
            .and_then(|info| info.metric.labels.iter().find(|own| own.name == label))
            .and_then(|own| own.values.clone());
        let Some(values) = values else { return Some(()) };
        if values.iter().any(|known| known == value) {
            return Some(());
        }
        let near = self.nearest(value, values.iter().map(String::as_str));
        self.sink.report(ClosedLabel { label, value, span, values: &values, near });
        None
    }

    fn pattern(&mut self, pattern: String, span: Span) -> Option<String> {
        let Some(problem) = pattern::problem(&pattern) else { return Some(pattern) };
        self.sink.report(BadPattern { pattern: &pattern, span, problem });
        None
    }
}

fn order(test: &MatcherTest) -> (u8, String) {
    match test {
        MatcherTest::Equal(text) => (0, text.clone()),
        MatcherTest::NotEqual(text) => (1, text.clone()),
        MatcherTest::Matches(text) => (2, text.clone()),
        MatcherTest::NotMatches(text) => (3, text.clone()),
        MatcherTest::In(values) => (4, values.join("\n")),
    }
}
