//! From a response with one kind of leaves to one with another, leaf by leaf, in the order in which they stand.

use super::Response;
use super::formula::{Clause, Formula, Observed, Piece, ReadCall, WriteCall};
use super::playbook::{Answer, Let, Lift, Limit, Playbook, Step, Storm, Verify};
use super::provider::{Provider, Write};

/// What becomes of each leaf.
type Leaf<'f, L, M, E> = dyn FnMut(&Observed<L>) -> Result<M, E> + 'f;

impl<L> Response<L> {
    /// The same with other leaves.
    ///
    /// # Errors
    /// The first that `leaf` gives.
    pub fn try_map<M, E>(
        &self,
        leaf: &mut dyn FnMut(&Observed<L>) -> Result<M, E>,
    ) -> Result<Response<M>, E> {
        Ok(Response {
            severities: self.severities.clone(),
            services: self.services.clone(),
            teams: self.teams.clone(),
            channels: self.channels.clone(),
            calendars: self.calendars.clone(),
            maintenances: self.maintenances.clone(),
            incidents: self.incidents,
            ladders: self.ladders.clone(),
            providers: all(&self.providers, |provider| provider.try_map(leaf))?,
            playbooks: all(&self.playbooks, |playbook| playbook.try_map(leaf))?,
            reactions: self.reactions.clone(),
        })
    }
}

fn all<A, B, E>(these: &[A], one: impl FnMut(&A) -> Result<B, E>) -> Result<Vec<B>, E> {
    these.iter().map(one).collect()
}

fn some<A, B, E>(this: Option<&A>, one: impl FnOnce(&A) -> Result<B, E>) -> Result<Option<B>, E> {
    this.map(one).transpose()
}

impl<L> Provider<L> {
    fn try_map<M, E>(&self, leaf: &mut Leaf<'_, L, M, E>) -> Result<Provider<M>, E> {
        Ok(Provider {
            name: self.name.clone(),
            configs: self.configs.clone(),
            reads: self.reads.clone(),
            writes: all(&self.writes, |write| {
                Ok(Write {
                    name: write.name.clone(),
                    parameters: write.parameters.clone(),
                    before: all(&write.before, |call| call.try_map(leaf))?,
                    undo: some(write.undo.as_ref(), |call| call.try_map(leaf))?,
                    expires: write.expires,
                    irreversible: write.irreversible.clone(),
                    repeat: write.repeat,
                    probe: some(write.probe.as_ref(), |clause| clause.try_map(leaf))?,
                    locks: write.locks.clone(),
                })
            })?,
        })
    }
}

impl<L> Playbook<L> {
    fn try_map<M, E>(&self, leaf: &mut Leaf<'_, L, M, E>) -> Result<Playbook<M>, E> {
        Ok(Playbook {
            name: self.name.clone(),
            doc: self.doc.clone(),
            source: self.source.clone(),
            formerly: self.formerly.clone(),
            parameters: self.parameters.clone(),
            lets: all(&self.lets, |found| {
                Ok(Let {
                    name: found.name.clone(),
                    value: found.value.try_map(leaf)?,
                    ty: found.ty.clone(),
                    is_list: found.is_list,
                    text: found.text.clone(),
                })
            })?,
            requires: all(&self.requires, |clause| clause.try_map(leaf))?,
            limits: all(&self.limits, |limit| limit.try_map(leaf))?,
            breaker: self.breaker,
            storm: some(self.storm.as_ref(), |storm| {
                Ok(Storm { when: storm.when.try_map(leaf)?, holds_ms: storm.holds_ms })
            })?,
            autonomy: self.autonomy,
            standing_approval: self.standing_approval.clone(),
            approval: self.approval,
            steps: all(&self.steps, |step| step.try_map(leaf))?,
            verify: some(self.verify.as_ref(), |verify| {
                Ok(Verify {
                    condition: verify.condition.try_map(leaf)?,
                    within_ms: verify.within_ms,
                    needs: some(verify.needs.as_ref(), |clause| clause.try_map(leaf))?,
                })
            })?,
            lift: some(self.lift.as_ref(), |lift| {
                Ok(Lift { when: lift.when.try_map(leaf)?, at_latest_ms: lift.at_latest_ms })
            })?,
            on_success: all(&self.on_success, |answer| answer.try_map(leaf))?,
            on_failure: all(&self.on_failure, |answer| answer.try_map(leaf))?,
        })
    }
}

impl<L> Limit<L> {
    fn try_map<M, E>(&self, leaf: &mut Leaf<'_, L, M, E>) -> Result<Limit<M>, E> {
        Ok(match self {
            Self::Rate { runs, per, every_ms } => Limit::Rate { runs: *runs, per: *per, every_ms: *every_ms },
            Self::AtOnce(runs) => Limit::AtOnce(*runs),
            Self::Share(share, of, text) => Limit::Share(*share, of.try_map(leaf)?, text.clone()),
        })
    }
}

