use std::fmt;
use std::ops::Index;

use reqwest::header::HeaderMap;
use serde_json::Value;

/// What came back. A member that is not there reads as `null`, as in [`Value`].
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// Method and address, for people.
    pub(crate) request: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// `null` when it is not JSON; `plain` has it then.
    pub(crate) body: Value,
    pub(crate) plain: String,
}

impl Answer {
    pub(crate) async fn read(request: String, response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let plain = response.text().await.unwrap();
        let body = serde_json::from_str(&plain).unwrap_or_default();
        Self { request, status, headers, body, plain }
    }

    /// Says in failures what this answer was for.
    pub(crate) fn about(mut self, what: &str) -> Self {
        self.request = format!("{what}: {}", self.request);
        self
    }

    /// The status is `status`.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        let fits = self.status == status;
        self.check(fits, || format!("the status should be {status}"))
    }

    /// The body is our error envelope, and one of its errors has this code.
    #[track_caller]
    pub(crate) fn error(self, code: &str) -> Self {
        let errors = self["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let enveloped = self["statusCode"] == self.status
            && self["message"].is_string()
            && errors.first().is_some_and(|first| first["message"] == self["message"]);
        let found = errors.iter().any(|error| error["code"] == code);
        self.check(enveloped, || "the body should be the error envelope".to_owned())
            .check(found, || format!("an error should have the code {code}"))
    }

    /// An error has a message with these words in it.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        let errors = self["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let said =
            errors.iter().any(|error| error["message"].as_str().is_some_and(|text| text.contains(words)));
        self.check(said, || format!("an error should say '{words}'"))
    }

    /// The errors of the envelope.
    pub(crate) fn errors(&self) -> Vec<Value> {
        self["errors"].as_array().cloned().unwrap_or_default()
    }

    /// The body has at least these members. Objects are compared in the same way, lists as a whole.
    #[track_caller]
    pub(crate) fn has(self, expected: Value) -> Self {
        let fits = holds(&self.body, &expected);
        self.check(fits, || format!("the body should have {expected}"))
    }

    /// The body has no such member.
    #[track_caller]
    pub(crate) fn lacks(self, member: &str) -> Self {
        let there = self.body.get(member).is_some();
        self.check(!there, || format!("the body should have no member '{member}'"))
    }

    /// A text at a JSON pointer.
    #[track_caller]
    pub(crate) fn text(&self, pointer: &str) -> String {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| self.fail(&format!("there should be a text at {pointer}"))).to_owned()
    }

    /// A number at a JSON pointer.
    #[track_caller]
    pub(crate) fn number(&self, pointer: &str) -> u64 {
        let found = self.body.pointer(pointer).and_then(Value::as_u64);
        found.unwrap_or_else(|| self.fail(&format!("there should be a number at {pointer}")))
    }

    #[track_caller]
    pub(crate) fn id(&self) -> String {
        self.text("/id")
    }

    #[track_caller]
    pub(crate) fn version(&self) -> u64 {
        self.number("/version")
    }

    /// The members `member` of the results of a list.
    #[track_caller]
    pub(crate) fn each(&self, member: &str) -> Vec<Value> {
        let results = self["results"].as_array();
        let results = results.unwrap_or_else(|| self.fail("the body should be a list"));
        results.iter().map(|result| result[member].clone()).collect()
    }

    /// A header, empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    #[track_caller]
    fn check(self, holds: bool, fact: impl FnOnce() -> String) -> Self {
        if holds { self } else { self.fail(&fact()) }
    }

    /// Stops the story.
    #[track_caller]
    pub(crate) fn fail(&self, fact: &str) -> ! {
        panic!("{fact}, but\n{self}")
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} answered {}", self.request, self.status)?;
        if self.body.is_null() { f.write_str(&self.plain) } else { write!(f, "{:#}", self.body) }
    }
}

impl Index<&str> for Answer {
    type Output = Value;

    fn index(&self, member: &str) -> &Value {
        &self.body[member]
    }
}

/// Whether `found` is `expected`, give or take further members.
fn holds(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            expected.iter().all(|(name, value)| found.get(name).is_some_and(|found| holds(found, value)))
        }
        _ => found == expected,
    }
}
