//! The configuration's part: where people are heard beside the socket, and by which tokens.
//!
//! ```toml
//! [control]
//! listen = "127.0.0.1:9095"
//!
//! [control.token.anna]
//! secret = "env:ANNA_TOKEN"
//! ```

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use nvp_settings::Secret;
use serde::Deserialize;

use crate::SOCKET;
use crate::error::ControlError;
use crate::server::ControlOptions;

/// `[control]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlConfig {
    /// The loopback address; without it there is the socket alone.
    pub listen: Option<SocketAddr>,
    /// Tokens for it, by the name of who acts.
    #[serde(default)]
    pub token: BTreeMap<String, TokenConfig>,
}

/// `[control.token.NAME]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenConfig {
    /// Where its secret is kept.
    pub secret: Secret,
}

impl ControlConfig {
    /// Looks at what can be looked at without fetching a secret.
    ///
    /// # Errors
    /// When others could reach it, or when nobody could use it.
    pub fn check(&self) -> Result<(), ControlError> {
        match (self.listen, self.token.keys().next()) {
            (None, Some(name)) => Err(ControlError::NoAddress { name: name.clone() }),
            (Some(address), _) if !address.ip().is_loopback() => Err(ControlError::NotLoopback { address }),
            (Some(_), None) => Err(ControlError::NoToken),
            _ => Ok(()),
        }
    }

    /// What to hear at, with the socket in the state's folder `state`. Secrets are fetched.
    ///
    /// # Errors
    /// When a secret is not there.
    pub fn options(&self, state: &Path) -> Result<ControlOptions, ControlError> {
        let mut tokens = BTreeMap::new();
        for (name, token) in &self.token {
            let secret = token.secret.fetch();
            let secret = secret.map_err(|why| ControlError::Secret { name: name.clone(), why })?;
            tokens.insert(name.clone(), secret);
        }
        Ok(ControlOptions { socket: state.join(SOCKET), address: self.listen, tokens })
    }
}
