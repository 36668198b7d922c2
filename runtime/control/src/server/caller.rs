//! Who is at the other end.

use nix::unistd::{Uid, User};

/// Who is at the other end.
#[derive(Debug, Clone)]
pub(super) enum Caller {
    /// An account of this machine, at the socket.
    Account(u32),
    /// Who has the token of this name.
    Token(String),
}

impl Caller {
    /// Whether they could do as much without us: the socket is this account's alone.
    pub(super) fn is_at_the_socket(&self) -> bool {
        matches!(self, Self::Account(_))
    }

    /// Their name, as it stands in the journal. The machine's accounts may have to be asked for over a network.
    pub(super) async fn name(&self) -> String {
        match self {
            Self::Token(name) => name.clone(),
            Self::Account(uid) => {
                let uid = *uid;
                let found = tokio::task::spawn_blocking(move || User::from_uid(Uid::from_raw(uid))).await;
                let known = found.ok().and_then(Result::ok).flatten();
                known.map_or_else(|| format!("uid {uid}"), |account| account.name)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Caller;

    #[tokio::test]
    async fn an_account_without_a_name_goes_by_its_number() {
        assert_eq!(Caller::Account(0).name().await, "root");
        assert_eq!(Caller::Account(4_000_000_123).name().await, "uid 4000000123");
        assert_eq!(Caller::Token("anna".into()).name().await, "anna");
    }
}
