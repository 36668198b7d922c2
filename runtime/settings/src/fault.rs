//! What sort of thing is wrong at a place of a configuration, so that one code and one page can tell of all of its sort.

/// The sorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A key that there is not.
    UnknownKey,
    /// Something that must be said is not said.
    Missing,
    /// A value of the wrong type, or one that cannot be.
    Value,
    /// There is no such kind of channel or provider.
    Kind,
    /// A secret stands in the configuration itself.
    Literal,
    /// A secret is not where the configuration says, or there is nothing in it.
    Secret,
    /// No such time zone.
    Zone,
    /// An address that is none, or one that is not taken.
    Address,
    /// A person or channel that is not in the configuration.
    Name,
    /// The configuration and the policies' declaration do not agree.
    Disagreement,
}

impl Fault {
    /// The sort of a problem that is known by its words alone: serde and [`crate::SecretError`] hand on nothing else. What has no
    /// sort of its own is a [`Fault::Value`].
    #[must_use]
    pub fn of(words: &str) -> Self {
        let has = |part: &str| words.contains(part);
        if has("secret must not be written here") || has("address holds a password") {
            Self::Literal
        } else if has("` is not set")
            || (has("the secret in `") && (has("cannot be read") || has("is empty")))
        {
            Self::Secret
        } else if has("unknown field `") {
            Self::UnknownKey
        } else if has("missing field `") {
            Self::Missing
        } else if has("is no time zone") {
            Self::Zone
        } else if has(" is no address") || has("an address begins with") || has("a channel of Slack is") {
            Self::Address
        } else {
            Self::Value
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;
    use crate::SecretError;

    #[test]
    fn what_is_known_by_its_words_finds_its_sort() {
        let not_set = SecretError::NotSet("TOKEN".into()).to_string();
        let empty = SecretError::Empty("env:TOKEN".into()).to_string();
        let gone = SecretError::Unreadable { path: "/a".into(), why: "no such file".into() }.to_string();
        for (words, fault) in [
            (not_set.as_str(), Fault::Secret),
            (&empty, Fault::Secret),
            (&gone, Fault::Secret),
            (&SecretError::Literal.to_string(), Fault::Literal),
            ("unknown field `colour`, expected one of `url`", Fault::UnknownKey),
            ("missing field `base`", Fault::Missing),
            ("this is no address: one begins with `http://`", Fault::Address),
            ("`Europe/Pariss` is no time zone", Fault::Zone),
            ("a duration above 0s is needed", Fault::Value),
        ] {
            assert_eq!(Fault::of(words), fault, "{words}");
        }
    }
}
