//! What the services say, and what becomes of it. A server on this machine says it for them.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::{JoinHandle, spawn};

use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use aws_types::SdkConfig;

use domain::throttle::is_throttled;

use super::{AwsError, MachineDraft, Machines, ScheduleDraft, Schedules};

/// Answers one request after the other with a status and an error code. Afterwards it tells which methods were used.
fn saying(answers: &'static [(u16, &'static str)]) -> (SdkConfig, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let methods = spawn(move || {
        let answer = |(status, code): &(u16, &str)| {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = vec![0; 16_384];
            let length = stream.read(&mut request).unwrap();
            let body = "{\"Message\":\"as the test says\",\"ScheduleArn\":\"arn\"}";
            let head = format!("HTTP/1.1 {status} x\r\nx-amzn-errortype: {code}\r\nconnection: close");
            write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
            String::from_utf8_lossy(&request[..length]).split(' ').next().unwrap_or_default().to_owned()
        };
        answers.iter().map(answer).collect()
    });
    let credentials = Credentials::new("id", "secret", None, None, "the test");
    let sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::disabled())
        .build();
    (sdk, methods)
}

async fn put(answers: &'static [(u16, &'static str)]) -> (Result<(), AwsError>, Vec<String>) {
    let (sdk, methods) = saying(answers);
    let client = aws_sdk_scheduler::Client::new(&sdk);
    let schedules = Schedules::new(client, "group".to_owned(), "role".to_owned(), "target".to_owned());
    let draft = ScheduleDraft {
        name: "flow".to_owned(),
        expression: "rate(1 day)".to_owned(),
        timezone: "UTC".to_owned(),
        input: "{}".to_owned(),
    };
    let put = schedules.put(&draft).await;
    (put, methods.join().unwrap())
}

const MISSING: (u16, &str) = (404, "ResourceNotFoundException");

#[tokio::test]
async fn a_schedule_that_somebody_else_has_just_made_is_changed() {
    let (put, methods) = put(&[MISSING, (409, "ConflictException"), (200, "")]).await;
    put.unwrap();
    assert_eq!(methods, ["PUT", "POST", "PUT"]);
}

#[tokio::test]
async fn a_schedule_that_is_being_changed_may_be_changed_later() {
    let (put, _) = put(&[(409, "ConflictException")]).await;
    assert!(matches!(put, Err(AwsError::Unavailable { .. })), "{put:?}");
}

#[tokio::test]
async fn a_schedule_that_is_refused_is_refused() {
    let (put, _) = put(&[MISSING, (400, "ValidationException")]).await;
    assert!(matches!(put, Err(AwsError::Refused { .. })), "{put:?}");
}

#[tokio::test]
async fn a_state_machine_that_is_still_being_deleted_can_be_made_later() {
    let (sdk, methods) = saying(&[(400, "StateMachineDeleting")]);
    let machines = Machines::new(aws_sdk_sfn::Client::new(&sdk));
    let draft = MachineDraft { name: "flow".to_owned(), definition: "{}".to_owned(), express: false };
    let made = machines.create(&draft, "role").await;
    methods.join().unwrap();
    let Err(AwsError::Unavailable { source, .. }) = made else { panic!("{made:?}") };
    assert!(source.to_string().contains("still being deleted"), "{source}");
}

async fn made(answers: &'static [(u16, &'static str)]) -> AwsError {
    let (sdk, methods) = saying(answers);
    let machines = Machines::new(aws_sdk_sfn::Client::new(&sdk));
    let draft = MachineDraft { name: "flow".to_owned(), definition: "{}".to_owned(), express: false };
    let made = machines.create(&draft, "role").await;
    methods.join().unwrap();
    made.unwrap_err()
}

#[tokio::test]
async fn what_is_throttled_is_known_as_that() {
    for answers in [&[(400, "ThrottlingException")], &[(429, "TooManyRequestsException")]] {
        let AwsError::Unavailable { source, .. } = made(answers).await else { panic!("{answers:?}") };
        assert!(is_throttled(&*source), "{source}");
    }
    let (put, _) = put(&[(429, "ThrottlingException")]).await;
    let Err(AwsError::Unavailable { source, .. }) = put else { panic!("{put:?}") };
    assert!(is_throttled(&*source), "{source}");
    let AwsError::Unavailable { source, .. } = made(&[(500, "InternalServerError")]).await else { panic!() };
    assert!(!is_throttled(&*source), "{source}");
}

#[tokio::test]
async fn a_quota_is_told_by_the_name_that_service_quotas_has_for_it() {
    let told = |error: AwsError| match error {
        AwsError::Quota { message, .. } => message,
        other => panic!("{other:?}"),
    };
    let machines = told(made(&[(400, "StateMachineLimitExceeded")]).await);
    let (schedule, _) = put(&[MISSING, (402, "ServiceQuotaExceededException")]).await;
    let schedules = told(schedule.unwrap_err());
    for (message, name) in [(machines, "'Registered state machines'"), (schedules, "'Number of schedules'")] {
        assert!(message.starts_with(name), "{message}");
        assert!(message.contains("as the test says") && message.contains("Service Quotas"), "{message}");
    }
    for (code, name) in [
        ("TopicLimitExceededException", "'Topics per Account'"),
        ("ThingLimitExceeded", "ThingLimitExceeded"),
    ] {
        assert!(super::quota(code, "no more").starts_with(name), "{code}");
    }
}
