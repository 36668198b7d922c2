//! Services as the channels' own tests have them: they keep state, and never deduplicate what the real ones would not.

#[path = "../../../act/tests/fakes/http.rs"]
#[expect(dead_code, reason = "the tests of channels ask more of them")]
pub mod http;
#[path = "../../../act/tests/fakes/pagerduty.rs"]
pub mod pagerduty;
#[path = "../../../act/tests/fakes/slack.rs"]
pub mod slack;
#[path = "../../../act/tests/fakes/tickets.rs"]
pub mod tickets;
