//! The store through the real SDK client, against a stand-in for S3 that keeps objects in memory.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, its stand-ins too")]

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use artifacts::{Artifacts, Error};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Config, Credentials, Region};
use domain::payload::Payload;
use serde_json::json;

/// What the stand-in holds and does.
#[derive(Default)]
struct Bucket {
    objects: HashMap<String, Vec<u8>>,
    /// Statuses that the next requests get instead of being served.
    failures: VecDeque<u16>,
    requests: Vec<(String, HashMap<String, String>)>,
}

impl Bucket {
    fn answer(&mut self, line: &str, headers: &HashMap<String, String>, body: Vec<u8>) -> (u16, Vec<u8>) {
        self.requests.push((line.to_owned(), headers.clone()));
        if let Some(status) = self.failures.pop_front() {
            return (status, error("Failure"));
        }
        let mut words = line.split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let key = target.split('?').next().unwrap().to_owned();
        match method {
            "PUT" if headers["if-none-match"] == "*" && self.objects.contains_key(&key) => {
                (412, error("PreconditionFailed"))
            }
            "PUT" => {
                self.objects.insert(key, body);
                (200, Vec::new())
            }
            _ => self
                .objects
                .get(&key)
                .map_or_else(|| (404, error("NoSuchKey")), |object| (200, object.clone())),
        }
    }
}

fn error(code: &str) -> Vec<u8> {
    format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message></Error>").into_bytes()
}

fn converse(stream: TcpStream, bucket: &Mutex<Bucket>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut headers = HashMap::new();
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let Some((name, value)) = header.trim_end().split_once(':') else {
                break;
            };
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        let length = headers.get("content-length").map_or(0, |text| text.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let (status, answer) = bucket.lock().unwrap().answer(line.trim_end(), &headers, body);
        write!(writer, "HTTP/1.1 {status} Status\r\ncontent-length: {}\r\n\r\n", answer.len())?;
        writer.write_all(&answer)?;
    }
}

fn serve(bucket: Arc<Mutex<Bucket>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let bucket = bucket.clone();
            thread::spawn(move || converse(stream, &bucket));
        }
    });
    address
}

fn store() -> (Artifacts, Arc<Mutex<Bucket>>) {
    let bucket = Arc::new(Mutex::new(Bucket::default()));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .endpoint_url(format!("http://{}", serve(bucket.clone())))
        .force_path_style(true)
        .retry_config(RetryConfig::disabled())
        .build();
    (Artifacts::new(Client::from_conf(config), "payloads".to_owned()), bucket)
}

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn a_document_is_stored_once_under_its_address() {
    let (store, bucket) = store();
    let document = json!({ "StartAt": "A", "States": { "A": { "Type": "Succeed" } } });
    let first = run(store.put(&document)).unwrap();
    let second = run(store.put(&document)).unwrap();
    assert_eq!(first, second);
    assert_eq!(run(store.get(&first)).unwrap(), document);

    let bucket = bucket.lock().unwrap();
    assert_eq!(bucket.objects.keys().collect::<Vec<_>>(), [&format!("/payloads/sha256/{}", first.digest)]);
    let (_, headers) = &bucket.requests[0];
    for (name, value) in
        [("if-none-match", "*"), ("content-encoding", "gzip"), ("content-type", "application/json")]
    {
        assert_eq!(headers[name], value);
    }
    assert_eq!(headers["x-amz-checksum-sha256"].len(), 44);
}

#[test]
fn a_write_that_meets_another_is_tried_again() {
    let (store, bucket) = store();
    bucket.lock().unwrap().failures = [409, 409].into();
    let payload = run(store.put(&json!([1]))).unwrap();
    assert_eq!(run(store.get(&payload)).unwrap(), json!([1]));
    bucket.lock().unwrap().failures = [409; 9].into();
    assert!(matches!(run(store.put(&json!([2]))), Err(Error::Conflict)));
    assert_eq!(bucket.lock().unwrap().failures.len(), 4, "five attempts");
}

#[test]
fn failures_are_told_apart() {
    let (store, bucket) = store();
    assert!(matches!(run(store.get(&Payload::of(b"[]"))), Err(Error::Missing(_))));
    bucket.lock().unwrap().failures = [503, 403].into();
    assert!(matches!(run(store.get(&Payload::of(b"[]"))), Err(Error::Unavailable(_))));
    assert!(matches!(run(store.put(&json!([]))), Err(Error::Unavailable(_))));
    let deep = (0..200).fold(json!(0), |inner, _| json!([inner]));
    assert!(matches!(run(store.put(&deep)), Err(Error::NotCanonical(_))));
}

#[test]
fn a_damaged_object_is_not_returned() {
    let (store, bucket) = store();
    let payload = run(store.put(&json!({ "a": "b" }))).unwrap();
    let other = run(store.put(&json!({ "a": "c" }))).unwrap();
    let key = |payload: &Payload| format!("/payloads/sha256/{}", payload.digest);
    let swapped = bucket.lock().unwrap().objects[&key(&other)].clone();
    for object in [swapped, b"not gzip".to_vec(), Vec::new(), vec![0; 1 << 20]] {
        bucket.lock().unwrap().objects.insert(key(&payload), object);
        assert!(matches!(run(store.get(&payload)), Err(Error::Corrupt { .. })));
    }
}
