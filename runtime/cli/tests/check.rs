//! `check`.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::harness::Folder;

#[test]
fn sound_policies_are_said_to_be_sound() {
    let folder = Folder::with(&["shop.nvp"]);
    insta::assert_snapshot!(folder.run(&["check", "shop.nvp"]).shown());
}

#[test]
fn all_errors_of_all_files_are_shown_at_once() {
    let folder = Folder::with(&["broken.nvp"]);
    folder.write("more/unit.nvp", "metric x: parsec { }\n");
    let ran = folder.run(&["check", "."]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn warnings_are_errors_only_when_denied() {
    let folder = Folder::with(&[]);
    folder.write("a.nvp", "use std.units\nconst hold = 2m\nmetric up: flag { }\n");
    let ran = folder.run(&["check", "a.nvp"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(ran.stdout.contains("no errors, 2 warnings"), "{}", ran.stdout);
    assert_eq!(folder.run(&["check", "a.nvp", "--deny", "warnings"]).code, 1);
}

#[test]
fn machines_get_json_sarif_and_annotations() {
    let folder = Folder::with(&["broken.nvp"]);
    let of = |format: &str| folder.run(&["check", "broken.nvp", "--format", format]);
    let json: serde_json::Value = serde_json::from_str(&of("json").stdout).unwrap();
    assert!(json["errors"].as_u64().unwrap() >= 2);
    let codes: Vec<_> = json["diagnostics"].as_array().unwrap().iter().map(|d| d["code"].clone()).collect();
    let sarif: serde_json::Value = serde_json::from_str(&of("sarif").stdout).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.iter().map(|r| r["ruleId"].clone()).collect::<Vec<_>>(), codes);
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(
        rules.iter().all(|rule| rule["shortDescription"]["text"].as_str().is_some_and(|t| !t.is_empty()))
    );
    let annotations = of("github").stdout;
    assert!(
        annotations.lines().all(|line| line.starts_with("::error file=broken.nvp,line=")),
        "{annotations}"
    );
}

#[test]
fn against_a_recording_it_tells_what_gets_no_data() {
    let folder = Folder::with(&["shop.nvp"]);
    folder.write("wire.om", crate::harness::recording(&[("shop_cpu_procent{service=\"a\"}", &|_| 1.0)], 2));
    let ran = folder.run(&["check", "shop.nvp", "--against", "wire.om"]);
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.shown());
    assert_eq!(folder.run(&["check", "shop.nvp", "--against", "wire.om", "--deny", "warnings"]).code, 1);
}

#[test]
fn against_a_saved_exporters_text_it_needs_no_timestamps() {
    let folder = Folder::with(&["shop.nvp"]);
    folder.write(
        "metrics.txt",
        "# TYPE shop_cpu_percent gauge\nshop_cpu_percent{service=\"a\"} 1\nshop_latency_seconds_bucket{service=\"a\",le=\"+Inf\"} 1\n",
    );
    let ran = folder.run(&["check", "shop.nvp", "--against", "metrics.txt", "--deny", "warnings"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(ran.stdout.ends_with(": no errors; 2 of 2 metrics get data\n"), "{}", ran.stdout);
}

#[test]
fn against_a_wire_what_is_missing_stands_in_the_order_of_the_text() {
    let folder = Folder::with(&[]);
    let policy = "use std.severities\nconst hold = 2m\nmetric a_first: number { }\n\
                  metric b_second: number { labels servce }\nmetric c_third: number { }\n";
    folder.write("a.nvp", policy);
    folder.write("wire.txt", "b_second{service=\"a\"} 1\nc_thrid 1\n");
    let ran = folder.run(&["check", "a.nvp", "--against", "wire.txt", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let titles: Vec<_> =
        json["diagnostics"].as_array().unwrap().iter().map(|d| d["title"].as_str().unwrap()).collect();
    let places: Vec<_> = titles
        .iter()
        .filter_map(|title| {
            ["hold", "a_first", "b_second", "c_third"]
                .iter()
                .position(|name| title.contains(&format!("`{name}`")))
        })
        .collect();
    assert_eq!(places, [0, 1, 2, 3], "{titles:?}");
    let ran = folder.run(&["check", "a.nvp", "--against", "wire.txt"]);
    assert!(ran.stdout.contains("its series have `service`"), "{}", ran.stdout);
    assert!(ran.stdout.contains("; 1 of 3 metrics get data"), "{}", ran.stdout);
}

#[test]
fn standard_input_is_checked_as_a_file_is() {
    let folder = Folder::with(&["shop.nvp"]);
    let ran = folder.run_with_input(&["check", "-"], folder.read("shop.nvp").as_bytes());
    assert_eq!((ran.code, ran.stdout), (0, folder.run(&["check", "shop.nvp"]).stdout));
    let ran = folder.run_with_input(&["check", "-"], b"alert busy on nothing { red when > 5 }\n");
    assert!(ran.code == 1 && ran.stdout.contains("<stdin>:1:"), "{}", ran.shown());
    let ran = folder.run_with_input(&["check", "-"], b"unit a\xff\n");
    assert!(ran.code == 1 && ran.stdout.contains("<stdin>:1:"), "{}", ran.shown());
    let ran = folder.run_with_input(&["check", "-", "shop.nvp"], b"");
    assert!(ran.code == 2 && ran.stderr.contains("stands alone"), "{}", ran.shown());
}

#[test]
fn against_an_exporter_it_asks_it() {
    let folder = Folder::with(&["shop.nvp"]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    let exporter = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).unwrap();
        let body = "shop_cpu_percent{service=\"a\"} 1\n";
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
    });
    let ran = folder.run(&["check", "shop.nvp", "--against", &url]);
    exporter.join().unwrap();
    assert_eq!(ran.code, 0, "{}", ran.shown());
    assert!(ran.stdout.contains("`latency` gets no data"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("`cpu` gets no data"), "{}", ran.stdout);
}

#[test]
fn an_exporter_that_is_not_there_is_told() {
    let folder = Folder::with(&["shop.nvp"]);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let ran = folder.run(&["check", "shop.nvp", "--against", &format!("http://127.0.0.1:{port}/metrics")]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("cannot connect"), "{}", ran.stderr);
}

#[test]
fn the_codes_of_the_wire_come_from_their_pages_examples() {
    let wire = crate::harness::recording(&[("http_requests_total{service_name=\"shop\"}", &|m| m as f64)], 2);
    for (code, page) in [
        ("W0801", include_str!("../../drive/codes/W0801.md")),
        ("W0802", include_str!("../../drive/codes/W0802.md")),
    ] {
        let folder = Folder::with(&[]);
        folder.write("wire.om", &wire);
        let examples: Vec<_> =
            page.split("```nvp\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
        let codes = examples.iter().map(|example| {
            folder.write("example.nvp", example);
            let ran = folder.run(&["check", "example.nvp", "--against", "wire.om"]);
            assert_eq!(ran.code, 0, "{}", ran.shown());
            ran.stdout.contains(code)
        });
        assert_eq!(codes.collect::<Vec<_>>(), [true, false], "{code}");
    }
}
