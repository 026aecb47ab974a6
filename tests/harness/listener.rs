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
        Self::serving(move |_, count| {
            let body = format!("{{\"heard\":{count}}}");
            let length = body.len();
            format!(
                "HTTP/1.1 {status} Done\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
                 connection: close\r\n\r\n{body}"
            )
            .into_bytes()
        })
    }

    /// Answers every request with what `respond` makes of the lines of its head, and of how many came so far.
    pub(crate) fn serving(respond: impl Fn(&[String], usize) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard: Arc<Mutex<Vec<Vec<String>>>> = Arc::default();
        let notes = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A connection that breaks is the caller's to report.
                let _ = answer(stream, &respond, &notes);
            }
        });
        Self { address, heard }
    }

    /// Host and port.
    pub(crate) fn authority(&self) -> String {
        self.address.to_string()
    }

    /// The heads of all requests so far, in small letters.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heard.lock().unwrap().iter().map(|lines| lines.join("\n").to_lowercase()).collect()
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

fn answer(
    mut stream: TcpStream,
    respond: &impl Fn(&[String], usize) -> Vec<u8>,
    notes: &Mutex<Vec<Vec<String>>>,
) -> std::io::Result<()> {
    let lines = BufReader::new(stream.try_clone()?).lines();
    let head: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let count = {
        let mut notes = notes.lock().unwrap();
        notes.push(head.clone());
        notes.len()
    };
    stream.write_all(&respond(&head, count))
}
