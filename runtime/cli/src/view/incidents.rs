//! The incidents that are open, the most urgent first: who sees to each, how far its ladder has come, what it is about, and below it what is
//! done about it.

use nvp_drive::instant::show_duration;
use nvp_drive::live::status::{AnswersStatus, IncidentStatus, Standing};
use ratatui::text::{Line, Span};

use super::model::{Tone, ViewModel};
use super::rows::printable;
use super::text::{count, cut, fit, width};
use super::theme::Theme;

/// From this much on a time to come is shown in whole minutes.
const WHOLE_MINUTES_FROM_MS: i64 = 10 * 60_000;
/// Where what is done about an incident begins: below its service.
const REMEDY_AT: usize = 5;
/// The widest that a service, who sees to it, and a level may be.
const SERVICE_MAX: usize = 18;
const STANDING_MAX: usize = 24;
const LEVEL_MAX: usize = 16;
/// Blanks between columns.
const GAP: usize = 2;

/// How many lines it wants: none where alerts are not answered; else its title, a line an incident, and one for what is done about it.
pub(super) fn height(model: &ViewModel) -> usize {
    model.status.answers.as_ref().map_or(0, |answers| {
        let halted = usize::from(answers.halted.is_some());
        let wanted: usize = answers.open.iter().map(lines_of).sum();
        1 + halted + wanted + usize::from(hidden(answers, answers.open.len()) > 0)
    })
}

/// How many lines an incident wants.
fn lines_of(incident: &IncidentStatus) -> usize {
    1 + usize::from(!incident.runs.is_empty())
}

/// The pane's lines, its title among them; what there is no room for is counted.
pub(super) fn lines(
    model: &ViewModel,
    (columns, height): (usize, usize),
    theme: &Theme,
) -> Vec<Line<'static>> {
    let Some(answers) = &model.status.answers else { return Vec::new() };
    let title = match answers.incidents {
        0 => " incidents: none ".to_owned(),
        open => format!(" incidents: {} open ", count(open)),
    };
    let rule = "─".repeat(columns.saturating_sub(width(&title)));
    let mut lines = vec![Line::styled(cut(&format!("{title}{rule}"), columns), theme.quiet())];
    if let Some(why) = &answers.halted {
        let text = format!(" ! playbooks stand still: {}", printable(why));
        lines.push(Line::styled(cut(&text, columns), theme.trouble()));
    }
    let room = height.saturating_sub(lines.len());
    let now_ms = model.status.now_ms;
    let shown: Vec<&IncidentStatus> = answers.open.iter().take(fitting(answers, room)).collect();
    let cells: Vec<Cells> = shown.iter().map(|incident| Cells::of(incident, now_ms, theme)).collect();
    let widths = Widths::of(&cells);
    for cells in &cells {
        lines.push(cells.line(&widths, columns, theme));
        if let Some(remedy) = &cells.remedy {
            lines.push(Line::raw(cut(&format!("{}└ {remedy}", " ".repeat(REMEDY_AT)), columns)));
        }
    }
    let more = hidden(answers, shown.len());
    if more > 0 && lines.len() < height {
        let more = format!(" not shown: {} more; `novaevo-policy incidents` lists all", count(more));
        lines.push(Line::styled(cut(&more, columns), theme.quiet()));
    }
    lines
}

/// How many incidents fit into so many lines, one of them being for what does not.
fn fitting(answers: &AnswersStatus, room: usize) -> usize {
    let first = |room: usize| {
        let mut left = room;
        let fits = |incident: &&IncidentStatus| {
            let is_room = lines_of(incident) <= left;
            left = left.saturating_sub(lines_of(incident));
            is_room
        };
        answers.open.iter().take_while(fits).count()
    };
    let all = first(room);
    if hidden(answers, all) > 0 { first(room.saturating_sub(1)) } else { all }
}

/// How many are not among the first so many.
fn hidden(answers: &AnswersStatus, shown: usize) -> u64 {
    answers.incidents.saturating_sub(shown as u64)
}

/// An incident's texts.
struct Cells {
    tone: Tone,
    number: String,
    priority: String,
    service: String,
    standing: String,
    level: String,
    title: String,
    /// What is done about it, where anything is.
    remedy: Option<String>,
}

/// The columns' widths. A column of width 0 is not shown.
struct Widths {
    number: usize,
    service: usize,
    standing: usize,
    level: usize,
}

