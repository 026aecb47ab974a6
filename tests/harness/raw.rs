use std::io::{Read, Write};
use std::net::TcpStream;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::{Answer, Stack};

/// Sends bytes as they are, where an HTTP client would encode or refuse them: the target of the request and lines of
/// headers, without line breaks.
pub(crate) async fn raw(method: &str, target: &[u8], headers: &[&[u8]], body: &[u8]) -> Answer {
    let mut request =
        [method.as_bytes(), b" ", target, b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"].concat();
    for header in headers {
        request.extend_from_slice(&[header, b"\r\n".as_slice()].concat());
    }
    request.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
    request.extend_from_slice(body);
    let shown = format!("{method} {}", String::from_utf8_lossy(target));
    let answer = tokio::task::spawn_blocking(move || exchange(&request)).await.unwrap();
    read(shown, &answer)
}

fn exchange(request: &[u8]) -> Vec<u8> {
    let host = Stack::get().url.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// An answer of which the server says how long it is.
fn read(request: String, answer: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(answer);
    let (head, plain) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| {
        let name = HeaderName::from_bytes(name.to_lowercase().as_bytes()).unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    });
    let headers: HeaderMap = headers.collect();
    let body: Value = serde_json::from_str(plain).unwrap_or_default();
    Answer { request, status, headers, body, plain: plain.to_owned() }
}
