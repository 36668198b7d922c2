//! `--mutate`: the changes of policies that no test notices.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use nvp_drive::load::PolicySet;
use nvp_drive::mutation::{Change, Mutant, Noticed, mutants, notice};
use nvp_drive::test_run::TestOptions;
use nvp_dsl::SourceMap;
use serde_json::{Value, json};

use super::Arguments;
use crate::failure::Failure;
use crate::options::Global;
use crate::output::Output;
use crate::{policies, progress, words};

/// All changes, and who noticed each.
pub struct Mutation {
    all: Vec<Mutant>,
    noticed: Vec<Noticed>,
}

impl Mutation {
    /// Those that nobody noticed.
    pub fn unnoticed(&self) -> impl Iterator<Item = &Mutant> {
        let all = self.all.iter().zip(&self.noticed);
        all.filter(|(_, noticed)| **noticed == Noticed::Nobody).map(|(mutant, _)| mutant)
    }

    /// How many were noticed by a test, by `check`, by nobody.
    fn counts(&self) -> [usize; 3] {
        let by = |is: fn(&Noticed) -> bool| self.noticed.iter().filter(|noticed| is(noticed)).count();
        [
            by(|noticed| matches!(noticed, Noticed::Test(_))),
            by(|noticed| *noticed == Noticed::Check),
            by(|noticed| *noticed == Noticed::Nobody),
        ]
    }
}

/// Tries every change. The tests pass as the policies are.
pub fn run(arguments: &Arguments, global: &Global, set: &PolicySet) -> Mutation {
    let all = mutants(set);
    let noticed = try_all(&all, arguments, global, set);
    Mutation { all, noticed }
}

/// Each change is a policy set of its own: as many at once as there are processors.
fn try_all(all: &[Mutant], arguments: &Arguments, global: &Global, set: &PolicySet) -> Vec<Noticed> {
    let stdlib = policies::stdlib(global);
    let filter = arguments.filter.as_deref().unwrap_or_default();
    let options = TestOptions { mode: policies::mode(global) };
    let bar = progress::changes(all.len() as u64, global);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((place, mutant)) = take(&next, all) {
            done.push((place, notice(set, mutant, &stdlib, filter, options)));
            bar.inc(1);
        }
        done
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<(usize, Noticed)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own = work();
        // A worker that broke down has told why; what it did not do counts as noticed by nobody.
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).chain(own).collect()
    });
    bar.finish_and_clear();
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, noticed)| noticed).collect()
}

fn take<'m>(next: &AtomicUsize, all: &'m [Mutant]) -> Option<(usize, &'m Mutant)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    Some((place, all.get(place)?))
}

/// For people.
pub fn human(mutation: &Mutation, sources: &SourceMap, out: &mut Output) -> Result<(), Failure> {
    let paint = out.paint();
    let [test, check, nobody] = mutation.counts();
    writeln!(
        out,
        "\n{} {}, {test} noticed by a test, {check} by `check`, {nobody} by nobody",
        paint.bold("mutation:"),
        words::count(mutation.all.len() as u64, "change", "changes"),
    )?;
    for mutant in mutation.unnoticed() {
        let Mutant { was, is, item, span, .. } = mutant;
        let said = match mutant.change {
            Change::For => format!("`{}` dropped", was.trim()),
            Change::Threshold | Change::Comparison => format!("`{was}` written `{is}`"),
        };
        let place = words::place(*span, sources);
        writeln!(out, "  {} {item}: {said} {}", paint.warning("not noticed:"), paint.dim(&place))?;
    }
    Ok(())
}

/// For machines.
pub fn json(mutation: &Mutation, sources: &SourceMap) -> Value {
    let [test, check, _] = mutation.counts();
    let unnoticed = mutation.unnoticed().map(|mutant| {
        let Mutant { was, is, item, span, change } = mutant;
        let place = words::place(*span, sources);
        json!({ "change": word(*change), "item": item, "was": was.trim(), "is": is, "place": place })
    });
    json!({
        "changes": mutation.all.len(),
        "noticed_by_test": test,
        "noticed_by_check": check,
        "unnoticed": unnoticed.collect::<Vec<_>>(),
    })
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Threshold => "threshold",
        Change::Comparison => "comparison",
        Change::For => "for",
    }
}
