use secrecy::ExposeSecret as _;

use super::{Secret, SecretError, Setting};

#[test]
fn a_secret_is_named_not_written() {
    assert_eq!(Secret::parse("env:TOKEN"), Ok(Secret::Environment("TOKEN".into())));
    assert_eq!(Secret::parse("file:/run/token"), Ok(Secret::File("/run/token".into())));
    for literal in ["hunter2", "", "env:", "file:", "ENV:TOKEN"] {
        assert_eq!(Secret::parse(literal), Err(SecretError::Literal), "{literal}");
    }
}

#[test]
fn a_setting_may_be_written_and_is_not_shown() {
    let setting = Setting::from("https://example.org/hook/T0KEN".to_owned());
    assert_eq!(setting.fetch().unwrap().expose_secret(), "https://example.org/hook/T0KEN");
    assert!(!format!("{setting:?}").contains("T0KEN"));
    assert_eq!(Setting::from("env:URL".to_owned()), Setting::Kept(Secret::Environment("URL".into())));
}

#[test]
fn what_cannot_be_fetched_says_where_it_was_looked_for() {
    let missing = Secret::parse("env:NOVAEVO_NO_SUCH_VARIABLE").unwrap().fetch().unwrap_err();
    assert_eq!(missing.to_string(), "the environment variable `NOVAEVO_NO_SUCH_VARIABLE` is not set");
    let missing = Secret::parse("file:/no/such/file").unwrap().fetch().unwrap_err();
    assert!(missing.to_string().starts_with("the secret in `/no/such/file` cannot be read: "), "{missing}");
    let endless = Secret::parse("file:/dev/zero").unwrap().fetch().unwrap_err();
    assert!(endless.to_string().contains("larger than 65536 bytes"), "{endless}");
    let empty = Secret::parse("file:/dev/null").unwrap().fetch().unwrap_err();
    assert_eq!(empty, SecretError::Empty("file:/dev/null".into()));
}

#[test]
fn the_end_of_a_file_is_no_part_of_the_secret() {
    let path = std::env::temp_dir().join(format!("nvp-act-secret-{}", std::process::id()));
    std::fs::write(&path, "s3cret\n").unwrap();
    let secret = Secret::parse(&format!("file:{}", path.display())).unwrap();
    assert_eq!(secret.fetch().unwrap().expose_secret(), "s3cret");
    assert!(!format!("{:?}", secret.fetch()).contains("s3cret"));
    std::fs::remove_file(path).unwrap();
}
