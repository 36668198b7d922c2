//! `team operations { empty tells leads }` and `channel sms`: names that the configuration binds to people and to voices.

use nvp_dsl::ast::{self, TeamClause};
use nvp_plan::ids::TeamId;
use nvp_plan::response::ladder::{Channel, Team};

use crate::checker::Checker;
use crate::codes;
use crate::graph::{circle, components};
use crate::library::Kind;
use crate::problems::names::Cycle;
use crate::scope::Scope;

impl<'a> Checker<'a> {
    /// Checks all teams and channels.
    pub(crate) fn check_teams(&mut self) {
        let teams = self.items.answers.of(Kind::Team).to_vec();
        let mut edges: Vec<Vec<usize>> = Vec::with_capacity(teams.len());
        for team in &teams {
            let Some(node) = self.items.teams.get(team.at).map(|item| item.node) else { continue };
            self.begin(team.file);
            let tells = self.team_tells(node);
            edges.push(tells.into_iter().collect());
            let name = team.name.node.clone();
            self.policy.response.teams.push(Team { name, empty_tells: tells.map(|id| TeamId(id as u32)) });
        }
        for component in components(&edges) {
            if let Some(members) = circle(&component, &edges) {
                let named = |id: &usize| teams.get(*id).map(|team| (team.name.node.as_str(), team.name.span));
                let members = members.iter().filter_map(named).collect();
                self.sink.report(Cycle { code: codes::CYCLIC_TEAM, verb: "tells", members });
            }
        }
        let channels = self.items.answers.of(Kind::Channel);
        let channels = channels.iter().map(|channel| Channel { name: channel.name.node.clone() });
        self.policy.response.channels = channels.collect();
        self.scope = Scope::default();
    }

    fn team_tells(&mut self, node: &'a ast::Team) -> Option<usize> {
        let mut tells = None;
        for clause in &node.clauses {
            let TeamClause::EmptyTells(team) = &clause.node;
            let team = |checker: &mut Self| checker.named(Kind::Team, team);
            self.once("empty tells", clause.span, &mut tells, team);
        }
        tells.and_then(|(_, team)| team)
    }
}
