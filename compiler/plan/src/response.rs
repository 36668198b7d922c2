//! What answers an alert, as data: incidents, ladders, playbooks. Executed by the response as [`crate::Plan`] is by the engine.
//!
//! The leaves of a playbook's conditions, which look at metrics, are open: `L` is what the checker knows of one (an expression), and
//! later, when it is lowered, the place of the value ([`ObservationId`]). [`Response::try_map`] goes from one to the other.
//! All durations are in ms, all numbers in base units.

pub mod calendar;
pub mod formula;
pub mod incident;
pub mod ladder;
pub mod map;
pub mod playbook;
pub mod provider;

use crate::ids::ObservationId;
use calendar::{Calendar, Maintenance};
use incident::{Incidents, Reaction, Service, Severity};
use ladder::{Channel, Ladder, Team};
use playbook::Playbook;
use provider::Provider;

/// All of a policy set's answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Response<L> {
    /// The levels, mildest first.
    pub severities: Vec<Severity>,
    /// The services, by name.
    pub services: Vec<Service>,
    /// The teams, by name.
    pub teams: Vec<Team>,
    /// The channels, by name.
    pub channels: Vec<Channel>,
    /// The calendars, by name.
    pub calendars: Vec<Calendar>,
    /// The maintenance windows, by name.
    pub maintenances: Vec<Maintenance>,
    /// How alerts become incidents.
    pub incidents: Incidents,
    /// The ladders, by name.
    pub ladders: Vec<Ladder>,
    /// The providers, by name.
    pub providers: Vec<Provider<L>>,
    /// The playbooks, by name.
    pub playbooks: Vec<Playbook<L>>,
    /// What alerts do, by alert, then in the order written.
    pub reactions: Vec<Reaction>,
}

/// A response whose leaves are values of the evaluation.
pub type Lowered = Response<ObservationId>;

impl<L> Default for Response<L> {
    fn default() -> Self {
        Self {
            severities: Vec::new(),
            services: Vec::new(),
            teams: Vec::new(),
            channels: Vec::new(),
            calendars: Vec::new(),
            maintenances: Vec::new(),
            incidents: Incidents::default(),
            ladders: Vec::new(),
            providers: Vec::new(),
            playbooks: Vec::new(),
            reactions: Vec::new(),
        }
    }
}
