//! What people call the parts of the grammar, for "expected …".

use super::grammar::Rule;

/// The words that begin an item.
pub(super) const ITEM_WORDS: &[&str] =
    &["use", "unit", "severity", "const", "fn", "metric", "service", "derive", "alert", "defaults", "test"];

/// The words that begin an item in later versions.
pub(super) const LATER_ITEM_WORDS: &[&str] =
    &["playbook", "escalation", "provider", "scale", "team", "channel", "calendar", "maintenance"];

/// The words that begin a clause of an alert; no level may bear one as its name.
pub(super) const ALERT_CLAUSES: &[&str] =
    &["absent", "says", "runbook", "service", "flapping", "formerly", "at", "clear", "when"];

/// The reserved words.
pub(super) const RESERVED: &[&str] = &[
    "and", "or", "not", "for", "in", "is", "of", "if", "then", "else", "over", "by", "without", "overall",
    "ago", "default", "with", "now", "true", "false",
];

/// How a rule is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Words {
    /// In words: `a level`.
    Thing(&'static str),
    /// A word of the language.
    Keyword(&'static str),
    /// One of several words of the language.
    Keywords(&'static [&'static str]),
    /// A sign.
    Sign(&'static str),
}

/// Every rule's name for people. INVARIANT (rules have words): exhaustive, so that a new rule must be named here.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn words(rule: Rule) -> Words {
    match rule {
        Rule::k_use => Words::Keyword("use"),
        Rule::k_unit => Words::Keyword("unit"),
        Rule::k_severity => Words::Keyword("severity"),
        Rule::k_const => Words::Keyword("const"),
        Rule::k_fn => Words::Keyword("fn"),
        Rule::k_metric => Words::Keyword("metric"),
        Rule::k_service => Words::Keyword("service"),
        Rule::k_derive => Words::Keyword("derive"),
        Rule::k_alert => Words::Keyword("alert"),
        Rule::k_defaults => Words::Keyword("defaults"),
        Rule::k_test => Words::Keyword("test"),
        Rule::k_labels => Words::Keyword("labels"),
        Rule::k_source => Words::Keyword("source"),
        Rule::k_every => Words::Keyword("every"),
        Rule::k_stale => Words::Keyword("stale"),
        Rule::k_forget => Words::Keyword("forget"),
        Rule::k_merge => Words::Keyword("merge"),
        Rule::k_range => Words::Keyword("range"),
        Rule::k_buckets => Words::Keyword("buckets"),
        Rule::k_depends => Words::Keyword("depends"),
        Rule::k_on => Words::Keyword("on"),
        Rule::k_when => Words::Keyword("when"),
        Rule::k_clear => Words::Keyword("clear"),
        Rule::k_absent => Words::Keyword("absent"),
        Rule::k_says => Words::Keyword("says"),
        Rule::k_runbook => Words::Keyword("runbook"),
        Rule::k_flapping => Words::Keyword("flapping"),
        Rule::k_formerly => Words::Keyword("formerly"),
        Rule::k_given => Words::Keyword("given"),
        Rule::k_expect => Words::Keyword("expect"),
        Rule::k_to => Words::Keyword("to"),
        Rule::k_at => Words::Keyword("at"),
        Rule::k_within => Words::Keyword("within"),
        Rule::k_never => Words::Keyword("never"),
        Rule::k_only => Words::Keyword("only"),
        Rule::k_until => Words::Keyword("until"),
        Rule::k_escalation => Words::Keyword("escalation"),
        Rule::k_ahead => Words::Keyword("ahead"),
        Rule::k_season => Words::Keyword("season"),
        Rule::k_if => Words::Keyword("if"),
        Rule::k_then => Words::Keyword("then"),
        Rule::k_else => Words::Keyword("else"),
        Rule::k_for => Words::Keyword("for"),
        Rule::k_in => Words::Keyword("in"),
        Rule::k_is => Words::Keyword("is"),
        Rule::k_of => Words::Keyword("of"),
        Rule::k_with => Words::Keyword("with"),
        Rule::k_ago => Words::Keyword("ago"),
        Rule::k_over => Words::Keyword("over"),
        Rule::k_by => Words::Keyword("by"),
        Rule::k_without => Words::Keyword("without"),
        Rule::open_brace => Words::Sign("{"),
        Rule::close_brace => Words::Sign("}"),
        Rule::open_paren => Words::Sign("("),
        Rule::close_paren => Words::Sign(")"),
        Rule::comma => Words::Sign(","),
        Rule::colon => Words::Sign(":"),
        Rule::equals => Words::Sign("="),
        Rule::dots => Words::Sign(".."),
        Rule::EOI => Words::Thing("the end"),
        Rule::WHITESPACE
        | Rule::wc
        | Rule::word
        | Rule::skip
        | Rule::skip_text
        | Rule::skip_word
        | Rule::skip_insertion
        | Rule::block => Words::Thing("a word"),
        Rule::reserved => Words::Thing("a reserved word"),
        Rule::ident | Rule::name | Rule::reference => Words::Thing("a name"),
        Rule::number | Rule::quantity => Words::Thing("a number"),
        Rule::duration_unit | Rule::unit_name | Rule::unit_word | Rule::unit_expr => Words::Thing("a unit"),
        Rule::kind_of => Words::Thing("a kind of metric"),
        Rule::boolean => Words::Thing("`true` or `false`"),
        Rule::now => Words::Thing("`now`"),
        Rule::text | Rule::text_plain => Words::Thing("a text"),
        Rule::insertion | Rule::bad_insertion => Words::Thing("an insertion"),
        Rule::pattern => Words::Thing("a pattern"),
        Rule::texts => Words::Thing("a list of texts"),
        Rule::literal | Rule::bound | Rule::value | Rule::operand => Words::Thing("a value"),
        Rule::expr | Rule::chain | Rule::primary | Rule::elided | Rule::group => {
            Words::Thing("an expression")
        }
        Rule::prefix
        | Rule::postfix
        | Rule::infix
        | Rule::comparison
        | Rule::arithmetic
        | Rule::post_for
        | Rule::post_with
        | Rule::post_ago
        | Rule::op_and
        | Rule::op_or
        | Rule::op_not
        | Rule::op_is
        | Rule::op_in
        | Rule::op_of
        | Rule::op_default
        | Rule::op_less_or_equal
        | Rule::op_greater_or_equal
        | Rule::op_equal
        | Rule::op_not_equal
        | Rule::op_less
        | Rule::op_greater
        | Rule::op_add
        | Rule::op_subtract
        | Rule::op_multiply
        | Rule::op_divide
        | Rule::op_negate => Words::Thing("an operator"),
        Rule::selector => Words::Thing("a selector"),
        Rule::matcher | Rule::match_pattern | Rule::match_text | Rule::match_in => Words::Thing("a label"),
        Rule::match_operator | Rule::match_operator_pattern => Words::Thing("`=`, `!=`, `=~`, `!~` or `in`"),
        Rule::call | Rule::call_head | Rule::fn_head => Words::Thing("a call"),
        Rule::argument | Rule::argument_name => Words::Thing("an argument"),
        Rule::aggregate_clause
        | Rule::over
        | Rule::by
        | Rule::without
        | Rule::overall
        | Rule::later_aggregate => Words::Keywords(&["over", "by", "without", "overall"]),
        Rule::file
        | Rule::item
        | Rule::items
        | Rule::bad_item
        | Rule::use_item
        | Rule::unit_item
        | Rule::severity_item
        | Rule::const_item
        | Rule::fn_item
        | Rule::derive_item
        | Rule::metric_item
        | Rule::service_item
        | Rule::alert_item
        | Rule::defaults_item
        | Rule::test_item
        | Rule::later_item
        | Rule::later_word
        | Rule::item_head
        | Rule::item_begins
        | Rule::k_item => Words::Thing("an item"),
        Rule::parameter => Words::Thing("a parameter"),
        Rule::metric_block
        | Rule::service_block
        | Rule::alert_block
        | Rule::defaults_block
        | Rule::test_block => Words::Thing("a block"),
        Rule::metric_clause
        | Rule::metric_clauses
        | Rule::bad_metric_clause
        | Rule::metric_stop
        | Rule::labels_clause
        | Rule::source_clause
        | Rule::every_clause
        | Rule::stale_clause
        | Rule::forget_clause
        | Rule::merge_clause
        | Rule::range_clause
        | Rule::buckets_clause => Words::Thing("a clause of the metric"),
        Rule::label_declaration => Words::Thing("a label"),
        Rule::service_clause
        | Rule::service_clauses
        | Rule::bad_service_clause
        | Rule::service_stop
        | Rule::is_clause
        | Rule::depends_clause => Words::Thing("a clause of the service"),
        Rule::level => Words::Thing("a level"),
        Rule::clear => Words::Thing("`clear when`"),
        Rule::alert_clause
        | Rule::alert_clauses
        | Rule::bad_alert_clause
        | Rule::alert_stop
        | Rule::says_clause
        | Rule::runbook_clause
        | Rule::alert_service
        | Rule::formerly_clause
        | Rule::later_alert => Words::Thing("a clause of the alert"),
        Rule::alert_clause_begins => Words::Thing("a clause of the alert"),
        Rule::absent_clause => Words::Thing("`absent`"),
        Rule::flapping_clause => Words::Thing("`flapping`"),
        Rule::absent_clears => Words::Keyword("clears"),
        Rule::absent_holds => Words::Keyword("holds"),
        Rule::absent_becomes => Words::Thing("`for`"),
        Rule::defaults_clause | Rule::defaults_clauses | Rule::bad_defaults_clause | Rule::defaults_stop => {
            Words::Thing("a clause of the defaults")
        }
        Rule::test_clause
        | Rule::test_clauses
        | Rule::bad_test_clause
        | Rule::test_stop
        | Rule::given
        | Rule::expect
        | Rule::later_given
        | Rule::later_expect => Words::Keywords(&["given", "expect"]),
        Rule::segment => Words::Thing("a value or `missing`"),
        Rule::segment_to => Words::Thing("`to`"),
        Rule::segment_for => Words::Thing("`for`"),
        Rule::missing_value => Words::Thing("`missing`"),
        Rule::expect_at | Rule::expect_by | Rule::expect_within | Rule::expect_never | Rule::expect_only => {
            Words::Keywords(&["at", "by", "within", "never", "only"])
        }
        Rule::later_outcome => Words::Thing("an outcome"),
    }
}

/// Whether the rule is a keyword or a sign that only marks its place and carries no meaning in the tree.
pub(super) fn is_marker(rule: Rule) -> bool {
    let meaningful = [Rule::k_if, Rule::k_then, Rule::k_else, Rule::absent_clears, Rule::absent_holds];
    matches!(words(rule), Words::Keyword(_) | Words::Sign(_)) && !meaningful.contains(&rule)
}
