use nvp_plan::ids::ServiceId;

use super::*;

fn plan(services: &[(&str, &[u32])]) -> Lowered {
    let service = |(name, below): &(&str, &[u32])| Service {
        name: (*name).to_owned(),
        is: vec![(*name).to_owned()],
        depends_on: below.iter().copied().map(ServiceId).collect(),
        tier: 2,
        owner: None,
    };
    Lowered { services: services.iter().map(service).collect(), ..Lowered::default() }
}

#[test]
fn services_are_connected_in_whatever_direction_and_through_others() {
    let plan =
        plan(&[("cache", &[]), ("database", &[]), ("gateway", &[3]), ("parts", &[1]), ("planning", &[1])]);
    let services = Services::of(&plan);
    let group = |name| services.group(&plan, name);
    assert_eq!(group("gateway"), group("planning"));
    assert_eq!(group("cache"), Some("cache"));
    assert_ne!(group("cache"), group("database"));
    assert_eq!(group("stranger"), None);
}

#[test]
fn the_cause_is_what_fails_below_all_others() {
    let plan =
        plan(&[("cache", &[]), ("database", &[]), ("gateway", &[3]), ("parts", &[1]), ("planning", &[1])]);
    let services = Services::of(&plan);
    assert_eq!(services.causes(&["gateway", "database"]), ["database"], "through one that does not fail");
    assert_eq!(services.causes(&["gateway", "parts", "planning"]), ["parts", "planning"]);
    assert_eq!(services.causes(&["stranger", "gateway"]), ["stranger", "gateway"]);
}

#[test]
fn in_a_circle_each_may_be_the_cause() {
    let plan = plan(&[("chicken", &[1]), ("egg", &[0])]);
    assert_eq!(Services::of(&plan).causes(&["chicken", "egg"]), ["chicken", "egg"]);
    assert_eq!(Services::of(&plan).causes(&["egg"]), ["egg"]);
}
