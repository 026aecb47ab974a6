//! The logs of applications: entries that go by themselves after [`RETENTION_DAYS`].

use domain::application_log::{LogEntry, RETENTION_DAYS};
use domain::ids::{ApplicationId, ConnectorDeploymentId};
use domain::metadata::Timestamp;
use futures::future::try_join_all;
use uuid::Uuid;

use crate::ProjectStore;
use crate::error::StoreError;
use crate::item::{Item, from_body, name, number, text, to_body};
use crate::keys;
use crate::table::{Query, Sort};
use crate::write::{Condition, OnConditionFailure, Write};

/// What is asked of the log of a deployment.
#[derive(Debug, Clone)]
pub struct LogQuery {
    /// The deployment.
    pub deployment: ConnectorDeploymentId,
    /// Which of its applications. Each is a partition's range of its own: one query each.
    pub applications: Vec<ApplicationId>,
    /// From here on.
    pub from: Timestamp,
    /// Up to here.
    pub to: Timestamp,
    /// After this position, which an earlier page gave.
    pub after: Option<String>,
    /// At most so many entries.
    pub limit: usize,
}

/// A page of a log, oldest first.
#[derive(Debug)]
pub struct LogPage {
    /// The entries.
    pub entries: Vec<LogEntry>,
    /// Where the next page begins, when there is one.
    pub next: Option<String>,
}

impl ProjectStore {
    /// Writes an entry. The same `id` is written once.
    pub async fn log(
        &self,
        application: ApplicationId,
        id: Uuid,
        entry: &LogEntry,
    ) -> Result<(), StoreError> {
        let expires = entry.timestamp.plus_seconds(RETENTION_DAYS * 86_400);
        let item = Item::from([
            (name::BODY.to_owned(), to_body(entry)?),
            (name::EXPIRES_AT.to_owned(), number(expires.as_second())),
        ]);
        let key = keys::log_entry(&self.project, entry.deployment_id, application, entry.timestamp, id);
        match self.write(vec![Write::put(key, item, Condition::Absent, OnConditionFailure::Raced)]).await {
            Ok(()) | Err(StoreError::Raced) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A page of the log of a deployment, of one application or of several, oldest first.
    pub async fn log_page(&self, query: &LogQuery) -> Result<LogPage, StoreError> {
        let reads = query.applications.iter().map(|application| self.log_of(query, *application));
        let mut found: Vec<(String, Item)> = try_join_all(reads).await?.into_iter().flatten().collect();
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        let more = found.len() > query.limit;
        found.truncate(query.limit);
        let next = found.last().filter(|_| more).map(|(position, _)| position.clone());
        let entries = found.iter().map(|(_, item)| from_body(item)).collect::<Result<_, _>>()?;
        Ok(LogPage { entries, next })
    }

    /// The first entries of one application, one more than the page takes, each with its position.
    async fn log_of(
        &self,
        query: &LogQuery,
        application: ApplicationId,
    ) -> Result<Vec<(String, Item)>, StoreError> {
        let prefix = keys::log_prefix(application);
        // Behind a position means behind its last character: nothing sorts between.
        let from = query.after.as_ref().map_or_else(|| query.from.to_string(), |after| format!("{after}#"));
        let asked = Query {
            index: None,
            partition: (name::PK, keys::log_partition(&self.project, query.deployment)),
            // A position begins with the time, and '~' sorts behind everything that follows it.
            sort: Some((
                name::SK,
                Sort::Between(format!("{prefix}{from}"), format!("{prefix}{}~", query.to)),
            )),
            forward: true,
            limit: None,
            start: None,
        };
        let items = self.collect(asked, query.limit + 1).await?;
        let positioned = items.into_iter().filter_map(|item| {
            let position = text(&item, name::SK)?.strip_prefix(&prefix)?.to_owned();
            Some((position, item))
        });
        Ok(positioned.collect())
    }
}
