use api::ErrorCode;
use serde_json::json;

use super::*;

fn problem(code: ProblemCode, pointer: Option<&str>) -> ConfigurationProblem {
    ConfigurationProblem { code, message: "is wrong".to_owned(), pointer: pointer.map(str::to_owned) }
}

#[test]
fn every_problem_is_told_with_its_own_code_and_place() {
    let problems = vec![
        problem(ProblemCode::UnknownApplication, None),
        problem(ProblemCode::InvalidInput, Some("/1/schedule")),
        problem(ProblemCode::InvalidInput, Some("/global/standardConfiguration/0/key")),
        problem(ProblemCode::InvalidInput, None),
    ];
    let error = refused(problems, "/configurations");
    let told: Vec<_> =
        error.errors.iter().map(|item| (item.code, item.members.get("field").cloned())).collect();
    let expected = [
        (ErrorCode::DeploymentUnknownApplicationConfiguration, None),
        (ErrorCode::InvalidJsonInput, Some(json!("/configurations/1/schedule"))),
        (ErrorCode::InvalidJsonInput, Some(json!("/globalConfiguration/standardConfiguration/0/key"))),
        (ErrorCode::InvalidJsonInput, Some(json!("/configurations"))),
    ];
    assert_eq!((error.status, told), (400, expected.to_vec()));
    let detailed = &error.errors.get(1).unwrap().members["detailedErrorMessage"];
    assert_eq!(detailed, "configurations[1].schedule: is wrong");
}

#[test]
fn so_many_problems_that_no_answer_holds_them_are_cut() {
    let error = refused(vec![problem(ProblemCode::UnknownGlobalKey, None); 5000], "/configurations");
    assert_eq!(error.errors.len(), MAX_PROBLEMS + 1);
    assert!(error.errors.last().unwrap().message.contains("4900 more"));
}

#[test]
fn what_a_request_leaves_out_is_not_mentioned() {
    let drafted = draft(None, None);
    assert!(drafted.applications.is_none() && drafted.global.is_none());
    let application = json!({ "applicationName": "pages", "isDefault": true });
    let application: DeploymentConfigurationApplication = serde_json::from_value(application).unwrap();
    let drafted = draft(Some(vec![application]), Some(DeploymentGlobalConfiguration::default()));
    let [application] = drafted.applications.as_deref().unwrap() else { panic!("one application") };
    assert_eq!((application.name.as_str(), application.values.secured.len()), ("pages", 0));
    assert!(drafted.global.unwrap().standard.is_empty());
}

#[test]
fn a_secret_is_not_printed() {
    let application = json!({
        "applicationName": "calc",
        "standardConfiguration": [{ "key": "MODE", "value": "live" }],
        "securedConfiguration": [{ "key": "TOKEN", "value": "hunter2" }],
    });
    let application: DeploymentConfigurationApplication = serde_json::from_value(application).unwrap();
    let printed = format!("{application:?}");
    assert!(printed.contains("TOKEN") && !printed.contains("hunter2"), "{printed}");
    let drafted = format!("{:?}", draft(Some(vec![application]), None));
    assert!(!drafted.contains("hunter2"), "{drafted}");
}
