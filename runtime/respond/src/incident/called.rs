//! Whom an incident has reached so far, or would reach first.

use nvp_plan::response::Lowered;
use nvp_plan::response::ladder::{Calls, Ladder};

use super::Incident;

impl Incident {
    /// The teams at which its ladders stand, by name, each once; of a ladder that stands at its automatic rung, or is asked for and has not
    /// begun, the first that it calls.
    pub(crate) fn called<'p>(&self, plan: &'p Lowered, asked: &[&str]) -> Vec<&'p str> {
        let running = self.ladders.iter().filter(|run| !run.is_released);
        let standing: Vec<(&str, &str)> =
            running.map(|run| (run.ladder.as_str(), run.rung.as_str())).collect();
        let is_asked = |name: &&&str| !standing.iter().any(|(ladder, _)| *ladder == **name);
        let to_come: Vec<(&str, &str)> = asked.iter().filter(is_asked).map(|name| (*name, "")).collect();
        let mut teams = Vec::new();
        for (name, rung) in standing.into_iter().chain(to_come) {
            let ladder = plan.ladders.iter().find(|ladder| ladder.name == name);
            let team = ladder.and_then(|ladder| team_at(plan, ladder, rung));
            teams.extend(team.filter(|team| !teams.contains(team)));
        }
        teams
    }
}

/// The team that a rung calls, or the first that the ladder calls where it calls none.
fn team_at<'p>(plan: &'p Lowered, ladder: &'p Ladder, rung: &str) -> Option<&'p str> {
    let team = |calls: &Calls| match calls {
        Calls::Team(team, _) => plan.teams.get(team.index()).map(|team| team.name.as_str()),
        Calls::Automatic => None,
    };
    let present = ladder.rungs.iter().find(|known| known.name == rung).and_then(|rung| team(&rung.calls));
    present.or_else(|| ladder.rungs.iter().find_map(|rung| team(&rung.calls)))
}
