//! `run`: watches live metrics.

mod answers;
mod config;
mod signals;
mod summary;
mod unfed;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;
use nvp_act::Destination;
use nvp_act::destinations::standard_output::{self as lines, Form};
use nvp_act::destinations::webhook;
use nvp_control::{Control, ControlConfig, ControlError};
use nvp_drive::generation::Generation;
use nvp_drive::live::{self, Live, Observer, Running};
use nvp_drive::state::StateOptions;
use nvp_dsl::FileId;
use nvp_serve::{Limits, Server};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::config::Setup;
use self::unfed::Unfed;
use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::output::Output;
use crate::policies::Policies;
use crate::view::{self, Screen, Theme};
use crate::{logging, policies, words};

const EXAMPLES: &str = "\
Examples:
  novaevo-policy run policies/host
  novaevo-policy run policies/host --scrape http://localhost:9100/metrics --no-view
  novaevo-policy run policies/host --state /var/lib/novaevo-policy
  novaevo-policy run policies --config watch.toml --format json --listen 127.0.0.1:9467

Without `--scrape` and `--config` this machine is watched, as with `--host`. Ctrl-C (or `q` in the view) ends.

Exit codes: 0 ended by Ctrl-C, `q` or SIGTERM, 1 the policies have errors, 2 wrong usage, or it could not go on";

/// What `run` understands.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Files, or folders with `.nvp` files below them; together they are one policy set
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Scrape this exporter as often as the policies tick; may be given several times
    #[arg(long, value_name = "URL")]
    pub scrape: Vec<String>,
    /// Read targets and destinations from this file (TOML)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Watch this machine too
    #[arg(long)]
    pub host: bool,
    /// How often this machine is read, 1s to 10s
    #[arg(long, value_name = "DURATION", value_parser = config::host_interval)]
    pub interval: Option<Duration>,
    /// Send each decision to this address as JSON; may be given several times
    #[arg(long, value_name = "URL")]
    pub webhook: Vec<String>,
    /// The form of decisions on standard output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Keep the state in this folder, so that a restart goes on where it was; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Decide and tell destinations, and answer nothing: nobody is called, no playbook is run
    #[arg(long)]
    pub only_decide: bool,
    /// Serve our own /metrics, /healthz and /readyz at this address
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Print lines instead of the live view on a terminal
    #[arg(long)]
    pub no_view: bool,
}

/// The forms of decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The live view on a terminal, otherwise a line for people.
    Human,
    /// The decision log: one JSON object a line.
    Json,
}

/// Runs, until a signal, a key or a mishap.
pub fn run(arguments: &Arguments, global: &Global, _out: &mut Output) -> Result<Exit, Failure> {
    let mut setup = config::setup(arguments, global)?;
    let (loaded, generation) = policies::ready(&arguments.paths, global)?;
    if generation.plan.alerts.is_empty() {
        let failure = Failure::new(format!("no alerts in {}: there is nothing to decide", title(arguments)));
        return Err(failure.help("write one, such as `alert busy on load { red when > 5  absent holds }`"));
    }
    setup.keep_pace(generation.plan.tick_ms);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(format!("the system gives no threads: {error}")))?;
    let (files, on_terminal) = (loaded.set.own_files() as u64, io::stdout().is_terminal());
    let own_files = loaded.set.own().collect();
    let run =
        Run { arguments, global, loaded: &loaded, files, own_files, title: title(arguments), on_terminal };
    let exit = runtime.block_on(run.go(setup, generation));
    logging::give_back();
    // Nothing is left to wait for; a thread that hangs in the kernel must not keep the process.
    runtime.shutdown_background();
    exit
}

/// What was named, for the head of the view.
fn title(arguments: &Arguments) -> String {
    let names: Vec<_> = arguments.paths.iter().map(|path| path.display().to_string()).collect();
    words::listed(&names, 3)
}

/// One run.
struct Run<'r> {
    arguments: &'r Arguments,
    global: &'r Global,
    loaded: &'r Policies,
    files: u64,
    own_files: BTreeSet<FileId>,
    title: String,
    /// Whether standard output was a terminal at the start; one that has gone is none any more.
    on_terminal: bool,
}

