//! The registry of codes about policies and the world they meet (W0800–W0899) and about configurations (E0900–E0949, W0900–W0949),
//! one page each. A number is never reused.

use nvp_dsl::Code;
use nvp_dsl::codes::Page;
use nvp_settings::Fault;

macro_rules! registry {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        $($(#[$doc])* pub const $name: Code = Code($code);)*
        /// The pages, compiled in.
        const PAGES: &[(Code, &str)] = &[$(($name, include_str!(concat!("../codes/", $code, ".md")))),*];
    };
}

registry! {
    /// A declared metric gets no data.
    METRIC_WITHOUT_DATA = "W0801";
    /// A declared label is on none of the metric's series.
    LABEL_NOT_ON_WIRE = "W0802";
    /// The configuration is no TOML.
    NOT_TOML = "E0900";
    /// A key that there is not.
    UNKNOWN_KEY = "E0901";
    /// Something that must be said is not said.
    NOT_SAID = "E0902";
    /// A value that cannot stand there.
    BAD_VALUE = "E0903";
    /// No such kind of channel or provider.
    UNKNOWN_KIND = "E0904";
    /// A secret is written down.
    LITERAL_SECRET = "E0905";
    /// A secret is missing or empty.
    NO_SECRET = "E0906";
    /// No such time zone.
    UNKNOWN_ZONE = "E0907";
    /// An address is refused.
    BAD_ADDRESS = "E0908";
    /// A person or channel is named that is not there.
    UNKNOWN_NAME = "E0909";
    /// A rung reaches nobody.
    RUNG_REACHES_NOBODY = "E0910";
    /// A ticket goes by a channel that is bound to nothing.
    TICKET_BOUND_TO_NOTHING = "E0911";
    /// A team is told, and cannot be reached.
    TEAM_NOT_REACHED = "E0912";
    /// Nothing stands behind a provider.
    NOTHING_BEHIND_PROVIDER = "E0913";
    /// A provider's configuration does not do what the policy declares.
    DISAGREEMENT = "E0914";
    /// A channel of a rung reaches nobody; others do.
    CHANNEL_REACHES_NOBODY = "W0910";
    /// A provider is configured that no policy declares.
    PROVIDER_NOT_DECLARED = "W0911";
}

/// The code for a sort of problem in a configuration.
#[must_use]
pub fn of_fault(fault: Fault) -> Code {
    match fault {
        Fault::UnknownKey => UNKNOWN_KEY,
        Fault::Missing => NOT_SAID,
        Fault::Value => BAD_VALUE,
        Fault::Kind => UNKNOWN_KIND,
        Fault::Literal => LITERAL_SECRET,
        Fault::Secret => NO_SECRET,
        Fault::Zone => UNKNOWN_ZONE,
        Fault::Address => BAD_ADDRESS,
        Fault::Name => UNKNOWN_NAME,
        Fault::Disagreement => DISAGREEMENT,
    }
}

/// The page of a code, Markdown; `None` for a code that is not of this registry.
#[must_use]
pub fn page(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| known.0 == code).map(|(_, text)| *text)
}

/// All pages, taken apart, in order.
pub fn pages() -> impl Iterator<Item = Page> {
    PAGES.iter().filter_map(|(_, text)| Page::parse(text))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_has_its_own_page() {
        let pages: Vec<_> = pages().map(|page| page.code).collect();
        let codes: Vec<_> = PAGES.iter().map(|(code, _)| code.0).collect();
        assert_eq!(pages, codes);
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
    }
}
