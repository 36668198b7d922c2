//! `on success { notify operations at info  ticket jira "…" }`, `on failure { escalate to N1 }`.

use nvp_dsl::Spanned;
use nvp_dsl::ast::{self, Ident};
use nvp_plan::ids::{ChannelId, TeamId};
use nvp_plan::response::playbook::Answer;

use super::read::index;
use crate::checker::Checker;
use crate::library::Kind;
use crate::typed;

impl<'a> Checker<'a> {
    /// What is done when a playbook has ended. Whether there is such a rung is told where ladders are known.
    pub(super) fn ends(&mut self, answers: Option<&'a [Spanned<ast::Answer>]>) -> Vec<Answer<typed::Expr>> {
        let answers = answers.unwrap_or_default().iter();
        answers.filter_map(|answer| self.end(&answer.node)).collect()
    }

    fn end(&mut self, answer: &'a ast::Answer) -> Option<Answer<typed::Expr>> {
        match answer {
            ast::Answer::Notify { team, severity } => {
                let team = self.team(team);
                let severity = self.severity(severity);
                let class = severity.and_then(|id| self.policy.severities.get(id.0)).map(|known| known.class);
                Some(Answer::Notify(team?, class?.into()))
            }
            ast::Answer::Ticket { channel, says } => {
                let channel = self.named(Kind::Channel, channel);
                let says = self.text_pieces(says);
                Some(Answer::Ticket(ChannelId(index(channel?)), says?))
            }
            ast::Answer::EscalateTo(rung) => Some(Answer::EscalateTo(rung.node.clone())),
        }
    }

    /// A team that is named.
    pub(super) fn team(&mut self, name: &Ident) -> Option<TeamId> {
        Some(TeamId(index(self.named(Kind::Team, name)?)))
    }
}
