//! A host of repositories that wants a token, or sends whoever asks elsewhere.

use crate::harness::Listener;

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
pub(super) struct GitHost(Listener);

impl GitHost {
    /// A host of that habit, for as long as the process lives.
    pub(super) fn start(habit: Habit) -> Self {
        Self(Listener::serving(move |head, _| answer(head, &habit)))
    }

    /// As repository URLs name it.
    pub(super) fn name(&self) -> String {
        self.0.authority()
    }

    /// Where it keeps archives.
    pub(super) fn archives(&self) -> String {
        format!("http://{}/{{path}}/{{tag}}.tar.gz", self.name())
    }

    /// The heads of all requests so far, in small letters.
    pub(super) fn heard(&self) -> Vec<String> {
        self.0.heads()
    }
}

fn answer(head: &[String], habit: &Habit) -> Vec<u8> {
    let (status, location, body) = match habit {
        Habit::Status(status) => (*status, None, &[][..]),
        Habit::Redirect(to) => (302, Some(to), &[][..]),
        Habit::Archive(archive, wanted) if head.iter().any(|line| line.eq_ignore_ascii_case(wanted)) => {
            (200, None, archive.as_slice())
        }
        Habit::Archive(..) => (401, None, &[][..]),
    };
    let location = location.map(|to| format!("location: {to}\r\n")).unwrap_or_default();
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} So\r\n{location}content-length: {length}\r\nconnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}
