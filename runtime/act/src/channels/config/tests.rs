use std::path::Path;

use super::{Configuration, Tables};

fn read(text: &str) -> Result<Configuration, Vec<String>> {
    let tables = Tables::parse(text).map_err(|error| vec![error.to_string()])?;
    Configuration::read(&tables).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

/// Each case of `config/cases.md`: a configuration in a `toml` block, and in the `text` block after it what is said of it: the
/// roster's lines, or the errors.
#[test]
fn what_is_written_is_read_or_refused_with_its_place_and_mend() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/channels/config/cases.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut cases = 0;
    for case in text.split("\n## ").skip(1) {
        let name = case.lines().next().unwrap();
        let block = |kind: &str| {
            let (_, rest) = case.split_once(&format!("```{kind}\n")).unwrap();
            rest.split_once("```").unwrap().0.trim().to_owned()
        };
        let found = match read(&block("toml")) {
            Ok(configuration) => summary(&configuration),
            Err(errors) => errors.join("\n"),
        };
        assert_eq!(found, block("text"), "{name}");
        cases += 1;
    }
    assert!(cases >= 15, "{cases}");
}

fn summary(configuration: &Configuration) -> String {
    let roster = configuration.roster();
    let mut lines = vec![format!("site {}", configuration.site.name)];
    lines.push(format!("channels {:?}", roster.channels));
    for (what, channels) in
        [("shows acknowledgements", &roster.show_acknowledgements), ("closes tickets", &roster.close_tickets)]
    {
        if !channels.is_empty() {
            lines.push(format!("{what} {channels:?}"));
        }
    }
    for (name, channels) in &roster.people {
        lines.push(format!("{name} {channels:?}"));
    }
    for (name, team) in &roster.teams {
        lines.push(format!("team {name}: members {:?}, shared {:?}", team.members, team.shared));
        for turn in &team.rotations {
            lines.push(format!(
                "  {}: {:?} in {} from {:?} at {} for {} days",
                turn.name, turn.members, turn.zone, turn.first, turn.at_minutes, turn.days
            ));
            for change in &turn.overrides {
                lines.push(format!("    {} {}..{}", change.person, change.from_ms, change.to_ms));
            }
        }
    }
    lines.join("\n")
}

#[test]
fn a_secret_that_is_written_down_is_refused_and_not_repeated() {
    for text in [
        "[channel.p]\nkind = \"pagerduty\"\nrouting_key = \"hunter2\"",
        "[channel.p]\nkind = \"pagerduty\"\n[person.alice]\np = \"hunter2\"",
        "[channel.w]\nkind = \"webhook\"\nbearer = \"hunter2\"",
        "[channel.w]\nkind = \"webhook\"\nsecret = \"hunter2\"",
        "[channel.w]\nkind = \"webhook\"\nurl = \"https://me:hunter2@example.org\"",
        "[channel.w]\nkind = \"webhook\"\nheaders = { \"x-api-key\" = \"hunter2\" }",
        "[channel.w]\nkind = \"webhook\"\nheaders = { authorization = \"hunter2\" }",
        "[channel.w]\nkind = \"webhook\"\nurl = \"hunter2\"",
        "[channel.w]\nkind = \"hunter2\"",
        "[channel.w]\nkind = \"webhook\"\nsecret = \"hunter2",
        "[channel.w]\nkind = \"webhook\"\ntimeout = \"hunter2hunter2hunter2hunter2hunter2\"",
    ] {
        let errors = read(text).unwrap_err();
        assert!(!errors.is_empty() && !errors.join("").contains("hunter2"), "{text}: {errors:?}");
    }
}

#[test]
fn binding_fetches_what_is_kept_elsewhere_and_shows_none_of_it() {
    let path = std::env::temp_dir().join(format!("nvp-act-channels-{}", std::process::id()));
    std::fs::write(&path, "hunter2\n").unwrap();
    let at = path.display();
    let text = format!(
        "[channel.p]\nkind = \"pagerduty\"\nrouting_key = \"file:{at}\"\n\
         [channel.w]\nkind = \"webhook\"\nurl = \"https://example.org/hook/T0KEN\"\nbearer = \"file:{at}\"\n\
         [person.alice]\np = \"file:{at}\"\n"
    );
    let configuration = read(&text).unwrap();
    let (channels, addresses) = configuration.bind().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(channels.keys().collect::<Vec<_>>(), ["p", "w"]);
    let shown = format!("{addresses:?} {configuration:?}");
    assert!(shown.contains("file:") && shown.contains("https://example.org"), "{shown}");
    assert!(!shown.contains("hunter2") && !shown.contains("T0KEN\")"), "{shown}");
    let errors = configuration.bind().err().unwrap();
    assert_eq!(errors.len(), 3, "{errors:?}");
    assert!(errors.iter().all(|error| error.to_string().contains("cannot be read")), "{errors:?}");
}
