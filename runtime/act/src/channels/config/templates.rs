//! `subject` and `body` of a channel.

use serde::Deserialize;

use crate::channels::Site;
use crate::channels::text::{self, Escape, Renderer};

/// The templates of a channel, in Jinja's language; plain words where there is none.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Templates {
    /// One line.
    pub subject: Option<String>,
    /// Lines.
    pub body: Option<String>,
}

impl Templates {
    /// Looks at both.
    pub(super) fn check(&self) -> Result<(), String> {
        for (name, template) in [("subject", &self.subject), ("body", &self.body)] {
            if let Some(template) = template {
                text::check(template).map_err(|why| format!("the template `{name}`: {why}"))?;
            }
        }
        Ok(())
    }

    /// What puts notifications into these words.
    pub(crate) fn renderer(&self, site: &Site, escape: Escape) -> Renderer {
        Renderer::new(site.clone(), escape, self.subject.clone(), self.body.clone())
    }
}
