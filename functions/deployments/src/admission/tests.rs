use api::ErrorCode;
use domain::connector_deployment::DeploymentType::{self, Preview, Production, Sandbox};

use super::*;
use crate::samples::{actor, deployment};

#[test]
fn the_reference_decides_which_types_there_are() {
    let table: &[(Option<DeploymentType>, bool, Result<DeploymentType, &str>)] = &[
        (None, true, Ok(Preview)),
        (Some(Preview), true, Ok(Preview)),
        (Some(Sandbox), true, Err("A staged connector is not deployed as 'sandbox'; allowed: preview")),
        (Some(Production), true, Err("A staged connector is not deployed as 'production'; allowed: preview")),
        (None, false, Ok(Sandbox)),
        (Some(Sandbox), false, Ok(Sandbox)),
        (Some(Production), false, Ok(Production)),
        (
            Some(Preview),
            false,
            Err("A published connector is not deployed as 'preview'; allowed: sandbox, production"),
        ),
    ];
    for (asked, staged, expected) in table {
        let decided = kind(*asked, *staged).map_err(|error| {
            let item = error.errors.first().unwrap().clone();
            (error.status, item.code, item.message)
        });
        let expected =
            expected.map_err(|message| (400, ErrorCode::DeploymentInvalidType, message.to_owned()));
        assert_eq!(decided, expected);
    }
}

#[test]
fn only_who_may_make_clients_deploys_a_connector_that_wants_one() {
    let mut connector = deployment().connector;
    assert!(check_scope(&actor(&[]), &connector).is_ok());
    connector.specification.api_client_scopes = Some(vec!["view_runs".to_owned()]);
    assert_eq!(check_scope(&actor(&[Scope::ManageRuns]), &connector).unwrap_err().status, 403);
    assert!(check_scope(&actor(&[Scope::ManageApiClients]), &connector).is_ok());
    assert!(check_scope(&actor(&[Scope::ManageProject]), &connector).is_ok());
}

#[test]
fn a_key_that_is_taken_is_named_as_connect_names_it() {
    let error = taken("tax-sync".to_owned());
    let item = error.errors.first().unwrap();
    assert_eq!((error.status, item.code), (400, ErrorCode::DuplicateField));
    assert_eq!(
        (&item.members["field"], &item.members["duplicateValue"]),
        (&"key".into(), &"tax-sync".into())
    );
    assert!(item.message.starts_with("Another deployment has the key 'tax-sync'"), "{}", item.message);
}
