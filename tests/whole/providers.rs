//! The standard library's providers are what the built-in kinds can do; the book's configurations of providers are read.

use nvp_act::providers::{Configured, Declared, disagreements};
use nvp_drive::load::{Stdlib, load_text};

use crate::house::root;

/// What the module of this name declares of the provider of this name.
fn declared(name: &str) -> Declared {
    let stdlib = Stdlib::built_in();
    let set = load_text("use.nvp", &format!("use std.{name}\n"), &stdlib);
    let checked = nvp_drive::generation::check(&set, &stdlib);
    let policy = checked.policy.unwrap_or_else(|| panic!("`std.{name}` does not check"));
    let provider = policy.response.providers.iter().find(|provider| provider.name == name);
    Declared::of(provider.unwrap_or_else(|| panic!("`std.{name}` declares no provider `{name}`")))
}

#[test]
fn what_is_shipped_fits_what_is_built_in() {
    for (name, config, operations) in [
        ("pgbouncer", "config.admin = 'env:X'", 7),
        ("postgres", "config.admin = 'env:X'", 13),
        ("process", "program.worker.run = ['/bin/true']", 8),
    ] {
        let table = toml::from_str(&format!("kind = '{name}'\n{config}")).unwrap();
        let configured = Configured::read(name, table).unwrap();
        let declared = declared(name);
        assert_eq!(disagreements(&configured, &declared), [], "{name}");
        assert_eq!(
            declared.reads.len() + declared.writes.len(),
            operations,
            "{name}: something is not declared"
        );
    }
}

#[test]
fn the_books_configurations_are_read() {
    let page = std::fs::read_to_string(root().join("docs/providers.md")).unwrap();
    let blocks: Vec<&str> =
        page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 7, "the page's configurations are gone");
    for block in blocks {
        let file: toml::Table = toml::from_str(block).unwrap();
        for (name, table) in file["provider"].as_table().unwrap() {
            Configured::read(name, table.as_table().unwrap().clone()).unwrap();
        }
    }
}
