//! What the policy declares and the configuration lacks, and the other way round, is said.

use std::collections::BTreeMap;

use nvp_plan::response::provider::{Config, Parameter, Read, ValueType};

use super::disagreements;
use crate::providers::{Configured, Declared};

fn parameter(name: &str) -> Parameter {
    Parameter { name: name.to_owned(), takes: ValueType::Text, is_whole: false }
}

fn declared() -> Declared {
    let read = Read {
        name: "state".to_owned(),
        parameters: vec![parameter("id")],
        is_list: false,
        gives: ValueType::Text,
    };
    Declared {
        name: "x".to_owned(),
        configs: vec![
            Config { name: "token".to_owned(), is_secret: true },
            Config { name: "queue".to_owned(), is_secret: false },
        ],
        reads: BTreeMap::from([("state".to_owned(), read)]),
        writes: BTreeMap::from([("open".to_owned(), vec![parameter("title")])]),
    }
}

fn said(text: &str) -> Vec<String> {
    let configured = Configured::read("x", toml::from_str(text).unwrap()).unwrap();
    disagreements(&configured, &declared()).iter().map(ToString::to_string).collect()
}

#[test]
fn what_fits_fits() {
    let text = "kind = 'http'\nbase = 'http://a'\nconfig = { token = 'env:TOKEN', queue = 'OPS' }
        [read.state]\npath = '/{id}'\n[write.open]\npath = '/'\nbody = { t = '{title}', q = '{config.queue}' }";
    assert_eq!(said(text), Vec::<String>::new());
}

#[test]
fn all_that_does_not_fit_is_said() {
    let text = "kind = 'http'\nbase = 'http://a'\nconfig = { token = 'hunter2', colour = 'red' }
        [read.state]\npath = '/{what}'\n[write.close]\npath = '/{id}'\nbody = '{config.none}'";
    assert_eq!(
        said(text),
        [
            "`provider.x.config.token`: a secret must not be written here",
            "`provider.x.config.queue`: the policy declares `config queue`, and it is not set",
            "`provider.x.config.colour`: the policy declares no `config colour`",
            "`provider.x.read.state`: `read state` has no parameter `what`",
            "`provider.x.write.open`: the policy declares `write open`, and the configuration does not say how that is done",
            "`provider.x.write.close`: the policy declares no `write close`",
        ]
    );
}
