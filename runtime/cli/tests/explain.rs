//! `explain`.

use crate::harness::{Folder, recording};

#[test]
fn every_code_that_check_can_give_has_a_page() {
    let folder = Folder::with(&["broken.nvp"]);
    let json = folder.run(&["check", "broken.nvp", "--format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    for diagnostic in json["diagnostics"].as_array().unwrap() {
        let code = diagnostic["code"].as_str().unwrap();
        let page = folder.run(&["explain", code]);
        assert_eq!(page.code, 0);
        assert!(page.stdout.starts_with(&format!("{code}: ")), "{}", page.stdout);
        assert_eq!(folder.run(&["explain", &code.to_lowercase()]).stdout, page.stdout);
    }
}

#[test]
fn a_code_that_is_none_says_which_is_near() {
    let folder = Folder::with(&[]);
    let ran = folder.run(&["explain", "E0005"]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.stderr, "error: there is no code `E0005`\nhelp: did you mean `E0004`?\n");
    let ran = folder.run(&["explain", "rubbish"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("`rubbish` is no code"), "{}", ran.stderr);
}

#[test]
fn a_plan_says_what_windows_cost() {
    let folder = Folder::with(&["shop.nvp"]);
    let ran = folder.run(&["--jit", "off", "explain", "plan", "shop.nvp"]);
    assert_eq!(ran.code, 0);
    let head: String =
        ran.stdout.split_inclusive('\n').take_while(|line| !line.starts_with("plan")).collect();
    insta::assert_snapshot!(head);
    assert!(ran.stdout.contains("\nsteps\n"), "{}", ran.stdout);
}

#[test]
fn an_alert_is_explained_with_the_values_of_that_time() {
    let folder = Folder::with(&["shop.nvp"]);
    let busy = |minute: i64| if minute < 10 { 40.0 } else { 92.5 };
    let series: [(&str, &dyn Fn(i64) -> f64); 2] =
        [("shop_cpu_percent{service=\"cart\"}", &busy), ("shop_cpu_percent{service=\"mail\"}", &|_| 30.0)];
    folder.write("day.om", recording(&series, 20));
    let at = |what: &str, at: &str| {
        folder.run(&["explain", what, "--at", at, "--recording", "day.om", "--policies", "shop.nvp"])
    };
    insta::assert_snapshot!(at("cpu_high", "2022-08-22T04:11:30Z").shown());
    let pinned = at("cpu_high{service=\"mail\"}", "1661141490");
    assert!(pinned.stdout.contains("mail") && !pinned.stdout.contains("cart"), "{}", pinned.stdout);
    assert_eq!(
        at("cpu_hgh", "1661141490").stderr,
        "error: there is no alert `cpu_hgh` in these policies\nhelp: did you mean `cpu_high`?\n"
    );
    assert!(at("cpu_high", "1661000000").stderr.contains("begins after"));
    assert!(at("cpu_high", "1762000000").stderr.contains("ends before"));
    assert_eq!(at("cpu_high", "noon").code, 2);
}

#[test]
fn what_the_values_do_not_tell_is_said() {
    let folder = Folder::with(&["shop.nvp"]);
    // A default clear wants two false ticks.
    let busy = |minute: i64| if minute / 2 % 2 == 0 { 99.0 } else { 10.0 };
    folder.write("day.om", recording(&[("shop_cpu_percent{service=\"cart\"}", &busy)], 40));
    folder.write(
        "own.nvp",
        "use std.severities\nmetric cpu: % { labels service  source \"shop_cpu_percent\"  every 1m }\n\
         alert raw on cpu { red when > 90%  absent holds }\n\
         alert mean on avg(cpu over 1h) { red when > 90%  absent holds }\n",
    );
    let at = |alert: &str| {
        let recorded = ["--at", "2022-08-22T04:30:00Z", "--recording", "day.om", "--policies", "own.nvp"];
        folder.run(&[&["explain", alert][..], &recorded[..]].concat()).stdout
    };
    let flapping = "flapping: it stays at its highest level until it has not gone back and forth for 30m";
    assert!(at("raw").contains(flapping), "{}", at("raw"));
    assert!(
        at("mean").contains("warming: its value is there when its windows have seen 1h"),
        "{}",
        at("mean")
    );
}
