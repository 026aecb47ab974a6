use uuid::Uuid;

use super::*;

fn flow(id: u128) -> FlowId {
    FlowId::new(Uuid::from_u128(id))
}

fn environment(id: u128) -> EnvironmentId {
    EnvironmentId::new(Uuid::from_u128(id))
}

fn package(id: u128) -> PackageId {
    PackageId::new(Uuid::from_u128(id))
}

fn summary() -> DeploymentSummary {
    DeploymentSummary {
        id: DeploymentId::new(Uuid::from_u128(1)),
        created_at: "2026-11-20T10:00:00Z".parse().unwrap(),
        name: "Orders".to_owned(),
        flow: flow(1),
        release: 2,
        placement: environment(1).into(),
        package: Some(package(1)),
        enabled_at: None,
    }
}

fn of_flows<const N: usize>(ids: [u128; N]) -> DeploymentFilter {
    DeploymentFilter { flows: Some(ids.map(flow).into()), ..DeploymentFilter::default() }
}

fn in_environments<const N: usize>(ids: [u128; N]) -> DeploymentFilter {
    DeploymentFilter { environments: Some(ids.map(environment).into()), ..DeploymentFilter::default() }
}

fn of_package() -> DeploymentFilter {
    DeploymentFilter { packages: Some([package(1)].into()), ..DeploymentFilter::default() }
}

fn global(is_global: bool) -> DeploymentFilter {
    DeploymentFilter { global: Some(is_global), ..DeploymentFilter::default() }
}

fn of_version(number: u32) -> DeploymentFilter {
    DeploymentFilter::of_version(ReleaseId { flow: flow(1), number }, None)
}

#[test]
fn what_the_table_keeps_a_list_of_is_read_from_it() {
    for (wish, is_kept) in [
        (DeploymentFilter::default(), true),
        (of_version(2), true),
        (of_flows([1]), true),
        (in_environments([1]), true),
        (global(true), true),
        (of_package(), true),
        (DeploymentFilter { global: Some(false), ..in_environments([1]) }, true),
        (DeploymentFilter { flows: of_flows([1]).flows, ..in_environments([1]) }, true),
        (DeploymentFilter { global: Some(true), ..of_flows([1]) }, true),
        // A list for every pair of things would be one too many.
        (global(false), false),
        (DeploymentFilter { global: Some(true), ..in_environments([1]) }, false),
        (DeploymentFilter { flows: of_flows([1]).flows, ..of_package() }, false),
        (of_flows([1, 2]), false),
        (of_flows([]), false),
        (DeploymentFilter { environments: in_environments([1]).environments, ..of_version(2) }, false),
    ] {
        assert_eq!(wish.listing().is_some(), is_kept, "{wish:?}");
    }
}

#[test]
fn a_deployment_has_to_meet_everything_by_any_value() {
    let elsewhere = DeploymentSummary { placement: Placement::Global, package: None, ..summary() };
    for (wish, here, there) in [
        (DeploymentFilter::default(), true, true),
        (of_version(2), true, true),
        (of_version(3), false, false),
        (of_flows([2, 1]), true, true),
        (of_flows([]), false, false),
        (in_environments([1, 2]), true, false),
        (in_environments([2]), false, false),
        (of_package(), true, false),
        (global(true), false, true),
        (global(false), true, false),
        (DeploymentFilter { global: Some(true), ..of_flows([2]) }, false, false),
    ] {
        assert_eq!((wish.is_met_by(&summary()), wish.is_met_by(&elsewhere)), (here, there), "{wish:?}");
    }
}

#[test]
fn a_limited_caller_is_shown_its_environment_and_no_other() {
    let own = Some(environment(1));
    for (asked, expected) in [
        (DeploymentFilter::default(), in_environments([1])),
        (in_environments([1, 2]), in_environments([1])),
        (in_environments([2]), in_environments([])),
    ] {
        assert_eq!(asked.clone().within(None), asked);
        assert_eq!(asked.within(own), expected);
    }
    let version = ReleaseId { flow: flow(1), number: 2 };
    assert_eq!(DeploymentFilter::of_version(version, own).environments, in_environments([1]).environments);
}

#[test]
fn what_is_off_has_no_value_and_the_number_of_a_release_is_a_number() {
    let shown = |field, enabled_at: Option<&str>| {
        let enabled_at = enabled_at.map(|at| at.parse().unwrap());
        key(field, &DeploymentSummary { enabled_at, ..summary() })
    };
    assert_eq!(shown(ENABLED_AT, None), Key::Null);
    assert_eq!(shown(ENABLED_AT, Some("2026-11-20T09:00:00Z")), "2026-11-20T09:00:00.000Z");
    assert_eq!(shown(ITERATION, None), 2);
    assert_eq!(shown(FLOW_NAME, None), "Orders");
    assert_eq!(shown(CREATED_AT, None), "2026-11-20T10:00:00.000Z");
}