impl<L> Step<L> {
    fn try_map<M, E>(&self, leaf: &mut Leaf<'_, L, M, E>) -> Result<Step<M>, E> {
        Ok(Step {
            name: self.name.clone(),
            each: some(self.each.as_ref(), |(list, most)| Ok((list.try_map(leaf)?, *most)))?,
            call: self.call.try_map(leaf)?,
            timeout_ms: self.timeout_ms,
            retries: self.retries,
            check: some(self.check.as_ref(), |(clause, within)| Ok((clause.try_map(leaf)?, *within)))?,
            keep: self.keep.clone(),
        })
    }
}

impl<L> Answer<L> {
    fn try_map<M, E>(&self, leaf: &mut Leaf<'_, L, M, E>) -> Result<Answer<M>, E> {
        Ok(match self {
            Self::Notify(team, class) => Answer::Notify(*team, *class),
            Self::Ticket(channel, says) => Answer::Ticket(*channel, all(says, |piece| piece.try_map(leaf))?),
            Self::EscalateTo(rung) => Answer::EscalateTo(rung.clone()),
        })
    }
}

impl<L> Piece<L> {
    fn try_map<M, E>(&self, leaf: &mut Leaf<'_, L, M, E>) -> Result<Piece<M>, E> {
        Ok(match self {
            Self::Plain(text) => Piece::Plain(text.clone()),
            Self::Value(formula, unit) => Piece::Value(formula.try_map(leaf)?, unit.clone()),
        })
    }
}

impl<L> Clause<L> {
    fn try_map<M, E>(&self, leaf: &mut Leaf<'_, L, M, E>) -> Result<Clause<M>, E> {
        Ok(Clause { formula: self.formula.try_map(leaf)?, clocks: self.clocks, text: self.text.clone() })
    }
}

impl<L> ReadCall<L> {
    fn try_map<M, E>(&self, leaf: &mut Leaf<'_, L, M, E>) -> Result<ReadCall<M>, E> {
        Ok(ReadCall {
            provider: self.provider,
            read: self.read,
            arguments: all(&self.arguments, |argument| argument.try_map(leaf))?,
            text: self.text.clone(),
        })
    }
}

impl<L> WriteCall<L> {
    fn try_map<M, E>(&self, leaf: &mut Leaf<'_, L, M, E>) -> Result<WriteCall<M>, E> {
        Ok(WriteCall {
            provider: self.provider,
            write: self.write,
            arguments: all(&self.arguments, |argument| argument.try_map(leaf))?,
            text: self.text.clone(),
        })
    }
}

impl<L> Formula<L> {
    /// The same with other leaves.
    fn try_map<M, E>(&self, leaf: &mut Leaf<'_, L, M, E>) -> Result<Formula<M>, E> {
        let mut one = |formula: &Self| formula.try_map(leaf).map(Box::new);
        Ok(match self {
            Self::Constant(constant) => Formula::Constant(constant.clone()),
            Self::Now => Formula::Now,
            Self::Parameter(place) => Formula::Parameter(*place),
            Self::Local(place) => Formula::Local(*place),
            Self::Item => Formula::Item,
            Self::Before(place) => Formula::Before(*place),
            Self::Observed(observed) => Formula::Observed(observed.try_map(leaf)?),
            Self::Read(call) => Formula::Read(call.try_map(leaf)?),
            Self::Negate(of) => Formula::Negate(one(of)?),
            Self::Arithmetic(how, a, b) => Formula::Arithmetic(*how, one(a)?, one(b)?),
            Self::Function(which, of) => Formula::Function(*which, all(of, |of| of.try_map(leaf))?),
            Self::Compare(how, a, b) => Formula::Compare(*how, one(a)?, one(b)?),
            Self::Not(of) => Formula::Not(one(of)?),
            Self::And(a, b) => Formula::And(one(a)?, one(b)?),
            Self::Or(a, b) => Formula::Or(one(a)?, one(b)?),
            Self::If(condition, then, other) => {
                Formula::If(one(condition)?, one(then)?, some(other.as_ref(), |other| one(other))?)
            }
            Self::Default(a, b) => Formula::Default(one(a)?, one(b)?),
            Self::Present(of) => Formula::Present(one(of)?),
            Self::Missing(of) => Formula::Missing(one(of)?),
            Self::IsSet(of) => Formula::IsSet(one(of)?),
            Self::Count(of) => Formula::Count(one(of)?),
            Self::Open(calendar) => Formula::Open(*calendar),
            Self::For(of, lasts_ms, clock) => Formula::For(one(of)?, *lasts_ms, *clock),
        })
    }
}

impl<L> Observed<L> {
    fn try_map<M, E>(&self, leaf: &mut Leaf<'_, L, M, E>) -> Result<Observed<M>, E> {
        let of = leaf(self)?;
        let label = |(name, is): &(String, Formula<L>)| Ok((name.clone(), is.try_map(leaf)?));
        Ok(Observed {
            of,
            labels: all(&self.labels, label)?,
            is_condition: self.is_condition,
            text: self.text.clone(),
            unit: self.unit.clone(),
        })
    }
}
