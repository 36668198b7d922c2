//! What a run sees while it moves, and where it puts what it wants.

use nvp_plan::ids::{CalendarId, ProviderId};
use nvp_plan::response::Lowered;
use nvp_plan::response::playbook::Playbook;
use nvp_plan::response::provider::{Provider, Write};

use crate::Observe;
use crate::effect::{ActionEvent, Effects, Event};
use crate::formula::World;
use crate::input::ActionNumber;

/// What a clause of this name is, where conditions are tried out and not looked at.
pub(crate) type Script<'a> = &'a dyn Fn(&str) -> Option<bool>;

/// What a run sees.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// The policies.
    pub(crate) plan: &'a Lowered,
    /// The evaluation's values.
    pub(crate) observe: &'a dyn Observe,
    /// Whether a calendar is open.
    pub(crate) is_open: &'a dyn Fn(CalendarId) -> bool,
    /// Now, in ms since the Unix epoch.
    pub(crate) now_ms: i64,
    /// The time in which timeouts mature: without gaps.
    pub(crate) mature_ms: i64,
    /// What conditions over metrics are, where they are tried out and not looked at.
    pub(crate) script: Option<Script<'a>>,
    /// The last closed tick, where this input closed one: conditions over metrics are looked at then, and only then.
    pub(crate) tick_ms: Option<i64>,
}

impl<'a> Context<'a> {
    /// What formulas see.
    pub(crate) fn world(&self) -> World<'a> {
        World { observe: self.observe, is_open: self.is_open, now_ms: self.now_ms }
    }

    /// A playbook by its name, or the name it had before.
    pub(crate) fn playbook(&self, name: &str) -> Option<&'a Playbook<nvp_plan::ids::ObservationId>> {
        let playbooks = &self.plan.playbooks;
        let of = playbooks.iter().find(|playbook| playbook.name == name);
        of.or_else(|| playbooks.iter().find(|playbook| playbook.formerly.as_deref() == Some(name)))
    }

    /// A provider.
    pub(crate) fn provider(&self, id: ProviderId) -> Option<&'a Provider<nvp_plan::ids::ObservationId>> {
        self.plan.providers.get(id.index())
    }

    /// A write of a provider.
    pub(crate) fn write(
        &self,
        provider: ProviderId,
        write: u32,
    ) -> Option<&'a Write<nvp_plan::ids::ObservationId>> {
        self.provider(provider)?.writes.get(write as usize)
    }

    /// Notes what happens to a run.
    pub(crate) fn record(&self, out: &mut Effects, action: ActionNumber, event: ActionEvent) {
        out.record(self.now_ms, Event::Action(action, event));
    }
}
