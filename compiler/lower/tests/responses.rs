//! The response as people see it (`explain plan`).

use crate::cases::lowered;

const TEXT: &str = r#"severity yellow is major
severity red is critical
metric cpu: ratio { labels service }
service shop { tier 1  owner operations  depends on database }
service database
team operations { empty tells leads }
team leads
channel sms
channel call
calendar nights in "Europe/Paris" { open friday..sunday 22:00..06:00  except 2026-12-25  also 2026-12-27 }
maintenance upgrade {
  covers  service database, alert hot{service = "shop"}
  from    2026-12-01 22:00 to 2026-12-02 02:00 in "Europe/Paris"
  during  nights
}
incidents { within 10m }
escalation standard {
  N0  automatic   at most 20m
  N1  operations  by sms, call  for 15m  every 5m
  N2  leads       by call       for 2h  then every 30m
}
alert hot on cpu {
  yellow when > 70%
  red when > 90%
  absent holds
  at yellow escalate standard
}
"#;

const SHOWN: &str = "services
  database tier 2
  shop tier 1 of operations depends on database
teams
  leads
  operations, empty tells leads
channels
  call
  sms
calendars
  nights in Europe/Paris
    open friday, saturday, sunday 22:00..06:00
    except 2026-12-25
    also 2026-12-27 00:00..24:00
maintenance
  upgrade covers service database, alert hot{service = \"shop\"}
    from 2026-12-01T21:00:00Z to 2026-12-02T01:00:00Z
    during nights
incidents within 10m, reopened for 30m
escalations
  standard, an acknowledgement holds 30m
    N0 automatic for 20m
    N1 operations by sms, call for 15m every 5m
    N2 leads by call for 2h then every 30m
reactions
  hot at yellow escalate standard
";

#[test]
fn who_is_called_when_is_shown_line_by_line() {
    assert_eq!(nvp_plan::describe::response(&lowered(TEXT).response), SHOWN);
}

#[test]
fn without_answers_nothing_is_shown() {
    assert_eq!(nvp_plan::describe::response(&nvp_plan::response::Lowered::default()), "");
}
