//! The plan as text: what `explain plan` prints and snapshots hold.
//!
//! `v3` is a column of numbers, `c3` a column of conditions, `r3` a register of a kernel, `#3` one of its constants, `o3` a value that
//! playbooks read, `{region}` the domain of what is written.

mod response;

use std::fmt::{self, Write};

use crate::Plan;
use crate::alert::Shown;
use crate::domain::{Match, Rows};
use crate::ids::{DomainId, MapId, RowsId};
use crate::input::{Input, WireLabel};
use crate::kernel::{Instruction, Kernel, Reach};
use crate::step::{KernelStep, Step};
use crate::tree::Place;
use crate::window::Window;

pub use response::response;

/// The whole plan as text, a line an entry.
#[must_use]
pub fn plan(plan: &Plan) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = Describe { plan, out: &mut text }.all();
    text
}

/// A kernel's shape as text, a line an instruction.
#[must_use]
pub fn kernel(kernel: &Kernel) -> String {
    let mut text = String::new();
    let _ = kernel_code(kernel, &mut text);
    text
}

/// A duration as it is written in policies: the largest units that it is a whole number of.
#[must_use]
pub fn duration(duration_ms: i64) -> String {
    const UNITS: [(i64, &str); 6] =
        [(604_800_000, "w"), (86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];
    let mut rest = duration_ms;
    let mut text = String::new();
    for (length_ms, name) in UNITS {
        let count = rest / length_ms;
        rest %= length_ms;
        if count != 0 {
            let _ = write!(text, "{count}{name}");
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

struct Describe<'a> {
    plan: &'a Plan,
    out: &'a mut String,
}

impl Describe<'_> {
    fn all(&mut self) -> fmt::Result {
        let plan = self.plan;
        writeln!(self.out, "tick {}", duration(plan.tick_ms))?;
        self.section("inputs")?;
        for (place, input) in plan.inputs.iter().enumerate() {
            self.input(place, input)?;
        }
        self.section("windows")?;
        for (place, window) in plan.windows.iter().enumerate() {
            self.window(place, window)?;
        }
        self.section("kernels")?;
        for (place, shape) in plan.kernels.iter().enumerate() {
            writeln!(self.out, "  k{place}")?;
            kernel_code(shape, self.out)?;
        }
        self.section("steps")?;
        for step in &plan.steps {
            self.step(step)?;
        }
        self.section("alerts")?;
        for alert in &plan.alerts {
            self.alert(alert)?;
        }
        if !plan.observations.is_empty() {
            self.section("observations")?;
        }
        for (place, shown) in plan.observations.iter().enumerate() {
            self.observation(place, shown)?;
        }
        Ok(())
    }

    fn observation(&mut self, place: usize, shown: &Shown) -> fmt::Result {
        let (at, text) = match shown.at {
            Place::Number(number) => (number.to_string(), ""),
            Place::Column(id) => {
                (self.value(id), self.plan.columns.get(id.index()).map_or("", |column| &column.text))
            }
            Place::Condition(id) => {
                (self.condition(id), self.plan.conditions.get(id.index()).map_or("", |known| &known.text))
            }
            Place::Register(step, register) => (format!("r{} of step {}", register.0, step.0), ""),
        };
        writeln!(self.out, "  o{place} {at} {text}")
    }

    fn section(&mut self, name: &str) -> fmt::Result {
        writeln!(self.out, "{name}")
    }

    fn domain(&self, id: DomainId) -> String {
        let labels = self.plan.domains.get(id.index()).map(|domain| domain.labels.join(", "));
        format!("{{{}}}", labels.unwrap_or_default())
    }

    fn input(&mut self, place: usize, input: &Input) -> fmt::Result {
        write!(self.out, "  i{place} {}", input.name)?;
        for (separator, source) in
            std::iter::once(" from ").chain(std::iter::repeat(", ")).zip(&input.sources)
        {
            write!(self.out, "{separator}{source}")?;
        }
        write!(self.out, " {}", self.domain(input.domain))?;
        for (label, test) in &input.matchers {
            write!(self.out, " where {label} {}", matched(test))?;
        }
        for wire in &input.labels {
            if let WireLabel::Named(name, Some(values)) = wire {
                write!(self.out, " with {name} in ({})", values.join(", "))?;
            }
        }
        let lane = self.plan.lanes.get(input.lane.index()).map_or(0, |lane| lane.ago_ms);
        if lane != 0 {
            write!(self.out, " {} ago", duration(lane))?;
        }
        let every = duration(input.every_ms);
        let stale = duration(input.stale_ms);
        let scale = match (input.scale.factor, input.scale.divisor) {
            (1.0, 1.0) => String::new(),
            (factor, 1.0) => format!(" × {factor}"),
            (_, divisor) => format!(" ÷ {divisor}"),
        };
        let column =
            input.column.map_or_else(|| "windows only".to_owned(), |column| format!("v{}", column.0));
        writeln!(self.out, "{scale} every {every} stands {stale}: {column}")
    }

    fn window(&mut self, place: usize, window: &Window) -> fmt::Result {
        let keeps: Vec<String> = window.keeps.iter().map(|keep| format!("{keep:?}").to_lowercase()).collect();
        write!(
            self.out,
            "  w{place} {} over {} {}: {} slots",
            window.text,
            duration(window.over_ms),
            self.domain(window.domain),
            window.slots()
        )?;
        if window.pane_ticks > 1 {
            write!(self.out, " (panes of {})", duration(i64::from(window.pane_ticks) * self.plan.tick_ms))?;
        }
        writeln!(
            self.out,
            ", keeps {}, {} bytes a row, warm after {} ticks",
            keeps.join(" and "),
            window.bytes_per_row(),
            window.warm_ticks
        )
    }

    fn map(&self, id: MapId) -> String {
        let Some(map) = self.plan.maps.get(id.index()) else { return String::new() };
        let labels = self
            .plan
            .domains
            .get(map.from.index())
            .map(|domain| domain.labels.as_slice())
            .unwrap_or_default();
        map.matchers
            .iter()
            .map(|(label, test)| {
                let name = labels.get(*label as usize).map_or("?", String::as_str);
                format!(" where {name} {}", matched(test))
            })
            .collect()
    }

    fn rows(&self, id: RowsId) -> String {
        match self.plan.rows.get(id.index()) {
            Some(Rows::Input(input)) => format!("i{}", input.0),
            Some(Rows::Mapped(of, map)) => format!("{}{}", self.rows(*of), self.map(*map)),
            Some(Rows::Lent(base, info, _)) => format!("{} with {}", self.rows(*base), self.rows(*info)),
            Some(Rows::Union(sets)) => {
                sets.iter().map(|set| self.rows(*set)).collect::<Vec<_>>().join(" and ")
            }
            Some(Rows::One) => "the one row".to_owned(),
            None => String::new(),
        }
    }

    fn value(&self, column: crate::ids::ColumnId) -> String {
        let domain = self.plan.columns.get(column.index()).map(|column| self.domain(column.domain));
        format!("v{} {}", column.0, domain.unwrap_or_default())
    }

    fn condition(&self, condition: crate::ids::ConditionId) -> String {
        let domain =
            self.plan.conditions.get(condition.index()).map(|condition| self.domain(condition.domain));
        format!("c{} {}", condition.0, domain.unwrap_or_default())
    }

    fn step(&mut self, step: &Step) -> fmt::Result {
        let line = match step {
            Step::Now(to) => format!("{} = now", self.value(*to)),
            Step::Kernel(step) => self.kernel_step(step),
            Step::BroadcastValue { of, to, .. } => format!("{} = broadcast v{}", self.value(*to), of.0),
            Step::BroadcastCondition { of, to, .. } => {
                format!("{} = broadcast c{}", self.condition(*to), of.0)
            }
            Step::SelectValue { map, of, to } => {
                format!("{} = select v{}{}", self.value(*to), of.0, self.map(*map))
            }
            Step::SelectCondition { map, of, to } => {
                format!("{} = select c{}{}", self.condition(*to), of.0, self.map(*map))
            }
            Step::GroupValue { function, of, to, .. } => {
                format!("{} = {} of v{}", self.value(*to), lower(function), of.0)
            }
            Step::GroupTruth { share, of, rows, to, .. } => {
                let what = if *share { "share true" } else { "count true" };
                format!("{} = {what} of c{}, rows of {}", self.value(*to), of.0, self.rows(*rows))
            }
            Step::GroupCondition { test, of, rows, to, .. } => {
                format!(
                    "{} = {} of c{}, rows of {}",
                    self.condition(*to),
                    lower(test),
                    of.0,
                    self.rows(*rows)
                )
            }
            Step::Window { window, values, conditions } => {
                let values = values.iter().map(|(function, to)| format!("v{} {}", to.0, lower(function)));
                let conditions = conditions.iter().map(|(test, to)| format!("c{} {}", to.0, lower(test)));
                format!("w{}: {}", window.0, values.chain(conditions).collect::<Vec<_>>().join(", "))
            }
            Step::Pool { function, window, to, .. } => {
                format!("{} = {} of all samples in w{}", self.value(*to), lower(function), window.0)
            }
            Step::BucketQuantile { quantile, of, to, .. } => {
                format!("{} = quantile {quantile} of buckets v{}", self.value(*to), of.0)
            }
            Step::BucketShare { bound, above, of, to, .. } => {
                let side = if *above { ">" } else { "<=" };
                format!("{} = share {side} {bound} of buckets v{}", self.value(*to), of.0)
            }
            Step::LendValue { lend, of, to } => format!("{} = v{} with l{}", self.value(*to), of.0, lend.0),
            Step::LendCondition { lend, of, to } => {
                format!("{} = c{} with l{}", self.condition(*to), of.0, lend.0)
            }
            Step::Hold { hold, of, to } => {
                let held = self.plan.holds.get(hold.index()).map_or(0, |hold| hold.for_ms);
                format!("{} = c{} for {}", self.condition(*to), of.0, duration(held))
            }
            Step::Lag { lag, of, to } => {
                let ticks = self.plan.lags.get(lag.index()).map_or(0, |lag| lag.ticks);
                format!("{} = c{} {ticks} ticks ago", self.condition(*to), of.0)
            }
            Step::Alert(alert) => {
                let name = self.plan.alerts.get(alert.index()).map_or("", |alert| &alert.name);
                format!("alert {name}")
            }
            Step::AlertState { alert, test, to } => {
                let name = self.plan.alerts.get(alert.index()).map_or("", |alert| &alert.name);
                format!("{} = {name} is {}", self.condition(*to), lower(test))
            }
        };
        writeln!(self.out, "  {line}")
    }

    fn kernel_step(&self, step: &KernelStep) -> String {
        let written = step.to_values.iter().map(|to| format!("v{}", to.0));
        let written = written.chain(step.to_conditions.iter().map(|to| format!("c{}", to.0)));
        let read = step.values.iter().map(|of| format!("v{}", of.0));
        let read = read.chain(step.conditions.iter().map(|of| format!("c{}", of.0)));
        let read = read.chain(step.constants.iter().map(ToString::to_string));
        format!(
            "{} {} = k{}({})",
            written.collect::<Vec<_>>().join(", "),
            self.domain(step.domain),
            step.kernel.0,
            read.collect::<Vec<_>>().join(", ")
        )
    }

    fn alert(&mut self, alert: &crate::alert::Alert) -> fmt::Result {
        let domain = self.domain(alert.domain);
        let rows = self.rows(alert.rows);
        writeln!(self.out, "  {} {domain} rows of {rows}", alert.name)?;
        for level in &alert.levels {
            write!(
                self.out,
                "    {} ({}): set by c{}, reset by c{}",
                level.name, level.severity, level.set.0, level.reset.0
            )?;
            if let Some(pending) = level.pending {
                write!(self.out, ", pending while c{}", pending.0)?;
            }
            writeln!(self.out)?;
        }
        Ok(())
    }
}

fn lower(shown: &impl fmt::Debug) -> String {
    format!("{shown:?}").to_lowercase()
}

fn matched(test: &Match) -> String {
    match test {
        Match::Equal(value) => format!("= {value:?}"),
        Match::NotEqual(value) => format!("!= {value:?}"),
        Match::Matches(pattern) => format!("=~ {pattern:?}"),
        Match::NotMatches(pattern) => format!("!~ {pattern:?}"),
        Match::In(values) => format!("in {values:?}"),
    }
}

fn kernel_code(kernel: &Kernel, out: &mut String) -> fmt::Result {
    let reach = |reaches: &[Reach], place: u16| match reaches.get(place as usize) {
        Some(Reach::All) => " of all",
        _ => "",
    };
    for (place, instruction) in kernel.code.iter().enumerate() {
        write!(out, "    r{place} = ")?;
        match instruction {
            Instruction::Value(at) => write!(out, "value {at}{}", reach(&kernel.values, *at))?,
            Instruction::Condition(at) => write!(out, "condition {at}{}", reach(&kernel.conditions, *at))?,
            Instruction::Constant(at) => write!(out, "#{at}")?,
            Instruction::Fixed(fixed) => {
                write!(out, "{}", fixed.map_or("unknown".to_owned(), |fixed| fixed.to_string()))?
            }
            Instruction::Unary(op, a) => write!(out, "{} r{}", lower(op), a.0)?,
            Instruction::Binary(op, a, b) => write!(out, "{} r{}, r{}", lower(op), a.0, b.0)?,
            Instruction::Compare(op, a, b) => write!(out, "{} r{}, r{}", lower(op), a.0, b.0)?,
            Instruction::Choose(c, a, b) | Instruction::ChooseCondition(c, a, b) => {
                write!(out, "if r{} then r{} else r{}", c.0, a.0, b.0)?;
            }
            Instruction::OrElse(a, b) | Instruction::OrElseCondition(a, b) => {
                write!(out, "r{} default r{}", a.0, b.0)?
            }
            Instruction::IsPresent(a) => write!(out, "present r{}", a.0)?,
            Instruction::IsKnown(a) => write!(out, "known r{}", a.0)?,
            Instruction::Not(a) => write!(out, "not r{}", a.0)?,
            Instruction::And(a, b) => write!(out, "r{} and r{}", a.0, b.0)?,
            Instruction::Or(a, b) => write!(out, "r{} or r{}", a.0, b.0)?,
        }
        writeln!(out)?;
    }
    let outputs: Vec<String> = kernel
        .to_values
        .iter()
        .chain(&kernel.to_conditions)
        .map(|register| format!("r{}", register.0))
        .collect();
    writeln!(out, "    out {}", outputs.join(", "))
}
