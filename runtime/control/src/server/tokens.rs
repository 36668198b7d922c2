//! Tokens: who has one is somebody. Only their hashes are kept; comparing takes as long whatever is compared.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::error::ControlError;

/// The fewest characters of a secret.
const CHARACTERS_MIN: usize = 16;
/// The longest name.
const NAME_BYTES_MAX: usize = 64;

/// All tokens.
#[derive(Clone)]
pub(super) struct Tokens {
    all: Vec<(String, [u8; 32])>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.all.iter().map(|(name, _)| name)).finish()
    }
}

impl Tokens {
    /// Tokens by the name of who acts.
    pub(super) fn new(secrets: &BTreeMap<String, SecretString>) -> Result<Self, ControlError> {
        let mut all: Vec<(String, [u8; 32])> = Vec::new();
        for (name, secret) in secrets {
            let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
            if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.chars().all(is_plain) {
                return Err(ControlError::Name { name: name.clone() });
            }
            let secret = secret.expose_secret();
            let characters = secret.chars().count();
            if characters < CHARACTERS_MIN {
                return Err(ControlError::Short { name: name.clone(), characters, least: CHARACTERS_MIN });
            }
            let hash = hash(secret.as_bytes());
            if let Some((other, _)) = all.iter().find(|(_, other)| *other == hash) {
                return Err(ControlError::Same { one: other.clone(), other: name.clone() });
            }
            all.push((name.clone(), hash));
        }
        Ok(Self { all })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whose secret this is.
    pub(super) fn whose(&self, secret: &[u8]) -> Option<&str> {
        let given = hash(secret);
        let mut whose = None;
        // All of them are compared, so that the time does not tell which.
        for (name, hash) in &self.all {
            if bool::from(given.ct_eq(hash)) {
                whose = Some(name.as_str());
            }
        }
        whose
    }
}

fn hash(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use secrecy::SecretString;

    use super::Tokens;

    fn tokens(all: &[(&str, &str)]) -> Result<Tokens, String> {
        let all: BTreeMap<String, SecretString> =
            all.iter().map(|(name, secret)| ((*name).into(), SecretString::from(*secret))).collect();
        Tokens::new(&all).map_err(|error| error.to_string())
    }

    #[test]
    fn a_secret_is_somebody_s() {
        let tokens = tokens(&[("anna", "0123456789abcdef"), ("boris@home", "0123456789abcdeg")])
            .expect("they are sound");
        assert_eq!(tokens.whose(b"0123456789abcdef"), Some("anna"));
        assert_eq!(tokens.whose(b"0123456789abcdeg"), Some("boris@home"));
        assert_eq!(tokens.whose(b"0123456789abcde"), None);
        assert_eq!(tokens.whose(b""), None);
        assert_eq!(format!("{tokens:?}"), r#"{"anna", "boris@home"}"#);
    }

    #[test]
    fn what_could_be_guessed_or_mistaken_is_refused_without_showing_it() {
        for (all, wanted) in [
            (
                &[("anna", "hunter2")][..],
                "the secret of `[control.token.anna]` has 7 characters; give it at least 16",
            ),
            (
                &[("anna", "0123456789abcdef"), ("boris", "0123456789abcdef")],
                "`[control.token.anna]` and `[control.token.boris]` have the same secret; give each its own",
            ),
            (
                &[("a b", "0123456789abcdef")],
                "`a b` is no name of a token: 1 to 64 letters, digits, `.`, `-`, `_` and `@`",
            ),
        ] {
            assert_eq!(tokens(all).expect_err("it is refused"), wanted);
        }
    }
}
