//! What people call the parts of the grammar, for "expected …".

use super::grammar::Rule;

/// The words that begin an item.
pub(super) const ITEM_WORDS: &[&str] = &[
    "use",
    "unit",
    "severity",
    "const",
    "fn",
    "metric",
    "service",
    "derive",
    "alert",
    "defaults",
    "test",
    "team",
    "channel",
    "calendar",
    "maintenance",
    "incidents",
    "escalation",
    "provider",
    "playbook",
];

/// The words that begin an item in later versions.
pub(super) const LATER_ITEM_WORDS: &[&str] = &["scale"];

/// The words that begin a clause of an alert; no level may bear one as its name.
pub(super) const ALERT_CLAUSES: &[&str] =
    &["absent", "says", "runbook", "service", "flapping", "formerly", "at", "clear", "when"];

/// What a rung may not be called, for it would read as something else in its ladder.
pub(super) const RUNG_WORDS: &[&str] = &["acknowledged", "automatic", "holds", "at", "every"];

/// What a team may not be called.
pub(super) const TEAM_WORDS: &[&str] =
    &["acknowledged", "automatic", "holds", "at", "every", "empty", "tells"];

/// The words that begin a clause of a playbook; no step may bear one as its name.
pub(super) const PLAYBOOK_CLAUSES: &[&str] = &[
    "let", "require", "limit", "breaker", "storm", "autonomy", "approved", "approval", "step", "verify",
    "lift", "on", "formerly",
];

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
    /// A word of the language that only marks its place.
    Keyword(&'static str),
    /// A word of the language that is, or begins, a part with a meaning; for people it is a word like the others.
    Head(&'static str),
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
        Rule::k_if => Words::Head("if"),
        Rule::k_then => Words::Head("then"),
        Rule::k_else => Words::Head("else"),
        Rule::k_for => Words::Keyword("for"),
        Rule::k_in => Words::Keyword("in"),
        Rule::k_is => Words::Keyword("is"),
        Rule::k_of => Words::Keyword("of"),
        Rule::k_with => Words::Keyword("with"),
        Rule::k_ago => Words::Keyword("ago"),
        Rule::k_over => Words::Keyword("over"),
        Rule::k_by => Words::Keyword("by"),
        Rule::k_without => Words::Keyword("without"),
        Rule::k_team => Words::Keyword("team"),
        Rule::k_channel => Words::Keyword("channel"),
        Rule::k_calendar => Words::Keyword("calendar"),
        Rule::k_maintenance => Words::Keyword("maintenance"),
        Rule::k_incidents => Words::Keyword("incidents"),
        Rule::k_provider => Words::Keyword("provider"),
        Rule::k_playbook => Words::Keyword("playbook"),
        Rule::k_empty => Words::Keyword("empty"),
        Rule::k_tells => Words::Keyword("tells"),
        Rule::k_tier => Words::Keyword("tier"),
        Rule::k_owner => Words::Keyword("owner"),
        Rule::k_acknowledged => Words::Keyword("acknowledged"),
        Rule::k_holds => Words::Keyword("holds"),
        Rule::k_most => Words::Keyword("most"),
        Rule::k_reopen => Words::Keyword("reopen"),
        Rule::k_open => Words::Keyword("open"),
        Rule::k_except => Words::Keyword("except"),
        Rule::k_also => Words::Keyword("also"),
        Rule::k_covers => Words::Keyword("covers"),
        Rule::k_from => Words::Keyword("from"),
        Rule::k_during => Words::Keyword("during"),
        Rule::k_config => Words::Keyword("config"),
        Rule::k_read => Words::Keyword("read"),
        Rule::k_write => Words::Keyword("write"),
        Rule::k_list => Words::Keyword("list"),
        Rule::k_undo => Words::Keyword("undo"),
        Rule::k_expires => Words::Keyword("expires"),
        Rule::k_irreversible => Words::Keyword("irreversible"),
        Rule::k_idempotent => Words::Keyword("idempotent"),
        Rule::k_once => Words::Keyword("once"),
        Rule::k_keyed => Words::Keyword("keyed"),
        Rule::k_probe => Words::Keyword("probe"),
        Rule::k_locks => Words::Keyword("locks"),
        Rule::k_let => Words::Keyword("let"),
        Rule::k_require => Words::Keyword("require"),
        Rule::k_limit => Words::Keyword("limit"),
        Rule::k_per => Words::Keyword("per"),
        Rule::k_breaker => Words::Keyword("breaker"),
        Rule::k_storm => Words::Keyword("storm"),
        Rule::k_autonomy => Words::Keyword("autonomy"),
        Rule::k_approved => Words::Keyword("approved"),
        Rule::k_approval => Words::Keyword("approval"),
        Rule::k_step => Words::Keyword("step"),
        Rule::k_verify => Words::Keyword("verify"),
        Rule::k_needs => Words::Keyword("needs"),
        Rule::k_lift => Words::Keyword("lift"),
        Rule::k_latest => Words::Keyword("latest"),
        Rule::k_success => Words::Keyword("success"),
        Rule::k_failure => Words::Keyword("failure"),
        Rule::k_each => Words::Keyword("each"),
        Rule::k_do => Words::Keyword("do"),
        Rule::k_timeout => Words::Keyword("timeout"),
        Rule::k_retry => Words::Keyword("retry"),
        Rule::k_check => Words::Keyword("check"),
        Rule::k_keep => Words::Keyword("keep"),
        Rule::k_notify => Words::Keyword("notify"),
        Rule::k_ticket => Words::Keyword("ticket"),
        Rule::k_escalate => Words::Keyword("escalate"),
        Rule::k_run => Words::Keyword("run"),
        Rule::k_after => Words::Keyword("after"),
        Rule::k_page => Words::Keyword("page"),
        Rule::k_notice => Words::Keyword("notice"),
        Rule::k_incident => Words::Keyword("incident"),
        Rule::open_brace => Words::Sign("{"),
        Rule::close_brace => Words::Sign("}"),
        Rule::open_paren => Words::Sign("("),
        Rule::close_paren => Words::Sign(")"),
        Rule::comma => Words::Sign(","),
        Rule::colon => Words::Sign(":"),
        Rule::equals => Words::Sign("="),
        Rule::dots => Words::Sign(".."),
        Rule::arrow => Words::Sign("->"),
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
        Rule::literal | Rule::bound | Rule::value | Rule::operand | Rule::of_what => Words::Thing("a value"),
        Rule::value_list => Words::Thing("a list"),
        Rule::clock | Rule::hours => Words::Thing("a time of day"),
        Rule::date => Words::Thing("a date"),
        Rule::days => Words::Thing("a day"),
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
        | Rule::team_item
        | Rule::channel_item
        | Rule::calendar_item
        | Rule::maintenance_item
        | Rule::incidents_item
        | Rule::incidents_begins
        | Rule::escalation_item
        | Rule::provider_item
        | Rule::playbook_item
        | Rule::later_item
        | Rule::later_word
        | Rule::item_head
        | Rule::item_begins
        | Rule::k_item => Words::Thing("an item"),
        Rule::parameter | Rule::parameters => Words::Thing("a parameter"),
        Rule::metric_block
        | Rule::service_block
        | Rule::alert_block
        | Rule::defaults_block
        | Rule::test_block
        | Rule::team_block
        | Rule::calendar_block
        | Rule::maintenance_block
        | Rule::incidents_block
        | Rule::escalation_block
        | Rule::provider_block
        | Rule::write_block
        | Rule::playbook_block
        | Rule::step_block
        | Rule::answer_block => Words::Thing("a block"),
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
        | Rule::depends_clause
        | Rule::tier_clause
        | Rule::owner_clause => Words::Thing("a clause of the service"),
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
        | Rule::at_clause => Words::Thing("a clause of the alert"),
        Rule::alert_clause_begins => Words::Thing("a clause of the alert"),
        Rule::absent_clause => Words::Thing("`absent`"),
        Rule::flapping_clause => Words::Thing("`flapping`"),
        Rule::absent_clears => Words::Head("clears"),
        Rule::absent_holds => Words::Head("holds"),
        Rule::absent_becomes => Words::Thing("`for`"),
        Rule::defaults_clause | Rule::defaults_clauses | Rule::bad_defaults_clause | Rule::defaults_stop => {
            Words::Thing("a clause of the defaults")
        }
        Rule::at_for | Rule::segment_for | Rule::rung_for => Words::Head("for"),
        Rule::at_escalate | Rule::escalate_clause => Words::Head("escalate"),
        Rule::at_run => Words::Head("run"),
        Rule::remedy => Words::Thing("a playbook with its arguments"),
        Rule::test_clause | Rule::test_clauses | Rule::bad_test_clause | Rule::test_stop => {
            Words::Keywords(&["given", "expect"])
        }
        Rule::given => Words::Head("given"),
        Rule::expect => Words::Head("expect"),
        Rule::given_values => Words::Head("is"),
        Rule::given_outcome | Rule::write_ends => Words::Keywords(&["succeeds", "fails", "hangs", "lies"]),
        Rule::given_deed => Words::Thing("what somebody does"),
        Rule::segment => Words::Thing("a value or `missing`"),
        Rule::segment_to => Words::Head("to"),
        Rule::segment_until => Words::Head("until"),
        Rule::missing_value => Words::Thing("`missing`"),
        Rule::expect_at | Rule::expect_by | Rule::expect_within | Rule::expect_never | Rule::expect_only => {
            Words::Keywords(&["at", "by", "within", "never", "only"])
        }
        Rule::expected => Words::Thing("an expression"),
        Rule::event
        | Rule::escalation_event
        | Rule::page_event
        | Rule::notice_event
        | Rule::ticket_event
        | Rule::step_event
        | Rule::incident_event
        | Rule::playbook_event
        | Rule::playbook_end => Words::Thing("what happens"),
        Rule::event_name => Words::Thing("a name"),
        Rule::step_answered => Words::Keywords(&["done", "undone"]),
        Rule::step_end => Words::Keywords(&["done", "failed", "undone"]),
        Rule::incident_end => Words::Keywords(&["opened", "acknowledged", "resolved", "reopened"]),
        Rule::team_clause | Rule::team_clauses | Rule::bad_team_clause | Rule::team_stop => {
            Words::Thing("a clause of the team")
        }
        Rule::empty_clause => Words::Head("empty"),
        Rule::escalation_clause
        | Rule::escalation_clauses
        | Rule::bad_escalation_clause
        | Rule::escalation_stop
        | Rule::rung => Words::Thing("a rung"),
        Rule::acknowledged_clause => Words::Head("acknowledged"),
        Rule::automatic => Words::Head("automatic"),
        Rule::rung_at_most => Words::Thing("`at most`"),
        Rule::rung_by => Words::Head("by"),
        Rule::rung_every => Words::Head("every"),
        Rule::rung_then => Words::Thing("`then every`"),
        Rule::incidents_clause
        | Rule::incidents_clauses
        | Rule::bad_incidents_clause
        | Rule::incidents_stop => Words::Keywords(&["within", "reopen"]),
        Rule::within_clause => Words::Head("within"),
        Rule::reopen_clause => Words::Head("reopen"),
        Rule::calendar_clause | Rule::calendar_clauses | Rule::bad_calendar_clause | Rule::calendar_stop => {
            Words::Keywords(&["open", "except", "also"])
        }
        Rule::open_clause => Words::Head("open"),
        Rule::except_clause => Words::Head("except"),
        Rule::also_clause => Words::Head("also"),
        Rule::maintenance_clause
        | Rule::maintenance_clauses
        | Rule::bad_maintenance_clause
        | Rule::maintenance_stop => Words::Keywords(&["covers", "from", "during"]),
        Rule::covers_clause => Words::Head("covers"),
        Rule::covered => Words::Keywords(&["service", "alert", "everything"]),
        Rule::everything => Words::Head("everything"),
        Rule::covered_service => Words::Head("service"),
        Rule::covered_alert => Words::Head("alert"),
        Rule::from_clause => Words::Head("from"),
        Rule::during_clause => Words::Head("during"),
        Rule::provider_clause | Rule::provider_clauses | Rule::bad_provider_clause | Rule::provider_stop => {
            Words::Keywords(&["config", "read", "write"])
        }
        Rule::config_clause => Words::Head("config"),
        Rule::read_clause => Words::Head("read"),
        Rule::write_clause => Words::Head("write"),
        Rule::list_of => Words::Thing("`list of`"),
        Rule::write_part | Rule::write_parts | Rule::bad_write_part | Rule::write_stop => {
            Words::Thing("a clause of the write")
        }
        Rule::undo_part => Words::Head("undo"),
        Rule::expires_part => Words::Head("expires"),
        Rule::irreversible_part => Words::Head("irreversible"),
        Rule::idempotent_part => Words::Head("idempotent"),
        Rule::once_part => Words::Head("once"),
        Rule::keyed_part => Words::Head("keyed"),
        Rule::probe_part => Words::Head("probe"),
        Rule::locks_part => Words::Head("locks"),
        Rule::playbook_clause | Rule::playbook_clauses | Rule::bad_playbook_clause | Rule::playbook_stop => {
            Words::Thing("a clause of the playbook")
        }
        Rule::let_clause => Words::Head("let"),
        Rule::require_clause => Words::Head("require"),
        Rule::limit_clause => Words::Head("limit"),
        Rule::breaker_clause => Words::Head("breaker"),
        Rule::storm_clause => Words::Head("storm"),
        Rule::autonomy_clause => Words::Head("autonomy"),
        Rule::approved_clause => Words::Head("approved"),
        Rule::approval_clause => Words::Head("approval"),
        Rule::step => Words::Head("step"),
        Rule::verify_clause => Words::Head("verify"),
        Rule::lift_clause => Words::Head("lift"),
        Rule::on_success | Rule::on_failure => Words::Head("on"),
        Rule::limit_part | Rule::limit_per | Rule::limit_at_most => Words::Thing("a limit"),
        Rule::limit_at_once => Words::Thing("`at once`"),
        Rule::limit_every => Words::Head("every"),
        Rule::limit_share => Words::Head("of"),
        Rule::step_clause | Rule::step_clauses | Rule::bad_step_clause | Rule::step_stop => {
            Words::Thing("a clause of the step")
        }
        Rule::each_clause => Words::Head("each"),
        Rule::do_clause => Words::Head("do"),
        Rule::timeout_clause => Words::Head("timeout"),
        Rule::retry_clause => Words::Head("retry"),
        Rule::check_clause => Words::Head("check"),
        Rule::keep_clause => Words::Head("keep"),
        Rule::answer | Rule::answers | Rule::bad_answer | Rule::answer_stop => {
            Words::Keywords(&["notify", "ticket", "escalate"])
        }
        Rule::notify_clause => Words::Head("notify"),
        Rule::ticket_clause => Words::Head("ticket"),
    }
}

/// Whether the rule is a keyword or a sign that only marks its place and carries no meaning in the tree.
pub(super) fn is_marker(rule: Rule) -> bool {
    matches!(words(rule), Words::Keyword(_) | Words::Sign(_))
}
