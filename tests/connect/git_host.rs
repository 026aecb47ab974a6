//! A host of repositories that wants a token, or sends whoever asks elsewhere.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the host does with every request.
#[derive(Debug, Clone)]
pub(super) enum Habit {
    /// Answers with this status and an empty body.
    Status(u16),
    /// Sends whoever asks to another URL.
    Redirect(String),
    /// Gives this archive out to who sends this line in the head of the request, and 401 to everybody else.
    Archive(Vec<u8>, String),
}

/// The host. It remembers the head of every request.
#[derive(Debug)]
pub(super) struct GitHost {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Vec<String>>>>,
}

impl GitHost {
    /// A host of that habit, for as long as the process lives.
    pub(super) fn start(habit: Habit) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard: Arc<Mutex<Vec<Vec<String>>>> = Arc::default();
        let notes = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A connection that breaks is the caller's to report.
                let _ = answer(stream, &habit, &notes);
            }
        });
        Self { address, heard }
    }

    /// As repository URLs name it.
    pub(super) fn name(&self) -> String {
        self.address.to_string()
    }

    /// Where it keeps archives.
    pub(super) fn archives(&self) -> String {
        format!("http://{}/{{path}}/{{tag}}.tar.gz", self.address)
    }

    /// The heads of all requests so far, in small letters.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().iter().map(|lines| lines.join("\n").to_lowercase()).collect()
    }
}

fn answer(mut stream: TcpStream, habit: &Habit, heard: &Mutex<Vec<Vec<String>>>) -> std::io::Result<()> {
    let lines = BufReader::new(stream.try_clone()?).lines();
    let lines_of_head: Vec<String> =
        lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let (status, location, body) = match habit {
        Habit::Status(status) => (*status, None, &[][..]),
        Habit::Redirect(to) => (302, Some(to), &[][..]),
        Habit::Archive(archive, wanted)
            if lines_of_head.iter().any(|line| line.eq_ignore_ascii_case(wanted)) =>
        {
            (200, None, archive.as_slice())
        }
        Habit::Archive(..) => (401, None, &[][..]),
    };
    heard.lock().unwrap().push(lines_of_head);
    let location = location.map(|to| format!("location: {to}\r\n")).unwrap_or_default();
    write!(
        stream,
        "HTTP/1.1 {status} So\r\n{location}content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)
}
