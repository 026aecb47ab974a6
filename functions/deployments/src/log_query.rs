//! What is asked of a log: which application, from when to when, and after what.

use api::query::Filled;
use api::{ApiError, ErrorCode, query};
use domain::application_log::RETENTION_DAYS;
use domain::connector_deployment::{Application, ConnectorDeployment};
use domain::ids::ApplicationId;
use domain::metadata::Timestamp;
use store::LogQuery;

use crate::page_token::PageToken;

/// So many entries are on a page.
const PAGE_SIZE: usize = 100;

const DAY_SECONDS: i64 = 86_400;

/// Where the logs of applications are kept apart.
const KEPT_APART: &str = ".aws";

query! {
    /// Which entries of a log a page shows.
    pub struct ReadLog {
        /// Only the log of this application. Must be given where the region ends in `.aws`; elsewhere the
        /// logs of all applications are merged.
        application_name as "applicationName": Option<Filled>,
        /// From this moment on, which may be 30 days back and on no earlier day; 30 days ago when absent.
        /// Without a zone it is UTC.
        start_date as "startDate": Option<Filled>,
        /// Up to this moment; now when absent. Without a zone it is UTC.
        end_date as "endDate": Option<Filled>,
        /// Go on after the page that answered with this as `next`, within a day. It goes with the same
        /// deployment, application and dates, which may be left out then.
        page_token as "pageToken": Option<Filled>,
    }
}

/// What is asked of the log of a deployment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    token: PageToken,
    /// Whether the token is the client's, and its position is gone on from.
    goes_on: bool,
}

/// The dates that a query names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Dates {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Asked {
    /// Reads and checks the parameters, for a deployment.
    pub(crate) fn of(
        query: &ReadLog,
        deployment: &ConnectorDeployment,
        now: Timestamp,
    ) -> Result<Self, ApiError> {
        let named = application(query.application_name.as_deref(), deployment);
        let (application, dates) = ApiError::both(named, Dates::of(query))?;
        let token = match query.page_token.as_deref() {
            Some(text) => Some(going_on(text, deployment, application, dates, now)?),
            None => None,
        };
        let application = application.or_else(|| token.as_ref()?.application);
        if application.is_none() && deployment.deployed_region.as_str().ends_with(KEPT_APART) {
            return Err(ApiError::new(
                ErrorCode::DeploymentLogMissingApplicationName,
                format!(
                    "In the region '{}' each application has a log of its own; name one in applicationName: {}",
                    deployment.deployed_region,
                    names(deployment)
                ),
            ));
        }
        if let Some(token) = token {
            return Ok(Self { token, goes_on: true });
        }
        let (from, to) = dates.window(now)?;
        let (position, made_at) = (String::new(), now);
        let token = PageToken { deployment: deployment.id, application, from, to, position, made_at };
        Ok(Self { token, goes_on: false })
    }

    /// As the store is asked.
    pub(crate) fn log_query(&self, deployment: &ConnectorDeployment) -> LogQuery {
        let all = || deployment.applications.iter().map(|application| application.id).collect();
        LogQuery {
            deployment: deployment.id,
            applications: self.token.application.map_or_else(all, |application| vec![application]),
            from: self.token.from,
            to: self.token.to,
            after: self.goes_on.then(|| self.token.position.clone()),
            limit: PAGE_SIZE,
        }
    }

    /// The token that goes on after `position`.
    pub(crate) fn token(&self, position: String, now: Timestamp) -> PageToken {
        PageToken { position, made_at: now, ..self.token.clone() }
    }
}

impl Dates {
    fn of(query: &ReadLog) -> Result<Self, ApiError> {
        let read = |name, text: Option<&str>| text.map(|text| date(name, text)).transpose();
        let from = read("startDate", query.start_date.as_deref());
        let (from, to) = ApiError::both(from, read("endDate", query.end_date.as_deref()))?;
        Ok(Self { from, to })
    }

    /// From when to when. What is older is forgotten, so without a start there is nothing to refuse: at most, there is
    /// nothing to show.
    fn window(self, now: Timestamp) -> Result<(Timestamp, Timestamp), ApiError> {
        let to = self.to.unwrap_or(now);
        let Some(from) = self.from else {
            return Ok((now.plus_seconds(-RETENTION_DAYS * DAY_SECONDS).min(to), to));
        };
        // By days: clients send the midnight with which a day begins.
        let oldest = now.as_second().div_euclid(DAY_SECONDS) - RETENTION_DAYS;
        if from.as_second().div_euclid(DAY_SECONDS) < oldest {
            let words =
                format!("startDate is {from}, and logs are kept for {RETENTION_DAYS} days; send a later one");
            return Err(ApiError::new(ErrorCode::DeploymentLogInvalidDate, words));
        }
        if from > to {
            let words = format!("startDate is {from}, which is after endDate, {to}; exchange them");
            return Err(ApiError::new(ErrorCode::DeploymentLogInvalidDate, words));
        }
        Ok((from, to))
    }
}

/// A date of a query, in UTC unless it says otherwise.
fn date(name: &str, text: &str) -> Result<Timestamp, ApiError> {
    let read = text.parse::<Timestamp>().or_else(|_| format!("{text}Z").parse());
    read.map_err(|_| {
        let words = format!("{name} is no date such as 2026-11-20T09:15:02.120Z; percent-encode a '+'");
        ApiError::new(ErrorCode::DeploymentLogInvalidDate, words)
    })
}

/// The application of that name.
fn application(
    name: Option<&str>,
    deployment: &ConnectorDeployment,
) -> Result<Option<ApplicationId>, ApiError> {
    let Some(name) = name else { return Ok(None) };
    let is_meant = |application: &&Application| application.name.as_str() == name;
    match deployment.applications.iter().find(is_meant) {
        Some(application) => Ok(Some(application.id)),
        None => Err(ApiError::new(
            ErrorCode::DeploymentApplicationDoesNotExist,
            format!("The deployment has no application of that name; it has {}", names(deployment)),
        )),
    }
}

fn names(deployment: &ConnectorDeployment) -> String {
    let names: Vec<&str> = deployment.applications.iter().map(|one| one.name.as_str()).collect();
    names.join(", ")
}

/// The token, if it is of this deployment and of what the query says beside it.
fn going_on(
    text: &str,
    deployment: &ConnectorDeployment,
    application: Option<ApplicationId>,
    dates: Dates,
    now: Timestamp,
) -> Result<PageToken, ApiError> {
    let fits = |token: &PageToken| {
        token.deployment == deployment.id
            && application.is_none_or(|named| token.application == Some(named))
            && token.application.is_none_or(|id| deployment.application(id).is_some())
            && dates.from.is_none_or(|from| token.from == from)
            && dates.to.is_none_or(|to| token.to == to)
    };
    PageToken::read(text, now).filter(fits).ok_or_else(|| {
        ApiError::new(ErrorCode::DeploymentLogInvalidPageToken,
            "The page token is no token of this deployment and this query, or is more than a day old; begin again \
             without it",
        )
    })
}

#[cfg(test)]
mod tests;
