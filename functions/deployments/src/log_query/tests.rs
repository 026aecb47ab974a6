use api::ErrorCode;
use api::query::Query;
use api::{PathValues, QueryParams};

use runtime::Endpoint;

use super::*;
use crate::logs::Logs;
use crate::samples::{APPLICATIONS, deployment, now};

const ENTRY: &str = "2026-11-19T10:00:00.000Z#8d1c7a52-6a0f-4c1e-9f53-0c8b6a3e7f10";

fn asked(deployment: &ConnectorDeployment, given: &[(&str, &str)]) -> Result<LogQuery, ErrorCode> {
    let endpoint = Endpoint::http::<Logs>();
    let given: Vec<_> = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let query = Query::decode(endpoint.operation.route().unwrap(), &PathValues::default(), &given).unwrap();
    let query = ReadLog::read(&query);
    match Asked::of(&query, deployment, now()) {
        Ok(asked) => Ok(asked.log_query(deployment)),
        Err(error) => {
            assert_eq!(error.status, 400);
            Err(error.errors.first().unwrap().code)
        }
    }
}

fn on_aws() -> ConnectorDeployment {
    ConnectorDeployment { deployed_region: "eu-central-1.aws".parse().unwrap(), ..deployment() }
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn without_parameters_it_is_all_that_is_kept() {
    let query = asked(&deployment(), &[("pageToken", ""), ("limit", "100")]).unwrap();
    assert_eq!((query.from, query.to), (moment("2026-10-21T10:00:00Z"), now()));
    assert_eq!((query.applications.len(), query.limit, query.after), (4, 100, None));
}

#[test]
fn an_empty_parameter_is_none() {
    let empty = [("applicationName", ""), ("startDate", ""), ("endDate", ""), ("pageToken", "")];
    let (with, without) = (asked(&deployment(), &empty).unwrap(), asked(&deployment(), &[]).unwrap());
    assert_eq!((with.from, with.to, with.applications), (without.from, without.to, without.applications));
    assert_eq!(asked(&on_aws(), &empty).unwrap_err(), ErrorCode::DeploymentLogMissingApplicationName);
}

#[test]
fn an_end_without_a_start_is_as_good_as_any() {
    for (end, start) in [
        ("2026-11-19T10:00:00Z", "2026-10-21T10:00:00Z"),
        ("2026-12-24T00:00:00Z", "2026-10-21T10:00:00Z"),
        // Nothing of it is kept.
        ("2026-09-01T00:00:00Z", "2026-09-01T00:00:00Z"),
        ("-009999-01-02T02:00:00Z", "-009999-01-02T02:00:00Z"),
    ] {
        let query = asked(&deployment(), &[("endDate", end)]).unwrap();
        assert_eq!((query.from, query.to), (moment(start), moment(end)), "{end}");
    }
}

#[test]
fn an_application_is_named_where_logs_are_kept_apart() {
    assert_eq!(asked(&on_aws(), &[]).unwrap_err(), ErrorCode::DeploymentLogMissingApplicationName);
    let query = asked(&on_aws(), &[("applicationName", "orders")]).unwrap();
    assert_eq!(query.applications, [APPLICATIONS[2].parse::<ApplicationId>().unwrap()]);
    let unknown = asked(&deployment(), &[("applicationName", "order")]);
    assert_eq!(unknown.unwrap_err(), ErrorCode::DeploymentApplicationDoesNotExist);
}

#[test]
fn dates_are_utc_unless_they_say_otherwise_and_lie_where_there_are_logs() {
    for (from, to) in [
        ("2026-11-19T00:00:00", "2026-11-19T01:00:00Z"),
        ("2026-11-19T00:00:00.000Z", "2026-11-19T02:00:00.000+01:00"),
    ] {
        let query = asked(&deployment(), &[("startDate", from), ("endDate", to)]).unwrap();
        let expected = (moment("2026-11-19T00:00:00Z"), moment("2026-11-19T01:00:00Z"));
        assert_eq!((query.from, query.to), expected);
    }
    let midnight = asked(&deployment(), &[("startDate", "2026-10-21T00:00:00.000Z")]);
    assert!(midnight.is_ok(), "30 days back, from midnight on");
    for bad in [
        &[("startDate", "yesterday")][..],
        &[("startDate", "2026-10-20T23:59:59.999Z")],
        &[("startDate", "2026-11-19T00:00:00Z"), ("endDate", "2026-11-18T00:00:00Z")],
        &[("startDate", "2026-11-21T00:00:00Z")],
    ] {
        assert_eq!(asked(&deployment(), bad).unwrap_err(), ErrorCode::DeploymentLogInvalidDate, "{bad:?}");
    }
}

fn token_of(deployment: &ConnectorDeployment, given: &[(&str, &str)]) -> String {
    let query = asked(deployment, given).unwrap();
    let application = match query.applications.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    let (from, to, position) = (query.from, query.to, ENTRY.to_owned());
    let token = PageToken { deployment: deployment.id, application, from, to, position, made_at: now() };
    token.to_text().unwrap()
}

#[test]
fn a_token_goes_on_with_the_same_query_and_no_other() {
    let (start, end) = (("startDate", "2026-11-18T00:00:00Z"), ("endDate", "2026-11-20T00:00:00Z"));
    let orders = ("applicationName", "orders");
    let token = token_of(&on_aws(), &[orders, start, end]);
    let page = ("pageToken", token.as_str());
    for given in [&[page][..], &[page, orders], &[page, orders, start, end]] {
        let query = asked(&on_aws(), given).unwrap();
        assert_eq!((query.after.as_deref(), query.applications.len()), (Some(ENTRY), 1), "{given:?}");
        assert_eq!((query.from, query.to), (moment(start.1), moment(end.1)));
    }
    let other = ConnectorDeployment { id: APPLICATIONS[0].parse().unwrap(), ..on_aws() };
    assert_eq!(asked(&other, &[page]).unwrap_err(), ErrorCode::DeploymentLogInvalidPageToken);
    for given in [
        &[page, ("applicationName", "calc")][..],
        &[page, ("startDate", "2026-11-17T00:00:00Z")],
        &[page, ("endDate", "2026-11-19T00:00:00Z")],
        &[("pageToken", "garbled"), orders],
    ] {
        assert_eq!(
            asked(&on_aws(), given).unwrap_err(),
            ErrorCode::DeploymentLogInvalidPageToken,
            "{given:?}"
        );
    }
    let of_all = token_of(&deployment(), &[]);
    let narrowed = asked(&deployment(), &[("pageToken", &of_all), orders]);
    assert_eq!(narrowed.unwrap_err(), ErrorCode::DeploymentLogInvalidPageToken);
}