impl Cells {
    fn of(incident: &IncidentStatus, now_ms: i64, theme: &Theme) -> Self {
        let until = |until_ms: i64| match until_ms {
            i64::MAX => String::new(),
            at_ms => format!(" until {}", theme.clock_to_minutes(at_ms)),
        };
        let standing = match &incident.standing {
            Standing::Open => format!("open {}", rest(now_ms.saturating_sub(incident.opened_ms))),
            Standing::Acknowledged { by, until_ms } => {
                format!("{} has it{}", printable(by), until(*until_ms))
            }
            Standing::Silenced { until_ms, .. } => format!("silenced{}", until(*until_ms)),
        };
        Self {
            tone: Tone::of_severity(incident.severity),
            number: format!("#{}", incident.number),
            priority: format!("P{}", incident.priority),
            service: printable(&incident.service),
            standing,
            level: level(incident, now_ms),
            title: printable(about(incident)),
            remedy: remedy(incident, now_ms),
        }
    }

    fn line(&self, widths: &Widths, columns: usize, theme: &Theme) -> Line<'static> {
        let gap = || Span::raw(" ".repeat(GAP));
        let mut spans = vec![
            Span::raw(" "),
            Span::styled(self.priority.clone(), theme.level(self.tone)),
            gap(),
            Span::raw(fit(&self.number, widths.number)),
            gap(),
            Span::styled(fit(&self.service, widths.service), theme.strong()),
            gap(),
            Span::raw(fit(&self.standing, widths.standing)),
        ];
        if widths.level > 0 {
            spans.extend([gap(), Span::raw(fit(&self.level, widths.level))]);
        }
        let taken: usize = spans.iter().map(|span| width(&span.content)).sum();
        if let Some(room) = columns.checked_sub(taken + GAP) {
            spans.extend([gap(), Span::raw(cut(&self.title, room))]);
        }
        Line::from(spans)
    }
}

impl Widths {
    /// Each column is as wide as it needs to be, up to its bound; what is left is for what it is about.
    fn of(cells: &[Cells]) -> Self {
        let widest =
            |text: &dyn Fn(&Cells) -> &str| cells.iter().map(|one| width(text(one))).max().unwrap_or(0);
        Self {
            number: widest(&|one| &one.number),
            service: widest(&|one| &one.service).min(SERVICE_MAX),
            standing: widest(&|one| &one.standing).min(STANDING_MAX),
            level: widest(&|one| &one.level).min(LEVEL_MAX),
        }
    }
}

/// What it is about; titles begin with a service, which has a column of its own.
fn about(incident: &IncidentStatus) -> &str {
    let rest =
        incident.title.strip_prefix(incident.service.as_str()).and_then(|rest| rest.strip_prefix(": "));
    rest.unwrap_or(&incident.title)
}

/// `N1, N2 in 8m12s`: the rungs reached, and what comes next.
fn level(incident: &IncidentStatus, now_ms: i64) -> String {
    let reached: Vec<&str> =
        incident.levels.iter().map(|(rung, _)| rung.as_str()).filter(|rung| !rung.is_empty()).collect();
    let next = incident.levels.iter().filter_map(|(_, next)| next.as_ref()).min_by_key(|(_, at_ms)| *at_ms);
    let next = next.map(|(rung, at_ms)| format!("{rung} in {}", rest(at_ms.saturating_sub(now_ms))));
    let reached = (!reached.is_empty()).then(|| reached.join(" "));
    printable(&reached.into_iter().chain(next).collect::<Vec<_>>().join(", "))
}

/// `relieve_pool: step grow_pool, 41s`; of several runs the oldest, and how many more there are.
fn remedy(incident: &IncidentStatus, now_ms: i64) -> Option<String> {
    let run = incident.runs.first()?;
    let more = match incident.runs.len() {
        1 => String::new(),
        runs => format!("; {} more", runs - 1),
    };
    let since = rest(now_ms.saturating_sub(run.planned_ms));
    Some(printable(&format!("{}: {}, {since}{more}", run.playbook, run.at)))
}

/// A time without what changes all the time.
fn rest(ms: i64) -> String {
    let step = if ms >= WHOLE_MINUTES_FROM_MS { 60_000 } else { 1_000 };
    show_duration(ms.max(0) / step * step)
}
