//! What must never happen, asked of all that came of every input, in order, once it is durable.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use nvp_respond::effect::{ActionEvent, Effects, End, Event, IncidentEvent, Intent, Notification};
use nvp_respond::input::{ActionNumber, CallNumber, IncidentNumber};

use crate::ledger::{Entry, Ledger};
use crate::tally::Tally;

/// After how long a rung is called again, and the rung after it, in ms: as in the policy.
const N1_EVERY_MS: i64 = 5 * 60_000;
const N1_LASTS_MS: i64 = 15 * 60_000;
/// How much later a rung may be called than it was due, which is what its time counts from: after a start nobody is called until a
/// tick has been closed, in ms.
const LATE_MS: i64 = 15_000;

/// A run, as its records tell of it.
#[derive(Debug, Default)]
struct Run {
    playbook: String,
    locks: Vec<(String, u64)>,
    /// Steps that were seen to be as before while it was taken back.
    as_before: BTreeSet<String>,
    is_rolling_back: bool,
    stands: bool,
    end: Option<End>,
}

/// A rung that was called: which, since when, and when last because it was time (mature ms).
#[derive(Debug)]
struct Called {
    rung: String,
    first_ms: i64,
    last_ms: i64,
}

/// What has happened so far, as far as the rules go by it.
#[derive(Debug, Default)]
pub struct Rules {
    runs: BTreeMap<ActionNumber, Run>,
    /// Who holds what.
    held: BTreeMap<String, ActionNumber>,
    last_token: u64,
    intents: BTreeMap<CallNumber, String>,
    /// What each key was used for.
    keys: BTreeMap<String, String>,
    attempts: BTreeSet<(IncidentNumber, String, String, u32)>,
    called: BTreeMap<(IncidentNumber, String), Called>,
    /// Incidents at which something has happened that may bring a rung about before its time.
    excused: BTreeSet<IncidentNumber>,
    /// Incidents that have not been called for in time since a start: what was due while the process was stopped is called late, and
    /// what is due after it is called at its time.
    late: BTreeSet<IncidentNumber>,
    last_incident: IncidentNumber,
    /// What happened last, for whoever has to find out why.
    last: VecDeque<String>,
}

/// How much of what happened last is told when a rule is broken.
const TOLD: usize = 40;

impl Rules {
    /// Looks at what came of an input; `mature_ms` as it was then.
    ///
    /// # Errors
    /// What should never have happened.
    pub fn look(
        &mut self,
        effects: &Effects,
        mature_ms: i64,
        ledger: &Ledger,
        tally: &mut Tally,
    ) -> Result<(), String> {
        for record in &effects.records {
            self.last.push_back(format!("{record:?}"));
        }
        let excess = self.last.len().saturating_sub(TOLD);
        drop(self.last.drain(..excess));
        self.check(effects, mature_ms, ledger, tally).map_err(|why| {
            let last: Vec<&str> = self.last.iter().map(String::as_str).collect();
            format!("{why}; the last that happened:\n{}", last.join("\n"))
        })
    }

    fn check(
        &mut self,
        effects: &Effects,
        mature_ms: i64,
        ledger: &Ledger,
        tally: &mut Tally,
    ) -> Result<(), String> {
        self.excuse(effects);
        for record in &effects.records {
            match &record.event {
                Event::Action(number, event) => self.action(*number, event, (effects, ledger), tally)?,
                Event::Incident(number, event) => self.incident(*number, event, mature_ms, tally)?,
                _ => {}
            }
        }
        for intent in &effects.intents {
            match intent {
                Intent::Notify(notification) => self.notification(notification)?,
                Intent::Call(call) => {
                    let Some(write) = &call.write else { continue };
                    let number = call.number;
                    if self.intents.get(&number) != Some(&write.key) {
                        return Err(format!("call {number} writes before its intent is recorded: {call:?}"));
                    }
                    let run = self.runs.get(&call.action).ok_or("a write of no run")?;
                    if run.locks != write.fences || run.end.is_some() || run.stands {
                        return Err(format!("call {number} writes without its locks: {call:?} {run:?}"));
                    }
                    let argument = call.arguments.first().map(|(_, value)| value.to_string());
                    let is_locked = |name: &str| {
                        let tail = format!("={}", argument.clone().unwrap_or_default());
                        write
                            .fences
                            .iter()
                            .any(|(held, _)| held.starts_with(&format!("{name}/")) && held.ends_with(&tail))
                    };
                    if call.provider != "cache" && !is_locked(&call.provider) {
                        return Err(format!("call {number} writes what is not locked: {call:?}"));
                    }
                }
                Intent::Forget(_) => {}
            }
        }
        Ok(())
    }

