//! What can be asked of a staged connector.

use api::ApiError;
use contract::connect::staged_connectors::Action;

/// Refuses actions that cannot be done together: only a job follows a job, which may take minutes, each is done once, and
/// a repository is read once, which may take all the time there is.
pub(crate) fn check_together(actions: &[Action]) -> Result<(), ApiError> {
    let refused =
        |place: usize, message: &str| ApiError::invalid_field(&format!("/actions/{place}"), message);
    let places = || actions.iter().enumerate();
    let mut after = places().skip_while(|(_, action)| !action.is_job());
    if let Some((place, _)) = after.find(|(_, action)| !action.is_job()) {
        let message = "follows updatePreviewable or publish: nothing can be changed until they are done, so put it in \
                       front of them or send it in another request";
        return Err(refused(place, message));
    }
    let of_kind = |kind: fn(&Action) -> bool| places().filter(move |(_, action)| kind(action)).nth(1);
    let again = of_kind(|action| matches!(action, Action::UpdatePreviewable));
    let again = again.or_else(|| of_kind(|action| matches!(action, Action::Publish { .. })));
    if let Some((place, _)) = again {
        return Err(refused(place, "asks for what the request has asked for already; leave it out"));
    }
    let mut reading = places().filter(|(_, action)| matches!(action, Action::SetRepository { .. }));
    match reading.nth(1) {
        Some((place, _)) => Err(refused(place, "reads a repository, which one request does once")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(actions: Value) -> Result<(), String> {
        let actions: Vec<Action> = serde_json::from_value(actions).unwrap();
        check_together(&actions)
            .map_err(|error| error.errors.first().unwrap().members["field"].as_str().unwrap().to_owned())
    }

    #[test]
    fn jobs_come_last_and_once_each() {
        let (name, check_it) =
            (json!({ "action": "setName", "name": "x" }), json!({ "action": "updatePreviewable" }));
        let publish = json!({ "action": "publish", "certification": false });
        assert_eq!(check(json!([])), Ok(()));
        assert_eq!(check(json!([name, publish])), Ok(()));
        assert_eq!(check(json!([name, check_it])), Ok(()));
        assert_eq!(check(json!([name, check_it, publish])), Ok(()));
        assert_eq!(check(json!([publish, check_it])), Ok(()));
        assert_eq!(check(json!([publish, name])), Err("/actions/1".to_owned()));
        assert_eq!(check(json!([check_it, publish, name])), Err("/actions/2".to_owned()));
        assert_eq!(check(json!([check_it, publish, check_it])), Err("/actions/2".to_owned()));
        assert_eq!(check(json!([publish, publish])), Err("/actions/1".to_owned()));
    }

    #[test]
    fn a_repository_is_read_once() {
        let read = json!({ "action": "setRepository", "tag": "v2" });
        assert_eq!(check(json!([read])), Ok(()));
        assert_eq!(check(json!([read, read])), Err("/actions/1".to_owned()));
    }

    #[test]
    fn a_comment_says_something() {
        let schema = schemars::schema_for!(api::Update<Action>);
        let validator = api::validate::Validator::new(schema.as_value()).unwrap();
        let problems = |comment: &str| {
            let action = json!({ "action": "addCertificationComment", "comment": comment });
            let problems = validator.problems(&json!({ "version": 1, "actions": [action] }));
            problems.into_iter().map(|problem| problem.pointer).collect::<Vec<_>>()
        };
        assert!(problems("Ready").is_empty());
        for nothing in ["", " \n"] {
            let found = problems(nothing);
            assert!(!found.is_empty() && found.iter().all(|at| at == "/actions/0/comment"), "{found:?}");
        }
    }

    #[test]
    fn members_are_spelt_as_the_contract_does() {
        let project = "eu-central-1.aws:acme";
        for action in [
            json!({ "action": "setName", "name": "x" }),
            json!({ "action": "setDescription", "description": "" }),
            json!({ "action": "setIntegrationTypes", "integrationTypes": ["tax"] }),
            json!({ "action": "setDocumentationUrl", "documentationUrl": "https://acme.example" }),
            json!({ "action": "setSupportedRegions", "regions": ["us-central1.gcp"] }),
            json!({ "action": "setRepository", "url": "https://github.com/acme/tax.git", "tag": "v2" }),
            json!({ "action": "setCreatorName", "creatorName": "x" }),
            json!({ "action": "setCreatorTitle", "creatorTitle": "x" }),
            json!({ "action": "setCreatorEmail", "creatorEmail": "dev@acme.example" }),
            json!({ "action": "setCreatorCompany", "creatorCompany": "x" }),
            json!({ "action": "setCreatorLogo", "logoUrl": "x" }),
            json!({ "action": "setCreatorSupportUrl", "creatorSupportUrl": "x" }),
            json!({ "action": "setCreatorNoOfContributors", "creatorNoOfContributors": 1 }),
            json!({ "action": "addPrivateProject", "privateProject": project }),
            json!({ "action": "removePrivateProject", "privateProject": project }),
            json!({ "action": "updatePreviewable", "somethingElse": true }),
            json!({ "action": "publish", "certification": true }),
            json!({ "action": "addCertificationComment", "comment": "x" }),
            json!({ "action": "unlist" }),
        ] {
            serde_json::from_value::<Action>(action.clone())
                .unwrap_or_else(|error| panic!("{action}: {error}"));
        }
        serde_json::from_value::<Action>(json!({ "action": "setConfigurations" })).unwrap_err();
    }
}
