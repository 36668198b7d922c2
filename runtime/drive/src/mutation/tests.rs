use super::{Change, Noticed, mutants, notice};
use crate::load::{Stdlib, load_text};
use crate::test_run::TestOptions;

const POLICY: &str = r#"
use std.severities
defaults { absent holds }
metric load: number { every 10s }
const much = 5
alert busy on load {
  yellow  when > 3
  red     when (load > much and load >= 0.5) for 1m
}
test "busy when there is much" {
  given   load is 2 for 1m, then 4 for 1m, then 9
  expect  at 90s  busy is yellow
  expect  at 4m   busy is red
}
"#;

#[test]
fn each_change_is_made_and_what_no_test_sees_is_found() {
    let stdlib = Stdlib::built_in();
    let set = load_text("busy.nvp", POLICY, &stdlib);
    let shown: Vec<String> = mutants(&set)
        .iter()
        .map(|mutant| {
            let noticed = match notice(&set, mutant, &stdlib, "", TestOptions::default()) {
                Noticed::Check => "check",
                Noticed::Test(_) => "test",
                Noticed::Nobody => "nobody",
            };
            format!("{:?} {} `{}` -> `{}`: {noticed}", mutant.change, mutant.item, mutant.was, mutant.is)
        })
        .collect();
    let expected = [
        "Threshold much `5` -> `6`: nobody",
        "Threshold much `5` -> `4`: nobody",
        "Comparison busy `>` -> `<`: test",
        "Threshold busy `3` -> `4`: test",
        "Threshold busy `3` -> `2`: nobody",
        "Comparison busy `>` -> `<`: test",
        "Comparison busy `>=` -> `<=`: test",
        "Threshold busy `0.5` -> `0.6`: nobody",
        "Threshold busy `0.5` -> `0.4`: nobody",
        "For busy ` for 1m` -> ``: nobody",
    ];
    assert_eq!(shown, expected, "{shown:#?}");
}

#[test]
fn what_check_refuses_is_noticed() {
    let stdlib = Stdlib::built_in();
    let text = POLICY.replace("red     when (load > much and load >= 0.5) for 1m", "red when > 5");
    let text = text.replace("metric load: number {", "metric load: number { range 0..100 ");
    let set = load_text("busy.nvp", &text, &stdlib);
    let all = mutants(&set);
    let flip = all.iter().find(|mutant| mutant.change == Change::Comparison && mutant.item == "busy");
    assert_ne!(notice(&set, flip.unwrap(), &stdlib, "", TestOptions::default()), Noticed::Nobody);
}