    /// What may bring a rung about before its time.
    fn excuse(&mut self, effects: &Effects) {
        for record in &effects.records {
            match &record.event {
                Event::Incident(
                    number,
                    IncidentEvent::AcknowledgementEnded
                    | IncidentEvent::Unsuppressed
                    | IncidentEvent::Reopened
                    | IncidentEvent::Priority(..)
                    | IncidentEvent::Skipped { .. }
                    | IncidentEvent::ReachesNobody { .. },
                ) => {
                    self.excused.insert(*number);
                }
                // A run that ended badly calls people at once; so does one of which nothing may be hoped any more.
                Event::Action(_, ActionEvent::End(_)) => {
                    self.excused.extend(self.called.keys().map(|(incident, _)| *incident));
                }
                Event::Started => {
                    self.excused.extend(self.called.keys().map(|(incident, _)| *incident));
                    self.late.extend(1..=self.last_incident);
                }
                _ => {}
            }
        }
    }

    fn action(
        &mut self,
        number: ActionNumber,
        event: &ActionEvent,
        (effects, ledger): (&Effects, &Ledger),
        tally: &mut Tally,
    ) -> Result<(), String> {
        if let ActionEvent::Planned { playbook, .. } = event {
            let run = Run { playbook: playbook.clone(), ..Run::default() };
            return match self.runs.insert(number, run) {
                None => Ok(()),
                Some(before) => Err(format!("run {number} is planned twice: {before:?}")),
            };
        }
        let run = self.runs.get_mut(&number).ok_or_else(|| format!("run {number} was never planned"))?;
        if let Some(end) = &run.end {
            return Err(format!("run {number} has ended {}, and then: {event:?}", end.name()));
        }
        match event {
            ActionEvent::Locked(locks) => {
                for (resource, token) in locks {
                    if *token <= self.last_token {
                        return Err(format!("the token of {resource} does not rise: {token}"));
                    }
                    self.last_token = *token;
                    if let Some(holder) =
                        self.held.insert(resource.clone(), number).filter(|it| *it != number)
                    {
                        return Err(format!("{resource} is held by run {holder} and by run {number}"));
                    }
                }
                run.locks.clone_from(locks);
                run.stands = false;
            }
            ActionEvent::Intent { call, key, .. } => {
                self.intents.insert(*call, key.clone());
            }
            ActionEvent::Standing(_) => {
                run.stands = true;
                self.held.retain(|_, holder| *holder != number);
                run.locks.clear();
                Self::ended(number, run, &End::Succeeded, (effects, ledger))?;
            }
            ActionEvent::RollingBack(_) => {
                run.is_rolling_back = true;
                run.stands = false;
            }
            ActionEvent::AlreadySo(step) if run.is_rolling_back => {
                run.as_before.insert(step.clone());
            }
            ActionEvent::End(end) => {
                self.held.retain(|_, holder| *holder != number);
                *tally.ends.entry(end.name()).or_default() += 1;
                Self::ended(number, run, end, (effects, ledger))?;
                run.end = Some(end.clone());
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether what was really done is what the end says.
    fn ended(
        number: ActionNumber,
        run: &Run,
        end: &End,
        (effects, ledger): (&Effects, &Ledger),
    ) -> Result<(), String> {
        let broken = |what: &str, entry: &Entry| {
            Err(format!("run {number} of {} ended {end:?}, and {what}: {entry:?} {run:?}", run.playbook))
        };
        for entry in ledger.of(number) {
            let is_kept = run.playbook == "turn" && entry.step == "warm";
            // A valve cannot be asked.
            let is_blind = entry.provider == "valve";
            let is_once = matches!(entry.provider.as_str(), "valve" | "dial");
            if is_once && (entry.times > 1 || entry.undone > 1) {
                return broken("what must happen once happened twice", entry);
            }
            // What is not locked may have been put back by another run.
            let is_shared = entry.provider == "cache";
            let excused =
                is_kept || is_shared || run.as_before.contains(&entry.step) || ledger.is_meddled(entry);
            match end {
                End::Refused(_) | End::Expired | End::Observed | End::NoChange if entry.times > 0 => {
                    return broken("something was done", entry);
                }
                End::RolledBack(_) | End::Lifted | End::Inconclusive
                    if entry.stands && !excused && !(is_blind && entry.is_lie) =>
                {
                    return broken("it stands", entry);
                }
                End::Succeeded if entry.times == 0 && !is_blind && !excused => {
                    return broken("it was never done", entry);
                }
                _ => {}
            }
        }
        let must_tell = !matches!(end, End::Succeeded | End::NoChange | End::Lifted | End::Observed);
        let told = format!("run {number} ");
        let is_told = effects.intents.iter().any(
            |intent| matches!(intent, Intent::Notify(it) if it.key.starts_with(&told) && it.key.contains(end.name())),
        );
        if must_tell && !is_told {
            return Err(format!("run {number} of {} ended {end:?}, and nobody is told", run.playbook));
        }
        Ok(())
    }

    fn incident(
        &mut self,
        number: IncidentNumber,
        event: &IncidentEvent,
        mature_ms: i64,
        tally: &mut Tally,
    ) -> Result<(), String> {
        self.last_incident = self.last_incident.max(number);
        match event {
            IncidentEvent::Rung { ladder, rung, attempt } => {
                tally.rungs += 1;
                if !self.attempts.insert((number, ladder.clone(), rung.clone(), *attempt)) {
                    return Err(format!("incident {number}: {ladder} {rung} {attempt} is called twice"));
                }
                let is_excused = self.excused.remove(&number) || self.late.remove(&number);
                let key = (number, ladder.clone());
                let before = self.called.get_mut(&key);
                match before {
                    Some(before) if before.rung == *rung => {
                        let early = mature_ms - before.last_ms < N1_EVERY_MS - LATE_MS;
                        if !is_excused {
                            before.last_ms = mature_ms;
                        }
                        if early && !is_excused {
                            return Err(format!(
                                "incident {number}: {ladder} {rung} {attempt} is called early"
                            ));
                        }
                    }
                    Some(before) => {
                        let early =
                            before.rung == "N1" && mature_ms - before.first_ms < N1_LASTS_MS - LATE_MS;
                        if early && !is_excused {
                            return Err(format!(
                                "incident {number}: {ladder} {rung} {attempt} is called early"
                            ));
                        }
                        *before = Called { rung: rung.clone(), first_ms: mature_ms, last_ms: mature_ms };
                    }
                    None => {
                        let called = Called { rung: rung.clone(), first_ms: mature_ms, last_ms: mature_ms };
                        self.called.insert(key, called);
                    }
                }
            }
            IncidentEvent::Resolved(_) => self.called.retain(|(incident, _), _| *incident != number),
            _ => {}
        }
        Ok(())
    }

    fn notification(&mut self, notification: &Notification) -> Result<(), String> {
        let what = format!(
            "{:?} {:?} {} {:?} {:?}",
            notification.incident,
            notification.reason,
            notification.channel,
            notification.team,
            notification.person
        );
        match self.keys.insert(notification.key.clone(), what.clone()) {
            None => Ok(()),
            Some(before) => Err(format!("key {} is used for {before} and for {what}", notification.key)),
        }
    }

    /// Whether all runs have ended.
    ///
    /// # Errors
    /// Which have not.
    pub fn all_ended(&self) -> Result<(), String> {
        let open: Vec<_> = self.runs.iter().filter(|(_, run)| run.end.is_none()).collect();
        if open.is_empty() { Ok(()) } else { Err(format!("these runs never end: {open:?}")) }
    }
}

#[cfg(test)]
mod tests {
    use nvp_respond::effect::{Call, Record, WriteIntent};

    use super::*;

    /// What comes of records and intents: the first rule that they break.
    fn looked(
        rules: &mut Rules,
        events: &[(ActionNumber, ActionEvent)],
        intents: &[Intent],
    ) -> Result<(), String> {
        let record = |(number, event): &(ActionNumber, ActionEvent)| Record {
            at_ms: 0,
            event: Event::Action(*number, event.clone()),
        };
        let effects = Effects { records: events.iter().map(record).collect(), intents: intents.to_vec() };
        rules.look(&effects, 0, &Ledger::default(), &mut Tally::default())
    }

    fn planned() -> ActionEvent {
        ActionEvent::Planned {
            playbook: "enlarge".to_owned(),
            arguments: Vec::new(),
            incident: None,
            source_hash: String::new(),
            requested: None,
        }
    }

    fn locked(token: u64) -> ActionEvent {
        ActionEvent::Locked(vec![("pool/db=eu".to_owned(), token)])
    }

    fn write(is_undo: bool) -> Call {
        Call {
            number: 5,
            action: 1,
            provider: "pool".to_owned(),
            operation: "set_size".to_owned(),
            arguments: vec![("db".to_owned(), nvp_respond::value::Value::Text("eu".to_owned()))],
            write: Some(WriteIntent {
                step: "grow".to_owned(),
                is_undo,
                attempt: 1,
                key: "key".to_owned(),
                fences: vec![("pool/db=eu".to_owned(), 1)],
            }),
            timeout_ms: 5_000,
        }
    }

    fn intent() -> ActionEvent {
        let (step, text, key) = ("grow".to_owned(), String::new(), "key".to_owned());
        ActionEvent::Intent { call: 5, step, is_undo: false, text, attempt: 1, key }
    }

    #[test]
    fn a_write_without_its_intent_or_its_locks_is_found() {
        let all = [(1, planned()), (1, locked(1)), (1, intent())];
        let write = [Intent::Call(write(false))];
        assert_eq!(looked(&mut Rules::default(), &all, &write), Ok(()));
        assert!(looked(&mut Rules::default(), &[(1, planned()), (1, locked(1))], &write).is_err());
        assert!(looked(&mut Rules::default(), &[(1, planned()), (1, intent())], &write).is_err());
    }

    #[test]
    fn locks_held_twice_and_tokens_that_do_not_rise_are_found() {
        let mut rules = Rules::default();
        assert_eq!(looked(&mut rules, &[(1, planned()), (2, planned()), (1, locked(1))], &[]), Ok(()));
        assert!(looked(&mut rules, &[(1, locked(1))], &[]).is_err());
        assert!(looked(&mut rules, &[(2, locked(2))], &[]).is_err());
    }

    #[test]
    fn an_end_that_is_not_true_or_not_told_is_found() {
        let end = |end: End| [(1, planned()), (1, ActionEvent::End(end))];
        assert_eq!(looked(&mut Rules::default(), &end(End::NoChange), &[]), Ok(()));
        assert!(looked(&mut Rules::default(), &end(End::Expired), &[]).is_err(), "nobody is told");
        let mut ledger = Ledger::default();
        ledger.done(&write(false));
        let records =
            end(End::Lifted).map(|(number, event)| Record { at_ms: 0, event: Event::Action(number, event) });
        let effects = Effects { records: records.to_vec(), intents: Vec::new() };
        let mut tally = Tally::default();
        assert!(Rules::default().look(&effects, 0, &ledger, &mut tally).is_err(), "it stands");
        ledger.done(&write(true));
        assert_eq!(Rules::default().look(&effects, 0, &ledger, &mut tally), Ok(()));
        let mut rules = Rules::default();
        assert_eq!(looked(&mut rules, &[(1, planned())], &[]), Ok(()));
        assert!(rules.all_ended().is_err(), "it never ends");
    }

    #[test]
    fn a_rung_that_is_called_early_or_twice_is_found() {
        let rung = |attempt, at_ms, rules: &mut Rules| {
            let (ladder, rung) = ("standard".to_owned(), "N1".to_owned());
            let event = Event::Incident(1, IncidentEvent::Rung { ladder, rung, attempt });
            let effects = Effects { records: vec![Record { at_ms, event }], intents: Vec::new() };
            rules.look(&effects, at_ms, &Ledger::default(), &mut Tally::default())
        };
        let mut rules = Rules::default();
        assert_eq!(rung(1, 0, &mut rules), Ok(()));
        assert_eq!(rung(2, N1_EVERY_MS, &mut rules), Ok(()));
        assert!(rung(2, 2 * N1_EVERY_MS, &mut rules).is_err(), "twice");
        assert!(rung(3, N1_EVERY_MS + 60_000, &mut rules).is_err(), "early");
    }
}
