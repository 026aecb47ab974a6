//! A small HTTP server that does what a test tells it, one connection for each request.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    /// Answers with a status, extra headers and a body.
    Reply(u16, &'static str, Vec<u8>),
    /// Says nothing and keeps the connection.
    Hang,
    /// Closes the connection.
    Drop,
    /// Answers and then sends this many bytes, slowly if there is a pause after each 1,000 of them.
    Stream(u16, usize, Duration),
}

impl Action {
    pub(crate) fn status(status: u16) -> Self {
        Self::Reply(status, "", b"body".to_vec())
    }
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) line: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// Does `actions` one after the other, then answers 200 to everything.
    pub(crate) fn start(actions: impl Into<VecDeque<Action>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let (actions, log) = (Arc::new(Mutex::new(actions.into())), received.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (actions, log) = (actions.clone(), log.clone());
                thread::spawn(move || serve(&stream, &actions, &log));
            }
        });
        Self { address, received }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

fn serve(
    stream: &TcpStream,
    actions: &Mutex<VecDeque<Action>>,
    log: &Mutex<Vec<Received>>,
) -> std::io::Result<()> {
    let received = read(stream)?;
    log.lock().unwrap().push(received);
    let action =
        actions.lock().unwrap().pop_front().unwrap_or_else(|| Action::Reply(200, "", b"fine".to_vec()));
    let mut writer = stream;
    match action {
        Action::Reply(status, headers, body) => {
            let length = body.len();
            write!(
                writer,
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n"
            )?;
            writer.write_all(&body)
        }
        Action::Hang => {
            thread::sleep(Duration::from_mins(1));
            Ok(())
        }
        Action::Drop => Ok(()),
        Action::Stream(status, length, pause) => {
            write!(writer, "HTTP/1.1 {status} X\r\nconnection: close\r\n\r\n")?;
            for _ in 0..length.div_ceil(1_000) {
                writer.write_all(&[b'x'; 1_000])?;
                thread::sleep(pause);
            }
            Ok(())
        }
    }
}

fn read(stream: &TcpStream) -> std::io::Result<Received> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
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
    Ok(Received { line: line.trim_end().to_owned(), headers, body: String::from_utf8(body).unwrap() })
}
