//! `explore`: every way in which a playbook's steps can fail, time out, lie or be cut by a crash, and the ends that are reached.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use nvp_plan::ids::PlaybookId;
use nvp_respond::explore::{EndReached, Explored, Options, explore};
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::output::{Output, Paint};
use crate::{policies, progress, words};

const EXAMPLES: &str = "\
Examples:
  novaevo-policy explore policies/gateway
  novaevo-policy explore policies/gateway relieve_connection_pool
  novaevo-policy explore policies --format json | jq '.[] | {playbook, complete}'

The world is the one that the providers' declarations describe: a write makes its probe true, its undo makes it as before.

Exit codes: 0 no way leaves the world half-changed without saying so, 1 some do, or the policies have errors,
2 wrong usage, or not all ways could be looked at";

/// What `explore` understands.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// A file, or a folder with `.nvp` files below it
    #[arg(required = true, value_name = "PATH")]
    pub path: PathBuf,
    /// Only this playbook
    #[arg(value_name = "PLAYBOOK")]
    pub playbook: Option<String>,
    /// How often the process is cut by a crash on one way
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub crashes: u8,
    /// How often somebody else changes what was changed on one way
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub meddlings: u8,
    /// The most states that are looked at
    #[arg(long, value_name = "N", default_value_t = 2_000_000)]
    pub states: usize,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// The forms of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// One JSON array, an object a playbook.
    Json,
}

/// Explores.
pub fn run(arguments: &Arguments, global: &Global, out: &mut Output) -> Result<Exit, Failure> {
    let (_, generation) = policies::ready(std::slice::from_ref(&arguments.path), global)?;
    let response = &generation.response;
    let wanted = |name: &str| arguments.playbook.as_deref().is_none_or(|playbook| playbook == name);
    let places = response.playbooks.iter().zip(0_u32..).filter(|(playbook, _)| wanted(&playbook.name));
    let places: Vec<PlaybookId> = places.map(|(_, place)| PlaybookId(place)).collect();
    if places.is_empty() {
        return Err(nothing(arguments, response.playbooks.iter().map(|playbook| playbook.name.as_str())));
    }
    let options = Options {
        crashes_max: arguments.crashes,
        meddlings_max: arguments.meddlings,
        states_max: arguments.states,
    };
    let mut all = Vec::new();
    for place in places {
        let bar = progress::states();
        let explored = explore(response, place, options, &mut |looked, waiting| {
            bar.set_position(looked as u64);
            bar.set_message(words::grouped(waiting as u64));
            true
        });
        bar.finish_and_clear();
        if let Some(explored) = explored {
            if arguments.format == Format::Human {
                human(&explored, out)?;
                out.flush()?;
            }
            all.push(explored);
        }
    }
    if arguments.format == Format::Json {
        let objects: Vec<_> = all.iter().map(object).collect();
        writeln!(out, "{}", serde_json::Value::Array(objects))?;
    }
    let is_wrong = all.iter().any(|explored| explored.ends.iter().any(|end| end.wrong.is_some()));
    let is_complete = all.iter().all(|explored| explored.is_complete);
    Ok(match (is_wrong, is_complete) {
        (true, _) => Exit::Found,
        (false, true) => Exit::Good,
        (false, false) => Exit::Unable,
    })
}

fn nothing<'n>(arguments: &Arguments, names: impl Iterator<Item = &'n str>) -> Failure {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match &arguments.playbook {
        Some(playbook) => Failure::new(format!("there is no playbook `{playbook}`"))
            .help(format!("there are: {}", words::listed(&names, 8))),
        None => Failure::new("there is no playbook in these policies")
            .help("write `playbook NAME(parameter: text) { step … { do provider.write(…) } }`"),
    }
}

fn human(explored: &Explored, out: &mut Output) -> Result<(), Failure> {
    let paint = out.paint();
    let states = words::count(explored.states as u64, "state", "states");
    let complete = if explored.is_complete { "all ways" } else { "not all ways: there are more than that" };
    writeln!(out, "{}  {}", paint.bold(&explored.playbook), paint.dim(&format!("{states}, {complete}")))?;
    for end in &explored.ends {
        out.write_all(reached(end, paint).as_bytes())?;
    }
    writeln!(out)?;
    Ok(())
}

fn reached(end: &EndReached, paint: Paint) -> String {
    let name = match (&end.wrong, end.end.as_str()) {
        (Some(_), name) => paint.error(name),
        (None, "succeeded" | "no_change" | "lifted") => paint.good(&end.end),
        (None, name) => paint.warning(name),
    };
    let states = words::count(end.states as u64, "state", "states");
    let mut text = format!("\n  {name}  {}\n", paint.dim(&states));
    if let Some(wrong) = &end.wrong {
        text.push_str(&format!("    {} {wrong}\n", paint.error("wrong:")));
    }
    if let Some(why) = &end.why {
        text.push_str(&format!("    {}\n", paint.dim(why)));
    }
    for (place, step) in end.way.iter().enumerate() {
        text.push_str(&format!("    {}. {step}\n", place + 1));
    }
    if end.way.is_empty() {
        text.push_str("    when all goes well\n");
    }
    if !end.differs.is_empty() {
        text.push_str(&format!("    {} {}\n", paint.dim("then:"), end.differs.join(", ")));
    }
    text
}

fn object(explored: &Explored) -> serde_json::Value {
    let end = |end: &EndReached| {
        json!({
            "end": end.end, "why": end.why, "way": end.way, "differs": end.differs, "states": end.states,
            "wrong": end.wrong,
        })
    };
    json!({
        "playbook": explored.playbook, "states": explored.states, "complete": explored.is_complete,
        "ends": explored.ends.iter().map(end).collect::<Vec<_>>(),
    })
}
