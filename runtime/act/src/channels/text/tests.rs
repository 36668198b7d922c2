use nvp_respond::effect::{Notification, Reason};
use nvp_respond::severity::Severity;
use proptest::prelude::*;

use super::clean::{line, lines};
use super::{Escape, Renderer, Site, check, truncated};

fn notification() -> Notification {
    Notification {
        number: 1,
        key: "incident 12/standard/N1/1/email/alice".into(),
        incident: Some(12),
        reason: Reason::Page { ladder: "standard".into(), rung: "N1".into(), attempt: 2 },
        channel: "email".into(),
        team: Some("operations".into()),
        person: Some("alice".into()),
        severity: Severity::Critical,
        priority: 1,
        title: "gateway p95 in eu is 612 ms".into(),
        lines: vec!["cause: database".into()],
        labels: vec![("region".into(), "eu".into())],
        runbook: Some("https://runbooks.example/gateway".into()),
        alerts: 3,
        since_ms: 1_700_000_000_123,
        acknowledgements: 0,
    }
}

fn renderer(subject: Option<&str>, body: Option<&str>, escape: Escape) -> Renderer {
    let site = Site { name: "eu-1".into(), url: Some("https://policy.example/i/{incident}".into()) };
    Renderer::new(site, escape, subject.map(str::to_owned), body.map(str::to_owned))
}

#[test]
fn plain_words_say_all_that_is_known() {
    let text = renderer(None, None, Escape::Nothing).render(&notification(), false);
    assert_eq!(text.subject, "[CRITICAL] gateway p95 in eu is 612 ms");
    assert_eq!(
        text.body,
        "CRITICAL standard N1, call 2 to alice of operations\ncause: database\nlabels: region=eu\n\
         since 2023-11-14T22:13:20Z, 3 alerts, priority 1\nrunbook: https://runbooks.example/gateway\n\
         incident 12: https://policy.example/i/12"
    );
    let again = renderer(None, None, Escape::Nothing).render(&notification(), true);
    assert_eq!(again.subject, "[possible repeat] [CRITICAL] gateway p95 in eu is 612 ms");
    assert!(again.body.ends_with("\nthis may have reached you before"));
}

#[test]
fn every_reason_has_its_words() {
    let mut subjects = std::collections::BTreeSet::new();
    for (reason, wanted) in [
        (Reason::Worse, "it got worse: CRITICAL now to alice of operations"),
        (Reason::Unacknowledged, "the acknowledgement ran out to alice of operations"),
        (Reason::Resolved, "resolved to alice of operations"),
        (Reason::Notice, "for information to alice of operations"),
        (Reason::Ticket, "for information to alice of operations"),
        (Reason::Acknowledged, "for information to alice of operations"),
        (Reason::Approval(7), "run 7 waits for an approval to alice of operations"),
    ] {
        let text =
            renderer(None, None, Escape::Nothing).render(&Notification { reason, ..notification() }, false);
        assert_eq!(text.body.lines().next(), Some(wanted));
        subjects.insert(text.subject);
    }
    assert_eq!(subjects.len(), 6, "{subjects:?}");
}

#[test]
fn a_template_says_it_otherwise() {
    let renderer = renderer(
        Some("{{ severity | upper }}: {{ title }} ({{ labels.region }})"),
        Some(
            "{% for line in lines %}- {{ line }}\n{% endfor %}{{ link }}{% if team %} {{ team }}{% endif %}",
        ),
        Escape::Nothing,
    );
    let text = renderer.render(&notification(), false);
    assert_eq!(text.subject, "CRITICAL: gateway p95 in eu is 612 ms (eu)");
    assert_eq!(text.body, "- cause: database\nhttps://policy.example/i/12 operations");
    assert_eq!(renderer.failures(), 0);
}

#[test]
fn a_template_that_fails_gives_way_to_plain_words_and_is_counted() {
    for template in [
        "{{ labels.zone }}",
        "{{ title | nonsense }}",
        "{% for a in range(100000) %}{% for b in range(100000) %}{{ a }}{% endfor %}{% endfor %}",
        "{% for a in range(20000) %}{{ title }}{% endfor %}",
        "{{ title",
    ] {
        let renderer = renderer(Some(template), None, Escape::Nothing);
        let text = renderer.render(&notification(), false);
        assert_eq!(text.subject, "[CRITICAL] gateway p95 in eu is 612 ms", "{template}");
        assert_eq!(renderer.failures(), 1, "{template}");
    }
}

#[test]
fn templates_are_looked_at_beforehand() {
    assert_eq!(check("{{ title }} {% for line in lines %}{{ line }}{% endfor %} {{ range(2) }}"), Ok(()));
    assert!(check("{{ title").is_err() && check("{{ nobody }}").is_err());
}

#[test]
fn what_comes_from_outside_brings_no_markup_and_no_control_characters() {
    let mut notification = notification();
    notification.title = "<!channel> a\r\nBcc: eve@example.org \u{202e}x\u{0} & b".into();
    let text = renderer(None, None, Escape::Slack).render(&notification, false);
    assert_eq!(text.subject, "[CRITICAL] &lt;!channel&gt; a  Bcc: eve@example.org x  &amp; b");
    let text = renderer(Some("*{{ title }}*"), None, Escape::Slack).render(&notification, false);
    assert_eq!(text.subject, "*&lt;!channel&gt; a  Bcc: eve@example.org x  &amp; b*");
}

#[test]
fn what_is_too_long_is_cut_with_a_mark() {
    assert_eq!(truncated("abc", 3), "abc");
    assert_eq!(truncated("abcdefghijkl", 10), "abc… [cut]");
    assert_eq!(truncated("ab&amp;cdefghijkl", 12), "ab… [cut]");
}

proptest! {
    #[test]
    fn cleaned_text_has_no_control_characters(text in "\\PC*|(?s).{0,200}") {
        let clean = line(&text);
        prop_assert!(!clean.chars().any(|c| c.is_control()), "{clean:?}");
        let clean = lines(&text);
        prop_assert!(!clean.chars().any(|c| c.is_control() && c != '\n'), "{clean:?}");
    }

    #[test]
    fn cut_text_is_never_longer_than_wanted(text in "(?s).{0,80}", max in 0_usize..60) {
        let cut = truncated(&text, max);
        prop_assert!(cut.chars().count() <= max);
        prop_assert!(text.chars().count() > max || cut == text);
    }
}
