//! Sealing and opening through the real SDK client, against a stand-in for KMS.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking, its stand-ins too"
)]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::config::{BehaviorVersion, Config, Credentials, Region};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use secrets::{Error, SealContext, Sealed, Secrets};
use serde_json::{Value, json};

const HERE: SealContext<'_> = SealContext { project: "demo", entity: "environment/1", key: "TOKEN" };

/// Data keys by their wrapped form, each with the context it was made for, and the operations that were asked
/// for.
#[derive(Default)]
struct Kms {
    keys: HashMap<String, (String, Value)>,
    operations: Vec<String>,
    down: bool,
}

impl Kms {
    fn answer(&mut self, operation: &str, request: &Value) -> (u16, Value) {
        self.operations.push(operation.to_owned());
        assert_eq!(request["KeyId"], "alias/test");
        if self.down {
            return (500, json!({ "__type": "KMSInternalException" }));
        }
        let context = request["EncryptionContext"].clone();
        if operation == "TrentService.GenerateDataKey" {
            assert_eq!(request["KeySpec"], "AES_256");
            let number = u8::try_from(self.keys.len()).unwrap();
            let (key, wrapped) = (BASE64_STANDARD.encode([number; 32]), BASE64_STANDARD.encode([number; 40]));
            self.keys.insert(wrapped.clone(), (key.clone(), context));
            return (200, json!({ "KeyId": "k", "Plaintext": key, "CiphertextBlob": wrapped }));
        }
        match self.keys.get(request["CiphertextBlob"].as_str().unwrap()) {
            Some((key, expected)) if *expected == context => (200, json!({ "KeyId": "k", "Plaintext": key })),
            _ => (400, json!({ "__type": "InvalidCiphertextException" })),
        }
    }
}

fn converse(stream: TcpStream, kms: &Mutex<Kms>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        let mut headers = HashMap::new();
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let Some((name, value)) = header.trim_end().split_once(':') else {
                break;
            };
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        let mut body = vec![0; headers["content-length"].parse().unwrap()];
        reader.read_exact(&mut body)?;
        let request = serde_json::from_slice(&body)?;
        let (status, answer) = kms.lock().unwrap().answer(&headers["x-amz-target"], &request);
        let answer = answer.to_string();
        write!(writer, "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{answer}", answer.len())?;
    }
    Ok(())
}

fn serve(kms: Arc<Mutex<Kms>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let kms = kms.clone();
            thread::spawn(move || converse(stream, &kms));
        }
    });
    address
}

/// Two instances, so that what one has opened is unknown to the other.
fn secrets() -> (Secrets, Secrets, Arc<Mutex<Kms>>) {
    let kms = Arc::new(Mutex::new(Kms::default()));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .endpoint_url(format!("http://{}", serve(kms.clone())))
        .retry_config(RetryConfig::disabled())
        .build();
    let client = Client::from_conf(config);
    let secrets = || Secrets::new(client.clone(), "alias/test".to_owned());
    (secrets(), secrets(), kms)
}

#[tokio::test]
async fn a_value_is_opened_where_it_was_sealed() {
    let (one, two, kms) = secrets();
    let sealed = one.seal(HERE, b"hunter2").await.unwrap();
    let stored: Sealed = serde_json::from_value(serde_json::to_value(&sealed).unwrap()).unwrap();
    for _ in 0..3 {
        assert_eq!(two.open(HERE, &stored).await.unwrap().as_slice(), b"hunter2");
    }
    let kms = kms.lock().unwrap();
    assert_eq!(kms.operations, ["TrentService.GenerateDataKey", "TrentService.Decrypt"]);
    let (_, context) = kms.keys.values().next().unwrap();
    assert_eq!(*context, json!({ "project": "demo", "entity": "environment/1", "key": "TOKEN" }));
}

#[tokio::test]
async fn a_value_opens_nowhere_else() {
    let (one, two, _) = secrets();
    let sealed = one.seal(HERE, b"hunter2").await.unwrap();
    one.open(HERE, &sealed).await.unwrap();
    let elsewhere = [
        SealContext { project: "x", ..HERE },
        SealContext { entity: "x", ..HERE },
        SealContext { key: "x", ..HERE },
    ];
    for context in elsewhere {
        // The first instance has the data key already; then it is the cipher that refuses, not KMS.
        for instance in [&one, &two] {
            assert!(matches!(instance.open(context, &sealed).await, Err(Error::Refused)));
        }
    }
}

#[tokio::test]
async fn the_data_key_of_another_value_does_not_help() {
    let (one, two, _) = secrets();
    let sealed = one.seal(HERE, b"hunter2").await.unwrap();
    let other = one.seal(HERE, b"hunter3").await.unwrap();
    assert_ne!(sealed.key, other.key);
    let mixed = Sealed { key: other.key, ..sealed };
    assert!(matches!(two.open(HERE, &mixed).await, Err(Error::Refused)));
}

#[tokio::test]
async fn without_kms_nothing_is_sealed_or_opened() {
    let (one, two, kms) = secrets();
    let sealed = one.seal(HERE, b"hunter2").await.unwrap();
    kms.lock().unwrap().down = true;
    assert!(matches!(one.seal(HERE, b"x").await, Err(Error::Unavailable(_))));
    assert!(matches!(two.open(HERE, &sealed).await, Err(Error::Unavailable(_))));
    let later = Sealed { scheme: 9, ..sealed };
    assert!(matches!(two.open(HERE, &later).await, Err(Error::UnknownScheme(9))));
}
