use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use nvp_drive::live::status::{AnswersStatus, IncidentStatus, RunStatus, SourceStatus, Standing, Status};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::{Color, Modifier};

use super::keys::{Action, Wishes};
use super::model::{DecisionView, LevelView, RowView, Rows, Tone, ViewModel};
use super::{Theme, render};

const NOW_MS: i64 = 1_600_000_000_000;

fn level(tone: Tone) -> LevelView {
    let word = match tone {
        Tone::Critical => "red",
        Tone::Major => "orange",
        Tone::Minor => "yellow",
        Tone::Info => "notice",
        Tone::Pending => "pending",
        Tone::Ok => "ok",
        Tone::Gone => "forgotten",
    };
    LevelView { word: word.into(), tone }
}

fn without_names(labels: &str) -> String {
    labels.split(' ').map(|label| label.split('=').next_back().unwrap()).collect::<Vec<_>>().join(" ")
}

fn row(tone: Tone, alert: &str, labels: &str, value: &str, age_s: i64) -> RowView {
    let wave = |place: i32| 50.0 + 40.0 * f64::from(place * 7 % 23) / 23.0;
    RowView {
        level: level(tone),
        alert: alert.into(),
        labels: labels.into(),
        labels_short: without_names(labels).into(),
        value: value.into(),
        threshold: "> 90 %".into(),
        since_ms: NOW_MS - age_s * 1_000,
        history: (0..40).map(|place| if place == 30 { f64::NAN } else { wave(place) }).collect(),
    }
}

fn decision(from: Tone, to: Tone, (alert, labels): (&str, &str), saying: &str, age_s: i64) -> DecisionView {
    DecisionView {
        at_ms: NOW_MS - age_s * 1_000,
        from: level(from).word,
        to: level(to),
        alert: alert.into(),
        labels: labels.into(),
        labels_short: without_names(labels),
        saying: saying.into(),
    }
}

fn rows() -> Rows {
    Rows {
        common: "instance=alpha".into(),
        standing: vec![
            row(Tone::Critical, "filesystem_full", "mountpoint=/var/lib/docker", "97.2 %", 252),
            row(Tone::Minor, "cpu_busy", "", "88 %", 3_700),
            row(Tone::Pending, "memory_low", "", "9.1 %", 5),
        ],
        standing_more: 0,
        ok: 18,
        missing: 2,
        nearest: vec![
            row(Tone::Ok, "load_high", "", "71 %", 1_800),
            row(Tone::Ok, "filesystem_full", "mountpoint=/", "44 %", 90_000),
        ],
    }
}

fn model() -> ViewModel {
    let source = |name: &str, up| SourceStatus { name: name.into(), up, ..SourceStatus::default() };
    let status = Status {
        now_ms: NOW_MS,
        generation: 1,
        files: 3,
        alert_rules: 21,
        tick_ms: 1_000,
        ticks: 77,
        last_tick_ms: Some(NOW_MS - 400),
        closed_after_ms: 120,
        series: 1_234,
        decisions: 5,
        standing: vec![("pending".into(), 1), ("yellow".into(), 1), ("red".into(), 1)],
        sources: vec![source("host", Some(true)), source("http://a:9100", Some(false))],
        ..Status::default()
    };
    ViewModel {
        title: "policies/host".into(),
        status: Arc::new(status),
        rows: Arc::new(rows()),
        decisions: vec![
            decision(Tone::Ok, Tone::Pending, ("memory_low", ""), "waiting for its `for` at 9.1 %", 5),
            decision(
                Tone::Minor,
                Tone::Critical,
                ("filesystem_full", "mountpoint=/var/lib/docker"),
                "/var/lib/docker on alpha is 97.2 % full",
                252,
            ),
            decision(
                Tone::Critical,
                Tone::Gone,
                ("disk_busy", "device=sdb"),
                "no data for so long that the row ended",
                900,
            ),
        ]
        .into(),
        troubles: vec!["source http://a:9100 is down: connection refused".into()],
    }
}

fn run(playbook: &str, at: &str, age_s: i64) -> RunStatus {
    let planned_ms = NOW_MS - age_s * 1_000;
    RunStatus { number: 3, playbook: playbook.into(), at: at.into(), planned_ms }
}