impl Run<'_> {
    async fn go(&self, setup: Setup, generation: Generation) -> Result<Exit, Failure> {
        let stop = CancellationToken::new();
        signals::end_with_signals(&stop)?;
        let answered = (&setup, self.loaded);
        let answers = answers::prepare(self.arguments, self.global, &generation.response, answered)?;
        let server = self.listen().await?;
        let screen = self.screen();
        let mut destinations = self.webhooks(&setup)?;
        let lines_matter = destinations.is_empty() && server.is_none();
        let mut observer: Option<Box<dyn Observer>> = None;
        let mut models = None;
        if screen.is_some() {
            let (collect, seen) = view::collect(&self.title, &generation);
            observer = Some(Box::new(collect));
            models = Some(seen);
        } else {
            destinations.push(self.lines()?);
            self.greet(&generation, &setup);
        }
        let observer = Unfed::new(&generation, self.own_files.clone(), observer);
        let live = Live {
            generation,
            files: self.files,
            sources: setup.sources,
            destinations,
            ends_with_output: screen.is_none() && lines_matter,
            observer: Some(Box::new(observer)),
            state: self.arguments.state.clone().map(StateOptions::in_folder),
            answers,
        };
        let running = live::start(live, stop.clone()).map_err(|error| Failure::new(error.to_string()))?;
        let hearing = match self.hear(&running, &setup.control, &stop).await {
            Ok(hearing) => hearing,
            Err(failure) => {
                stop.cancel();
                return self.end(running, Vec::new(), Ok(())).await.and(Err(failure));
            }
        };
        let serving =
            server.map(|server| tokio::spawn(server.run(running.board(), Limits::default(), stop.clone())));
        let serving = serving.into_iter().chain(hearing).collect();
        let shown = match screen.zip(models) {
            Some((screen, models)) => screen.show(models, self.theme(), stop.clone()).await,
            None => {
                stop.cancelled().await;
                Ok(())
            }
        };
        stop.cancel();
        self.end(running, serving, shown).await
    }

    /// Waits for all that was begun, and says how it went.
    async fn end(
        &self,
        running: Running,
        serving: Vec<JoinHandle<()>>,
        shown: io::Result<()>,
    ) -> Result<Exit, Failure> {
        let ended = running.finish().await;
        for serving in serving {
            // It ends with the run, within a second.
            let _ = serving.await;
        }
        logging::give_back();
        let status = ended.map_err(|error| Failure::new(error.to_string()))?;
        if self.arguments.format == Format::Human {
            let text = summary::text(&self.title, &status);
            if !self.on_terminal {
                logging::say(&text, self.global.log_format);
            } else if standard_output().and_then(|mut output| writeln!(output, "{text}")).is_err() {
                // The terminal has gone, which is as good an end as a pipe that nobody reads.
                return Err(Failure::BrokenPipe);
            }
        }
        shown.map(|()| Exit::Good).map_err(|error| {
            let failure = Failure::new(format!("the terminal cannot be drawn on: {error}"));
            failure.help("`--no-view` prints lines")
        })
    }

    async fn listen(&self) -> Result<Option<Server>, Failure> {
        let Some(address) = self.arguments.listen else { return Ok(None) };
        let server = Server::listen(address).await;
        let server = server.map_err(|error| Failure::new(format!("cannot listen at {address}: {error}")))?;
        tracing::info!(address = %server.address(), "serving our own metrics");
        Ok(Some(server))
    }

    /// Hears people, where alerts are answered.
    async fn hear(
        &self,
        running: &Running,
        config: &ControlConfig,
        stop: &CancellationToken,
    ) -> Result<Option<JoinHandle<()>>, Failure> {
        let Some((desk, state)) = running.desk().zip(self.arguments.state.as_deref()) else {
            return Ok(None);
        };
        let failed = |error: ControlError| Failure::new(format!("people cannot be heard: {error}"));
        let control = Control::listen(config.options(state).map_err(failed)?).await.map_err(failed)?;
        Ok(Some(tokio::spawn(control.run(desk, stop.clone()))))
    }

    /// The terminal, if the view is wanted and there is one.
    fn screen(&self) -> Option<Screen> {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let wanted = self.arguments.format == Format::Human && !self.arguments.no_view;
        if !wanted || is_dumb || !self.on_terminal {
            return None;
        }
        let screen = Screen::take().ok()?;
        logging::keep_back();
        Some(screen)
    }

    fn theme(&self) -> Theme {
        Theme { color: self.global.color.on_stdout(), zone: TimeZone::system() }
    }

    fn webhooks(&self, setup: &Setup) -> Result<Vec<Destination>, Failure> {
        let start = |hook| webhook::start(hook).map_err(|error| Failure::new(error.to_string()));
        setup.webhooks.iter().map(start).collect()
    }

    /// Decisions as lines.
    fn lines(&self) -> Result<Destination, Failure> {
        let form = if self.arguments.format == Format::Json { Form::JsonLines } else { Form::Text };
        Ok(lines::start(io::BufWriter::new(standard_output()?), form)?)
    }

    /// One line that says what goes on, as there may be nothing to see for a long time.
    fn greet(&self, generation: &Generation, setup: &Setup) {
        if self.arguments.format == Format::Human {
            let alerts = words::count(generation.plan.alerts.len(), "alert", "alerts");
            let sources = words::listed(&setup.names, 3);
            let text = format!("watching {} with {alerts} of {}; Ctrl-C ends", sources, self.title);
            logging::say(&text, self.global.log_format);
        }
    }
}

/// Standard output without the library's buffer, which other threads may hold and which keeps what could not be written.
fn standard_output() -> io::Result<File> {
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}
