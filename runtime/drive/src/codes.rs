//! The registry of codes about policies and the world they meet (W0800–W0899), one page each. A number is never reused.

use nvp_dsl::Code;
use nvp_dsl::codes::Page;

/// A declared metric gets no data.
pub const METRIC_WITHOUT_DATA: Code = Code("W0801");
/// A declared label is on none of the metric's series.
pub const LABEL_NOT_ON_WIRE: Code = Code("W0802");

/// The pages, compiled in.
const PAGES: [(Code, &str); 2] = [
    (METRIC_WITHOUT_DATA, include_str!("../codes/W0801.md")),
    (LABEL_NOT_ON_WIRE, include_str!("../codes/W0802.md")),
];

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
    use super::*;

    #[test]
    fn every_code_has_its_own_page() {
        let pages: Vec<_> = pages().map(|page| page.code).collect();
        assert_eq!(pages, PAGES.map(|(code, _)| code.0));
    }
}
