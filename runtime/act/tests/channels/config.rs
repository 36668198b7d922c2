//! The page for users: what it says can be written is read.

use nvp_act::channels::config::{Configuration, Tables};

#[test]
fn the_configurations_of_the_page_are_read() {
    let page = include_str!("../../../../docs/channels.md");
    let blocks: Vec<&str> =
        page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 5, "the page's configurations are gone");
    for block in blocks {
        Configuration::read(&Tables::parse(block).unwrap())
            .unwrap_or_else(|errors| panic!("{block}\n{errors:?}"));
    }
    for kind in ["email", "pagerduty", "slack", "standard_output", "ticket", "webhook"] {
        assert!(page.contains(&format!("= \"{kind}\"")), "{kind} is not told of");
    }
}
