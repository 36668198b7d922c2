//! What the way from text to decisions costs: checking, compiling, replaying. `cargo bench -p novaevo-tests`. Each figure is the median
//! of several turns; what was computed is asserted. Ratios say more than times: the machine is whoever's runs it.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark talks and may fail"
)]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nvp_drive::dry_run::dry_run;
use nvp_drive::generation::{Generation, check};
use nvp_drive::load::{Stdlib, load, load_text};
use nvp_drive::test_run::{Runner, TestOptions};
use nvp_history::{Options, Recording};
use nvp_kernels::{Mode, Program};
use nvp_lower::LowerOptions;

/// How often each is measured.
const TURNS: usize = 5;

/// The median time of several turns.
fn median(mut turn: impl FnMut()) -> Duration {
    turn();
    let mut times: Vec<Duration> = (0..TURNS)
        .map(|_| {
            let started = Instant::now();
            turn();
            started.elapsed()
        })
        .collect();
    times.sort();
    times[TURNS / 2]
}

/// So many alerts of several kinds; every tenth has a shape of its own.
fn policy(alerts: usize) -> String {
    let mut text = String::from(
        "use std.severities\nunit requests\ndefaults { every 10s  absent holds }\n\
         metric cpu: ratio { labels service, instance }\nmetric requests: counter of requests { labels service, code }\n\
         metric latency: histogram of s { labels service }\n",
    );
    for n in 0..alerts {
        let (yellow, red) = (50 + n % 40, 95);
        text.push_str(&match n % 5 {
            0 => format!("alert a{n} on cpu {{ yellow when > {yellow}% for 5m  red when > {red}% for 5m }}\n"),
            1 => format!("alert a{n} on avg(cpu over 5m by service) {{ yellow when > {yellow}%  red when > {red}% }}\n"),
            2 => format!(
                "alert a{n} on (sum(rate(requests{{code =~ \"5..\"}} over 5m) by service) default 0) / sum(rate(requests over 5m) by service) {{ red when > {yellow}% }}\n"
            ),
            3 => format!("alert a{n} on p95(latency over 1m by service) {{ yellow when > {yellow}ms  red when > 900ms clear when < 40ms }}\n"),
            _ => format!(
                "alert a{n} on max(cpu by service) - min(cpu by service){} {{ red when > {yellow}% }}\n",
                " + 1%".repeat(n / 5 % 40)
            ),
        });
    }
    text
}

fn checked(text: &str) -> Arc<nvp_check::typed::Policy> {
    let stdlib = Stdlib::built_in();
    let set = load_text("bench.nvp", text, &stdlib);
    let checked = check(&set, &stdlib);
    assert!(checked.diagnostics.is_empty(), "{:?}", checked.diagnostics.first());
    Arc::new(checked.policy.expect("no diagnostics, so a policy"))
}

fn checking() {
    let (small, large) = (policy(1_000), policy(10_000));
    let few = median(|| drop(black_box(checked(&small))));
    let many = median(|| assert_eq!(black_box(checked(&large)).alerts.len(), 10_000));
    println!(
        "check, text to typed policy:  1,000 alerts {few:?}, 10,000 alerts {many:?}: {:.1}× the time for 10× the alerts",
        ratio(many, few)
    );
}

fn compiling() {
    let text = policy(1_000);
    let whole = median(|| drop(black_box(Generation::new(checked(&text), Mode::On).expect("it compiles"))));
    let policy = checked(&text);
    let lowered = nvp_lower::lower(&policy, &LowerOptions::default()).expect("it is small enough");
    let lowering = median(|| drop(black_box(nvp_lower::lower(&policy, &LowerOptions::default()))));
    let shapes = lowered.plan.kernels.len();
    let code =
        median(|| drop(black_box(Program::compile(&lowered.plan.kernels, Mode::On).expect("it compiles"))));
    println!(
        "1,000 rules, text to machine code: {whole:?}, of which lowering {lowering:?}, Cranelift {code:?} for {shapes} shapes"
    );
}

/// A test for each of the alerts of [`policy`].
fn tests(alerts: usize) -> String {
    let mut text = policy(alerts);
    let busy = r#"given cpu{service = "s", instance = "a"} is 99%"#;
    for n in 0..alerts {
        let given_and_expected = match n % 5 {
            0 => format!(r#"{busy} expect by 10m a{n}{{service = "s", instance = "a"}} is red"#),
            1 => format!(r#"{busy} expect by 10m a{n}{{service = "s"}} is red"#),
            2 => format!(
                r#"given requests{{service = "s", code = "500"}} is 99/s given requests{{service = "s", code = "200"}} is 1/s
                   expect by 10m a{n}{{service = "s"}} is red"#
            ),
            3 => format!(r#"{busy} expect never a{n} is red"#),
            _ => format!(
                r#"{busy} given cpu{{service = "s", instance = "b"}} is 0% expect by 10m a{n}{{service = "s"}} is red"#
            ),
        };
        text.push_str(&format!("test \"t{n}\" {{ {given_and_expected} }}\n"));
    }
    text
}

fn testing() {
    let run = |policy: &Arc<nvp_check::typed::Policy>| {
        let runner = Runner::new(policy, TestOptions::default());
        for test in &policy.tests {
            let outcome = runner.run(test, None).expect("it compiles");
            assert!(outcome.passed(), "{:?}", outcome.failures);
        }
    };
    let (small, large) = (checked(&tests(1_000)), checked(&tests(4_000)));
    let (few, many) = (median(|| run(&small)), median(|| run(&large)));
    println!(
        "test, a test for each alert:  1,000 alerts {few:?}, 4,000 alerts {many:?}: {:.1}× the time for 4× the alerts",
        ratio(many, few)
    );
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package stands in the repository").to_owned()
}

fn replaying() {
    let stdlib = Stdlib::built_in();
    let set = load(&[root().join("policies/online-boutique")], &stdlib);
    let policy = Arc::new(check(&set, &stdlib).policy.expect("the shipped policies are sound"));
    let path = root().join("tests/recordings/online-boutique-day.om.gz");
    let open =
        || Recording::open(&path, Options::default(), &mut |_, _| {}).expect("the recording can be read");
    let samples = open().samples();
    let mut decisions = 0;
    let whole = median(|| {
        let generation = Generation::new(Arc::clone(&policy), Mode::Auto).expect("it compiles");
        decisions =
            dry_run(&generation, &open(), &mut |_| {}, &mut |_| {}).expect("the plan is sound").decisions;
    });
    let reading = median(|| drop(black_box(open())));
    assert!(decisions > 20, "the recording has its faults");
    let rate = samples as f64 / whole.as_secs_f64();
    println!(
        "dry run of the shop's day, file to decisions: {samples} samples in {whole:?} ({rate:.0} samples/s), of which reading {reading:?}"
    );
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

fn main() {
    checking();
    compiling();
    testing();
    replaying();
}
