//! The wire between the client and the table: it counts requests, loses answers and refuses on demand.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is to be done to the next request of an operation.
#[derive(Debug, Clone)]
enum Fault {
    /// It is carried out, but its answer gets lost.
    Lose,
    /// It is not carried out; this is the answer, with status 400.
    Refuse(String),
}

/// A wire to the table.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    pub(crate) address: SocketAddr,
    far: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    faults: Arc<Mutex<Vec<(&'static str, Fault)>>>,
}

impl Wire {
    /// A wire to the table at `far`.
    pub(crate) async fn to(far: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let wire = Self { address, far, seen: Arc::default(), faults: Arc::default() };
        let carrier = wire.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let carrier = carrier.clone();
                tokio::spawn(async move { carrier.carry(near).await });
            }
        });
        wire
    }

    /// Loses the answer to the next request of `operation`, such as `PutItem`.
    pub(crate) fn lose(&self, operation: &'static str) {
        self.faults.lock().unwrap().push((operation, Fault::Lose));
    }

    /// Refuses the next request of `operation` with the error `name` and these members more.
    pub(crate) fn refuse(&self, operation: &'static str, name: &str, more: &str) {
        let body =
            format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{name}","message":"{name}"{more}}}"#);
        self.faults.lock().unwrap().push((operation, Fault::Refuse(body)));
    }

    /// The operations asked for since this was last asked.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    /// Whether every fault that was asked for has happened.
    pub(crate) fn is_done(&self) -> bool {
        self.faults.lock().unwrap().is_empty()
    }

    async fn carry(&self, mut near: TcpStream) -> Option<()> {
        let mut far = TcpStream::connect(self.far).await.ok()?;
        loop {
            let request = message(&mut near).await?;
            let operation = operation(&request);
            self.seen.lock().unwrap().push(operation.clone());
            let answer = match self.fault(&operation) {
                Some(Fault::Refuse(body)) => refusal(&body).into_bytes(),
                fault => {
                    far.write_all(&request).await.ok()?;
                    let answer = message(&mut far).await?;
                    if fault.is_some() {
                        return None;
                    }
                    answer
                }
            };
            near.write_all(&answer).await.ok()?;
        }
    }

    fn fault(&self, operation: &str) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let place = faults.iter().position(|(wanted, _)| *wanted == operation)?;
        Some(faults.remove(place).1)
    }
}

fn refusal(body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// One HTTP message, head and body; nothing when the other side has hung up.
async fn message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    let head = loop {
        if let Some(end) = message.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut message).await.ok()? == 0 {
            return None;
        }
    };
    let length: usize = header(&message, "content-length")?.parse().ok()?;
    while message.len() < head + length {
        if stream.read_buf(&mut message).await.ok()? == 0 {
            return None;
        }
    }
    Some(message)
}

fn header(message: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(message);
    let lines = text.lines().take_while(|line| !line.is_empty());
    let found =
        lines.filter_map(|line| line.split_once(':')).find(|(header, _)| header.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim().to_owned())
}

fn operation(request: &[u8]) -> String {
    let target = header(request, "x-amz-target").unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default().to_owned()
}
