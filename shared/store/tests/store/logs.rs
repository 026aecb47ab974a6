//! Logs: each entry once, in order of time, over several applications, between two moments, a page at a time.

use domain::application_log::{LogEntry, LogSeverity, LogType};
use domain::ids::{ApplicationId, ConnectorDeploymentId};
use store::{LogPage, LogQuery, ProjectStore};
use uuid::Uuid;

use crate::local::Local;
use crate::samples::moment;

/// A deployment with two applications that write a log.
struct Scene {
    local: Local,
    deployment: ConnectorDeploymentId,
    orders: ApplicationId,
    changes: ApplicationId,
}

impl Scene {
    async fn start() -> Self {
        Self {
            local: Local::start().await,
            deployment: ConnectorDeploymentId::new(Uuid::new_v4()),
            orders: ApplicationId::new(Uuid::new_v4()),
            changes: ApplicationId::new(Uuid::new_v4()),
        }
    }

    fn project(&self) -> &ProjectStore {
        &self.local.project
    }

    fn entry(&self, seconds: i64, message: &str) -> LogEntry {
        LogEntry {
            kind: LogType::ApplicationText,
            deployment_id: self.deployment,
            application_name: "orders".parse().unwrap(),
            severity: LogSeverity::Info,
            timestamp: moment(seconds),
            details: message.into(),
        }
    }

    async fn write(&self, application: ApplicationId, seconds: i64, message: &str) {
        let entry = self.entry(seconds, message);
        self.project().log(application, Uuid::new_v4(), &entry).await.unwrap();
    }

    fn query(&self, applications: &[ApplicationId], limit: usize) -> LogQuery {
        LogQuery {
            deployment: self.deployment,
            applications: applications.to_vec(),
            from: moment(0),
            to: moment(1_000),
            after: None,
            limit,
        }
    }

    async fn all(&self, mut query: LogQuery) -> Vec<String> {
        let mut seen = Vec::new();
        loop {
            let page = self.project().log_page(&query).await.unwrap();
            assert!(page.entries.len() <= query.limit);
            assert!(
                page.next.is_none() || page.entries.len() == query.limit,
                "a page is full unless it is the last"
            );
            seen.extend(messages(&page));
            match page.next {
                Some(next) => query.after = Some(next),
                None => return seen,
            }
        }
    }
}

fn messages(page: &LogPage) -> Vec<String> {
    page.entries.iter().map(|entry| entry.details.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_go_over_all_applications_in_order_of_time_and_leave_nothing_out() {
    let scene = Scene::start().await;
    let mut expected = Vec::new();
    for turn in 0..23 {
        let application = if turn % 3 == 0 { scene.changes } else { scene.orders };
        let message = format!("{turn:02}");
        scene.write(application, turn, &message).await;
        expected.push((application, message));
    }
    let texts: Vec<String> = expected.iter().map(|(_, message)| message.clone()).collect();
    for limit in [1, 2, 7, 22, 23, 24, 100] {
        assert_eq!(
            scene.all(scene.query(&[scene.orders, scene.changes], limit)).await,
            texts,
            "limit {limit}"
        );
    }
    for application in [scene.orders, scene.changes] {
        let own: Vec<_> =
            expected.iter().filter(|(of, _)| *of == application).map(|(_, text)| text.clone()).collect();
        assert_eq!(scene.all(scene.query(&[application], 4)).await, own);
    }
    assert_eq!(scene.all(scene.query(&[], 4)).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_happened_in_one_millisecond_is_told_once_each() {
    let scene = Scene::start().await;
    for turn in 0..9 {
        let application = if turn % 2 == 0 { scene.changes } else { scene.orders };
        scene.write(application, 7, &turn.to_string()).await;
    }
    for limit in [1, 2, 4] {
        let mut seen = scene.all(scene.query(&[scene.orders, scene.changes], limit)).await;
        seen.sort_unstable();
        assert_eq!(seen, ["0", "1", "2", "3", "4", "5", "6", "7", "8"], "limit {limit}");
    }
}

#[tokio::test]
async fn both_bounds_belong_to_what_is_asked_for() {
    let scene = Scene::start().await;
    for second in [9, 10, 15, 20, 21] {
        scene.write(scene.orders, second, &second.to_string()).await;
    }
    let query = LogQuery { from: moment(10), to: moment(20), ..scene.query(&[scene.orders], 100) };
    assert_eq!(scene.all(query.clone()).await, ["10", "15", "20"]);
    let paged = LogQuery { limit: 1, ..query.clone() };
    assert_eq!(scene.all(paged).await, ["10", "15", "20"]);
    let moment_alone = LogQuery { from: moment(15), to: moment(15), ..query.clone() };
    assert_eq!(scene.all(moment_alone).await, ["15"]);
    let other = LogQuery { deployment: ConnectorDeploymentId::new(Uuid::new_v4()), ..query };
    assert_eq!(scene.all(other).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_same_entry_is_written_once_and_goes_by_itself() {
    let scene = Scene::start().await;
    let (id, entry) = (Uuid::new_v4(), scene.entry(5, "first"));
    for _ in 0..3 {
        scene.project().log(scene.orders, id, &entry).await.unwrap();
    }
    let page = scene.project().log_page(&scene.query(&[scene.orders], 10)).await.unwrap();
    assert_eq!(page.entries, [entry]);
    let items = scene.local.items().await;
    assert_eq!(items.len(), 1);
    let expires: i64 = items[0]["expiresAt"].as_n().unwrap().parse().unwrap();
    assert_eq!(expires, moment(5).plus_seconds(30 * 86_400).as_second());
}

#[tokio::test]
async fn large_entries_are_told_all_the_same() {
    // DynamoDB answers at most a megabyte at a time.
    let scene = Scene::start().await;
    let mut expected = Vec::new();
    for turn in 0..12 {
        let application = if turn < 8 { scene.orders } else { scene.changes };
        let message = format!("{turn:02} {}", "x".repeat(200 * 1024));
        scene.write(application, turn, &message).await;
        expected.push(message);
    }
    let seen = scene.all(scene.query(&[scene.orders, scene.changes], 100)).await;
    let numbers = |texts: &[String]| texts.iter().map(|text| text[..2].to_owned()).collect::<Vec<_>>();
    assert_eq!(numbers(&seen), numbers(&expected));
}
