use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// An HTTP server that flows can call. It remembers the headers that it was sent, and never sends them back.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Listener {
    /// Answers every request with `status` and `{"heard": n}`, for as long as the process lives.
    pub(crate) fn answering(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard: Arc<Mutex<Vec<Vec<String>>>> = Arc::default();
        let notes = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A connection that breaks is the caller's to report.
                let _ = answer(stream, status, &notes);
            }
        });
        Self { address, heard }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// How many requests came.
    pub(crate) fn count(&self) -> usize {
        self.heard.lock().unwrap().len()
    }

    /// A header of the last request.
    #[track_caller]
    pub(crate) fn last(&self, header: &str) -> String {
        let heard = self.heard.lock().unwrap();
        let lines = heard.last().unwrap_or_else(|| panic!("nobody has called"));
        let split = |line: &String| {
            line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        };
        let found = lines.iter().filter_map(split).find(|(name, _)| name == header);
        found.unwrap_or_else(|| panic!("there should be a header '{header}' in {lines:?}")).1
    }
}

fn answer(mut stream: TcpStream, status: u16, heard: &Mutex<Vec<Vec<String>>>) -> std::io::Result<()> {
    let lines = BufReader::new(stream.try_clone()?).lines();
    let lines_of_head: Vec<String> =
        lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let count = {
        let mut heard = heard.lock().unwrap();
        heard.push(lines_of_head);
        heard.len()
    };
    let body = format!("{{\"heard\":{count}}}");
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} Done\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}
