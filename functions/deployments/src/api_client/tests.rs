use domain::ids::EnvironmentId;

use super::*;
use crate::samples::{actor, deployment, now};

fn wanting(scopes: &[&str]) -> ConnectorDeployment {
    let mut deployment = deployment();
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    deployment.connector.specification.api_client_scopes = Some(scopes);
    deployment
}

fn warnings(deployment: &ConnectorDeployment) -> Vec<&str> {
    let entries = deployment.build.report.entries.iter();
    entries.filter_map(|entry| entry.message.as_deref()).collect()
}

#[test]
fn a_client_has_what_the_connector_asks_for_and_the_caller_has() {
    let asked = ["view_runs", "manage_orders", "manage_environments:acme", "manage_flow_deployments"];
    let mut deployment = wanting(&asked);
    let mut secrets = Vec::new();
    let caller = actor(&[Scope::ManageRuns, Scope::ManageEnvironments, Scope::ManageApiClients]);
    let minted = mint(&mut deployment, &caller, &mut secrets, now()).unwrap().unwrap();
    let (client, credential) = minted.parts();
    assert_eq!(client.scopes, Scopes([Scope::ViewRuns, Scope::ManageEnvironments].into()));
    assert_eq!((&credential.scopes, credential.client), (&client.scopes, client.id));
    assert_eq!(client.name.as_str(), "connector Acme tax");
    let [secret] = secrets.as_slice() else { panic!("one secret") };
    assert_eq!((secret.key.as_str(), secret.version), ("CTP_CLIENT_SECRET", 2));
    let shown = deployment.api_client.as_ref().unwrap();
    assert_eq!((shown.client, shown.secret_version, shown.scopes.len()), (client.id, 2, 4));
    assert_eq!(shown.granted, client.scopes);
    assert_eq!(
        warnings(&deployment),
        [format!("{UNKNOWN}: manage_orders"), format!("{LACKING}: manage_flow_deployments")]
    );
    let stored = ClientSecret::parse(secret.value.expose_secret());
    assert_eq!(stored.as_ref(), Some(&credential.secret_hash), "the secret is the client's");
}

#[test]
fn no_client_is_made_that_could_do_nothing() {
    let mut deployment = wanting(&["manage_orders"]);
    let mut secrets = Vec::new();
    let caller = actor(&[Scope::ManageProject]);
    assert!(mint(&mut deployment, &caller, &mut secrets, now()).unwrap().is_none());
    assert!(secrets.is_empty() && deployment.api_client.is_none() && deployment.last_secret_version == 1);
    assert_eq!(
        warnings(&deployment),
        [format!("{UNKNOWN}: manage_orders"), format!("{NONE_LEFT}: manage_orders")]
    );
}

#[test]
fn a_client_is_limited_as_whoever_deploys() {
    let environment = Some(EnvironmentId::new(new_id()));
    for environment in [environment, None] {
        let caller = Actor { environment, ..actor(&[Scope::ManageProject]) };
        let mut deployment = wanting(&["view_runs"]);
        let minted = mint(&mut deployment, &caller, &mut Vec::new(), now()).unwrap().unwrap();
        let (client, credential) = minted.parts();
        assert_eq!((client.environment, credential.environment), (environment, environment));
    }
}

#[test]
fn a_deployment_keeps_its_client() {
    let mut deployment = wanting(&["view_runs"]);
    let mut secrets = Vec::new();
    let caller = actor(&[Scope::ManageProject]);
    mint(&mut deployment, &caller, &mut secrets, now()).unwrap().unwrap();
    let before = deployment.clone();
    assert!(mint(&mut deployment, &caller, &mut secrets, now()).unwrap().is_none());
    assert_eq!((secrets.len(), &deployment), (1, &before));
    let scopes = vec!["view_runs".to_owned(), "view_environments".to_owned()];
    deployment.connector.specification.api_client_scopes = Some(scopes);
    assert!(mint(&mut deployment, &caller, &mut secrets, now()).unwrap().is_none());
    assert_eq!(deployment.api_client, before.api_client);
    assert_eq!(warnings(&deployment), [format!("{KEPT}: view_environments")]);
}

#[test]
fn a_long_name_is_cut() {
    assert_eq!(name(&"é".repeat(256).parse().unwrap()).unwrap().as_str().chars().count(), NAME);
}

#[test]
fn what_is_told_of_scopes_keeps_to_the_room_there_is_for_the_report() {
    let odd = "\u{1}".repeat(900);
    let mut deployment = wanting(&["view_runs", &odd]);
    let room = ConnectorDeployment::REPORT_BYTES;
    for turn in 0..room / 1_000 {
        let words = format!("{turn} {}", "w".repeat(880));
        deployment.report(EntryType::Warning, "Something else", Some(words), now());
    }
    mint(&mut deployment, &actor(&[Scope::ManageProject]), &mut Vec::new(), now()).unwrap().unwrap();
    let bytes = serde_json::to_vec(&deployment.build.report).unwrap().len();
    assert!((room - 5_000..room + 1_000).contains(&bytes), "{bytes}");
}
