//! The pages of all codes, whichever crate they belong to.

use nvp_dsl::codes::Page;

/// All pages, by code.
pub fn pages() -> Vec<Page> {
    let mut pages: Vec<Page> =
        nvp_dsl::codes::pages().chain(nvp_check::codes::pages()).chain(nvp_drive::codes::pages()).collect();
    pages.sort_by_key(|page| page.code);
    pages
}

/// The page of a code.
pub fn page(code: &str) -> Option<Page> {
    pages().into_iter().find(|page| page.code.eq_ignore_ascii_case(code))
}