fn incident(number: u64, priority: u8, (severity, service): (&'static str, &str)) -> IncidentStatus {
    IncidentStatus {
        number,
        priority,
        severity,
        service: service.into(),
        title: format!("{service}: slow{{region=\"eu\"}} is red"),
        opened_ms: NOW_MS - 300_000,
        standing: Standing::Open,
        levels: Vec::new(),
        runs: Vec::new(),
    }
}

/// A night: one that a playbook works at, one that somebody has taken up, one that is silenced, one that nobody has heard of yet.
fn night() -> AnswersStatus {
    let in_s = |seconds: i64| NOW_MS + seconds * 1_000;
    let level =
        |rung: &str, next: &str, seconds| vec![(rung.to_owned(), Some((next.to_owned(), in_s(seconds))))];
    let mut worked_at = incident(12, 1, ("critical", "database"));
    worked_at.levels = level("N0", "N1", 754);
    worked_at.runs = vec![run("relieve_connection_pool", "step grow_pool", 41)];
    let mut taken_up = incident(9, 2, ("major", "api_gateway"));
    taken_up.standing = Standing::Acknowledged { by: "anna".into(), until_ms: in_s(1_520) };
    taken_up.levels = vec![("N2".into(), None)];
    taken_up.runs =
        vec![run("restart_gateway", "waits for approval", 130), run("spread_load", "verifies", 60)];
    let mut silenced = incident(11, 3, ("minor", "batch"));
    silenced.standing = Standing::Silenced { why: "silence 3: known".into(), until_ms: in_s(7_000) };
    silenced.levels = vec![("N1".into(), None)];
    let mut unheard = incident(13, 3, ("minor", "parts_finder"));
    unheard.levels = level("N1", "N2", 492);
    AnswersStatus {
        incidents: 4,
        open: vec![worked_at, taken_up, silenced, unheard],
        actions: 3,
        halted: None,
        entries_waiting: 0,
        calls: 1,
        channels: Vec::new(),
    }
}

fn answering(answers: AnswersStatus) -> ViewModel {
    let mut model = model();
    model.status = Arc::new(Status { answers: Some(answers), ..(*model.status).clone() });
    model
}

fn theme(color: bool) -> Theme {
    Theme { color, zone: TimeZone::UTC }
}

fn draw(model: &ViewModel, wishes: &mut Wishes, theme: &Theme, width: u16, height: u16) -> TestBackend {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let _ = terminal
        .draw(|frame| {
            render(frame, model, wishes, theme);
        })
        .unwrap();
    terminal.backend().clone()
}

fn screen(model: &ViewModel, wishes: &mut Wishes, width: u16, height: u16) -> String {
    draw(model, wishes, &theme(true), width, height).to_string()
}

#[test]
fn at_80_by_24() {
    insta::assert_snapshot!(screen(&model(), &mut Wishes::default(), 80, 24));
}

#[test]
fn incidents_at_80_by_24() {
    insta::assert_snapshot!(screen(&answering(night()), &mut Wishes::default(), 80, 24));
}

#[test]
fn incidents_at_120_by_40() {
    insta::assert_snapshot!(screen(&answering(night()), &mut Wishes::default(), 120, 40));
}

#[test]
fn while_nothing_may_be_done_it_says_why_and_what_has_no_room_is_counted() {
    let mut answers = night();
    answers.halted = Some("the journal cannot be written: disk full\u{1b}[31m".into());
    answers.incidents = 1_204;
    answers.open = (0..50).map(|n| incident(100 + n, 2, ("major", "api_gateway"))).collect();
    insta::assert_snapshot!(screen(&answering(answers), &mut Wishes::default(), 80, 24));
}

#[test]
fn incidents_need_no_colour_and_break_nothing() {
    let mut answers = night();
    answers.open[0].service = "磁盘已满磁盘已满磁盘已满磁盘已满磁盘已满".into();
    answers.open[1].standing =
        Standing::Acknowledged { by: "a\u{1b}[31m very long name of a person".into(), until_ms: NOW_MS };
    answers.open[3].levels = vec![("specialists_of_everything_there_is".into(), None)];
    let model = answering(answers);
    let plain = draw(&model, &mut Wishes::default(), &theme(false), 80, 24);
    assert_eq!(plain.to_string(), screen(&model, &mut Wishes::default(), 80, 24));
    for cell in plain.buffer().content() {
        assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{cell:?}");
    }
    assert!(!plain.to_string().contains('\u{1b}'));
    for (width, height) in [(1, 1), (2, 3), (10, 4), (20, 10), (39, 13), (80, 14), (500, 200)] {
        screen(&model, &mut Wishes::default(), width, height);
    }
}

#[test]
fn without_incidents_the_view_says_so_in_one_line_and_without_answers_not_at_all() {
    let none = AnswersStatus { incidents: 0, open: Vec::new(), ..night() };
    let text = screen(&answering(none), &mut Wishes::default(), 80, 24);
    assert!(text.contains(" incidents: none ─"), "{text}");
    assert!(!screen(&model(), &mut Wishes::default(), 80, 24).contains("incidents"));
}

#[test]
fn a_second_moves_nothing_but_what_counts_seconds() {
    // Columns stay where they are while times grow shorter: what is shown must not jump about.
    let at = |now_ms: i64| {
        let mut model = answering(night());
        let mut answers = night();
        answers.open[3].levels = vec![("N1".into(), Some(("N2".into(), NOW_MS + 660_000)))];
        model.status = Arc::new(Status { now_ms, answers: Some(answers), ..(*model.status).clone() });
        let text = screen(&model, &mut Wishes::default(), 80, 24);
        text.lines().find(|line| line.contains("parts_finder")).unwrap().to_owned()
    };
    let age = |line: &str| line.replace("5m40s", "5m   ");
    assert_eq!(at(NOW_MS), age(&at(NOW_MS + 40_000)).replace("in 10m", "in 11m"));
    assert!(at(NOW_MS + 60_500).contains("N2 in 9m59s"));
}

#[test]
fn at_200_by_50() {
    insta::assert_snapshot!(screen(&model(), &mut Wishes::default(), 200, 50));
}

#[test]
fn before_the_first_tick() {
    let empty = ViewModel {
        title: "policies/host".into(),
        status: Arc::new(Status { now_ms: NOW_MS, alert_rules: 21, ..Status::default() }),
        rows: Arc::default(),
        decisions: [].into(),
        troubles: Vec::new(),
    };
    insta::assert_snapshot!(screen(&empty, &mut Wishes::default(), 80, 24));
}

#[test]
fn without_colour_words_say_all_and_nothing_is_coloured() {
    let plain = draw(&model(), &mut Wishes::default(), &theme(false), 80, 24);
    assert_eq!(plain.to_string(), screen(&model(), &mut Wishes::default(), 80, 24));
    for cell in plain.buffer().content() {
        assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{cell:?}");
    }
    let text = plain.to_string();
    for word in ["red", "yellow", "pending", "ok"] {
        assert!(text.contains(word), "{word}");
    }
}

#[test]
fn the_worst_stands_out() {
    let colored = draw(&model(), &mut Wishes::default(), &theme(true), 80, 24);
    let cell = |x: u16, y: u16| colored.buffer()[(x, y)].clone();
    let red = (0..24).find(|y| cell(1, *y).bg == Color::Red).unwrap();
    assert_eq!(cell(1, red).symbol(), "r");
    assert!(cell(1, red).modifier.contains(Modifier::BOLD));
    assert_eq!(cell(1, red + 1).bg, Color::Yellow);
}

#[test]
fn the_smallest_and_the_strangest_sizes_do_no_harm() {
    for (width, height) in [(1, 1), (2, 3), (10, 4), (20, 6), (39, 13), (80, 14), (500, 200)] {
        screen(&model(), &mut Wishes { typing: true, ..Wishes::default() }, width, height);
    }
}

#[test]
fn wide_letters_and_control_characters_do_not_break_the_columns() {
    let mut model = model();
    let mut rows = rows();
    rows.standing[0].alert = "磁盘已满磁盘已满磁盘已满磁盘已满磁盘已满".into();
    rows.standing[1].labels_short = "\u{1b}[31mred\u{7}".into();
    rows.standing[1].labels = "a=\u{1b}[31mred\u{7} b=\t\u{200b}".into();
    model.rows = rows.into();
    let text = screen(&model, &mut Wishes::default(), 80, 24);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{7}') && !text.contains('\t'), "{text:?}");
}

#[test]
fn thousands_of_rows_scroll_and_filter() {
    let mut model = model();
    let numbered = |n: usize| row(Tone::Minor, "cpu_busy", &format!("instance=host{n:04}"), "91 %", 60);
    let standing = (0..5_000).map(numbered).collect();
    model.rows = Rows { standing, standing_more: 12_345, ..rows() }.into();
    let mut wishes = Wishes::default();
    assert!(screen(&model, &mut wishes, 80, 24).contains("host0000"));
    wishes.scroll = 4_000;
    assert!(screen(&model, &mut wishes, 80, 24).contains("host4000"));
    wishes.scroll = usize::MAX;
    let end = screen(&model, &mut wishes, 80, 24);
    assert!(end.contains("not shown: 12,345 more") && end.contains("load_high"), "{end}");
    assert!(wishes.scroll < 5_010, "the scroll stays within the rows");
    wishes = Wishes { filter: "HOST0042 yell".into(), ..Wishes::default() };
    insta::assert_snapshot!(screen(&model, &mut wishes, 80, 24));
}

#[test]
fn many_troubles_are_folded() {
    let mut model = model();
    model.troubles = (0..5).map(|n| format!("source http://host{n} is down: it hangs")).collect();
    let text = screen(&model, &mut Wishes::default(), 80, 24);
    assert!(
        text.contains("http://host1") && !text.contains("http://host2") && text.contains("and 3 more"),
        "{text}"
    );
}

#[test]
fn a_run_that_is_late_says_so() {
    let mut model = model();
    let status = Status { last_tick_ms: Some(NOW_MS - 45_000), ..(*model.status).clone() };
    model.status = Arc::new(status);
    assert!(screen(&model, &mut Wishes::default(), 80, 24).contains("LATE by 44 s"));
}

#[test]
fn a_filter_is_true_of_what_it_shows() {
    let shown = |filter: &str| {
        let mut wishes = Wishes { filter: filter.into(), ..Wishes::default() };
        screen(&model(), &mut wishes, 80, 24)
    };
    let text = shown("load_high");
    assert!(text.contains("1 ok with this filter among the 2 nearest") && text.contains("71 %"), "{text}");
    let text = shown("nosuch");
    assert!(text.contains("none with this filter") && !text.contains("ok;"), "{text}");
    // What all rows have in common stands at the top only, and is true of each.
    assert!(shown("alpha load_high").contains("71 %"));
}

#[test]
fn at_80_columns_a_decision_says_where_it_came_from() {
    assert!(screen(&model(), &mut Wishes::default(), 80, 24).contains("yellow → red"));
}

fn press(wishes: &mut Wishes, key: KeyCode) -> Action {
    wishes.on_key(KeyEvent::new(key, KeyModifiers::NONE), 10)
}

#[test]
fn a_filter_is_typed_kept_and_cleared() {
    let mut wishes = Wishes { scroll: 9, ..Wishes::default() };
    assert_eq!(press(&mut wishes, KeyCode::Char('/')), Action::Redraw);
    "dixq".chars().for_each(|c| assert_eq!(press(&mut wishes, KeyCode::Char(c)), Action::Redraw));
    press(&mut wishes, KeyCode::Backspace);
    press(&mut wishes, KeyCode::Backspace);
    press(&mut wishes, KeyCode::Char('s'));
    assert_eq!((wishes.filter.as_str(), wishes.typing, wishes.scroll), ("dis", true, 0));
    insta::assert_snapshot!(screen(&model(), &mut wishes, 80, 24));
    press(&mut wishes, KeyCode::Enter);
    assert_eq!((wishes.filter.as_str(), wishes.typing), ("dis", false));
    press(&mut wishes, KeyCode::Esc);
    assert_eq!(wishes, Wishes::default());
}

#[test]
fn a_filter_does_not_grow_for_ever() {
    let mut wishes = Wishes { typing: true, ..Wishes::default() };
    for _ in 0..1_000 {
        press(&mut wishes, KeyCode::Char('ä'));
    }
    assert_eq!(wishes.filter.chars().count(), 100);
}

#[test]
fn keys_scroll_and_quit() {
    let mut wishes = Wishes::default();
    for (key, scroll) in [
        (KeyCode::Down, 1),
        (KeyCode::Char('j'), 2),
        (KeyCode::PageDown, 11),
        (KeyCode::Up, 10),
        (KeyCode::PageUp, 1),
        (KeyCode::PageUp, 0),
        (KeyCode::End, usize::MAX),
        (KeyCode::Home, 0),
    ] {
        assert_eq!(press(&mut wishes, key), Action::Redraw);
        assert_eq!(wishes.scroll, scroll, "{key:?}");
    }
    assert_eq!(press(&mut wishes, KeyCode::Char('x')), Action::Nothing);
    assert_eq!(press(&mut wishes, KeyCode::Char('q')), Action::Quit);
    let control = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
    wishes.typing = true;
    assert_eq!(wishes.on_key(control('c'), 10), Action::Quit);
    assert_eq!(wishes.on_key(control('l'), 10), Action::Repaint);
}
