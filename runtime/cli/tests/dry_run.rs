//! `dry-run`.

use crate::harness::{Folder, recording};

fn shop() -> Folder {
    let folder = Folder::with(&["shop.nvp"]);
    let busy = |minute: i64| match minute {
        10..20 => 80.0,
        30..40 => 95.0,
        _ => 40.0,
    };
    let series: [(&str, &dyn Fn(i64) -> f64); 3] = [
        ("shop_cpu_percent{service=\"cart\"}", &busy),
        ("shop_cpu_percent{service=\"mail\"}", &|_| 30.0),
        ("unrelated", &|minute| minute as f64),
    ];
    folder.write("day.om", recording(&series, 60));
    folder
}

#[test]
fn the_summary_says_what_fired_how_long_and_what_got_no_data() {
    let ran = shop().run(&["dry-run", "shop.nvp", "--recording", "day.om"]);
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn the_decision_log_is_one_object_a_line_in_the_order_of_time() {
    let folder = shop();
    let ran = folder.run(&["dry-run", "shop.nvp", "--recording", "day.om", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    insta::assert_snapshot!(ran.stdout);
    let at: Vec<i64> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["at"].as_i64().unwrap())
        .collect();
    assert!(at.is_sorted());
    let other =
        folder.run(&["dry-run", "shop.nvp", "--recording", "day.om", "--format", "json", "--jit", "off"]);
    assert_eq!(other.stdout, ran.stdout, "both evaluators decide the same");
}

#[test]
fn a_recording_cut_in_a_line_unsorted_and_repeating_gives_what_it_can() {
    let folder = shop();
    let whole = folder.read("day.om");
    let mut lines: Vec<&str> = whole.lines().filter(|line| !line.starts_with('#')).collect();
    lines.reverse();
    let repeated = *lines.first().unwrap();
    lines.push(repeated);
    folder.write("odd.om", format!("{}\nshop_cpu_percent{{service=\"ca", lines.join("\n")));
    let log = |name: &str| folder.run(&["dry-run", "shop.nvp", "--recording", name, "--format", "json"]);
    let odd = log("odd.om");
    assert_eq!(odd.stdout, log("day.om").stdout);
    assert!(odd.stderr.contains("input that ends too early"), "{}", odd.stderr);
    assert!(odd.stderr.contains("stood before"), "{}", odd.stderr);
}

#[test]
fn a_recording_that_is_none_is_told_with_how_to_mend_it() {
    let folder = shop();
    folder.write("empty.om", "");
    folder.write("noise.om", "hello\nworld\n");
    for (name, problem) in
        [("empty.om", "empty"), ("noise.om", "is not a recording"), ("absent.om", "No such file")]
    {
        let ran = folder.run(&["dry-run", "shop.nvp", "--recording", name]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{name}");
        assert!(ran.stderr.contains(problem) && ran.stderr.contains("help: "), "{}", ran.stderr);
    }
}

#[test]
fn a_clock_far_ahead_is_left_out_and_named() {
    let folder = shop();
    let text = folder.read("day.om");
    let ahead: String = (0..60)
        .map(|minute| {
            format!("shop_cpu_percent{{service=\"late\"}} 99 {}\n", 1_861_140_800_i64 + minute * 60)
        })
        .collect();
    folder.write("ahead.om", ahead + text.as_str());
    let ran = folder.run(&["dry-run", "shop.nvp", "--recording", "ahead.om"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("`service=\"late\"` is 200000000 s ahead"), "{}", ran.stdout);
    assert!(ran.stdout.contains("59m"), "{}", ran.stdout);
}

#[test]
fn of_many_wrong_clocks_a_few_are_named_and_the_rest_counted() {
    let folder = shop();
    let wrong: String = (1..=100_i64)
        .map(|at| format!("shop_cpu_percent{{service=\"s{at}\"}} 99 {}\n", 1_661_140_800 + at * 20_000_000))
        .collect();
    folder.write("wrong.om", wrong + folder.read("day.om").as_str());
    let ran = folder.run(&["dry-run", "shop.nvp", "--recording", "wrong.om"]);
    assert_eq!(ran.code, 0);
    let named = ran.stdout.lines().filter(|line| line.contains(" s ahead of the rest: 1 sample of")).count();
    assert_eq!(named, 8, "{}", ran.stdout);
    assert!(
        ran.stdout.contains("92 more clocks are far from the rest: 92 samples left out"),
        "{}",
        ran.stdout
    );
}
