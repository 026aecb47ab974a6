//! Multipart forms (RFC 7578): what browsers send with files, and senders of mail with attachments.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

const NO_BOUNDARY: &str =
    "is no form: its Content-Type, multipart/form-data, names no boundary of 1 to 70 characters";
const NO_BEGINNING: &str = "is no form: it does not begin with the boundary that its Content-Type names";
const NO_END: &str = "is no whole form: it ends before the boundary with -- behind it";
const NO_LINE: &str = "is no form: what follows a boundary in its line is neither -- nor white space";
const NO_PART: &str =
    "is no form: it has a part without a Content-Disposition that names a field, and a blank line";

/// The fields of a form, in order. A field is a text; a file is an object.
///
/// # Errors
///
/// Why the body is not what its type says.
pub(super) fn fields(content_type: &str, body: &[u8]) -> Result<Vec<(String, Value)>, &'static str> {
    let boundary = boundary(content_type).ok_or(NO_BOUNDARY)?;
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    // What stands before the first part, and in front of it a line break that may be missing.
    let mut rest = match body.strip_prefix(format!("--{boundary}").as_bytes()) {
        Some(rest) => rest,
        None => split(body, &delimiter).ok_or(NO_BEGINNING)?.1,
    };
    let mut fields = Vec::new();
    while !rest.starts_with(b"--") {
        let (padding, after) = split(rest, b"\r\n").ok_or(NO_END)?;
        if !padding.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
            return Err(NO_LINE);
        }
        let (part, next) = split(after, &delimiter).ok_or(NO_END)?;
        fields.push(field(part).ok_or(NO_PART)?);
        rest = next;
    }
    Ok(fields)
}

/// What is before a mark, and what is behind it.
fn split<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(mark.len()).position(|window| window == mark)?;
    let (before, rest) = bytes.split_at_checked(at)?;
    Some((before, rest.strip_prefix(mark)?))
}

/// The text that stands between parts: 1–70 characters.
fn boundary(content_type: &str) -> Option<String> {
    let (essence, parameters) = content_type.split_once(';')?;
    if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameter(parameters, "boundary")?;
    (1..=70).contains(&boundary.len()).then_some(boundary)
}

/// A part: its headers, a blank line, and what is in it.
fn field(part: &[u8]) -> Option<(String, Value)> {
    let (headers, content) = split(part, b"\r\n\r\n")?;
    let headers = std::str::from_utf8(headers).ok()?;
    let header = |wanted: &str| {
        let mut headers = headers.split("\r\n").filter_map(|line| line.split_once(':'));
        headers.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
    };
    let (_, parameters) = header("content-disposition")?.split_once(';')?;
    let name = parameter(parameters, "name")?;
    let text = std::str::from_utf8(content).ok();
    let value = match (parameter(parameters, "filename"), text) {
        (None, Some(text)) => text.into(),
        (filename, text) => json!({
            "filename": filename,
            "contentType": header("content-type"),
            "body": text.map_or_else(|| BASE64_STANDARD.encode(content), str::to_owned),
            "isBase64Encoded": text.is_none(),
        }),
    };
    Some((name, value))
}

/// The value of a parameter such as `name="a"` or `name=a`.
fn parameter(mut parameters: &str, wanted: &str) -> Option<String> {
    loop {
        let (name, rest) = parameters.split_once('=')?;
        let rest = rest.trim_start();
        let (value, rest) = if let Some(quoted) = rest.strip_prefix('"') {
            unquoted(quoted)?
        } else {
            let (value, rest) = rest.split_once(';').unwrap_or((rest, ""));
            (value.trim().to_owned(), rest)
        };
        let name = name.trim().trim_start_matches(';').trim_start();
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        parameters = rest;
    }
}

/// A text up to its closing quote, and what follows that.
pub(super) fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, quoted.get(at + 1..)?)),
            // Only these are escaped: file names of Windows have backslashes.
            '\\' => match letters.clone().next() {
                Some((_, escaped @ ('"' | '\\'))) => {
                    value.push(escaped);
                    letters.next();
                }
                _ => value.push(letter),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=\"x y\"";

    fn read(body: &[u8]) -> Option<Vec<(String, Value)>> {
        fields(TYPE, body).ok()
    }

    #[test]
    fn fields_are_texts_and_files_are_objects() {
        let body = b"ignored\r\n--x y\r\ncontent-disposition: form-data; name=\"from\"\r\n\r\nAda <a@b>\r\n\
            --x y \r\nContent-Disposition: form-data; filename=\"a;b.txt\"; name=file\r\nContent-Type: text/plain\r\n\r\n\
            --x\r\nlines\r\n--x y\r\nContent-Disposition: form-data; name=\"raw\"; filename=\"r\\\"\"\r\n\r\n\xff\0\r\n\
            --x y--\r\nignored";
        let file = |filename, kind: Option<&str>, body, is_base64: bool| json!({ "filename": filename, "contentType": kind, "body": body, "isBase64Encoded": is_base64 });
        let expected = [
            ("from".to_owned(), json!("Ada <a@b>")),
            ("file".to_owned(), file("a;b.txt", Some("text/plain"), "--x\r\nlines", false)),
            ("raw".to_owned(), file("r\"", None, "/wA=", true)),
        ];
        assert_eq!(read(body).unwrap(), expected);
        assert_eq!(read(b"--x y--").unwrap(), []);
    }

    #[test]
    fn what_is_no_such_form_is_refused() {
        for body in [
            &b""[..],
            b"--x y",
            b"--x y\r\n",
            b"--x y\r\n\r\ntext\r\n--x y--",
            b"--x y\r\ncontent-disposition: form-data\r\n\r\ntext\r\n--x y--",
            b"--x y\r\ncontent-disposition: form-data; name=a\r\n\r\ntext",
            b"--x yz\r\ncontent-disposition: form-data; name=a\r\n\r\ntext\r\n--x y--",
        ] {
            assert_eq!(read(body), None, "{}", body.escape_ascii());
        }
        for kind in ["multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=x"] {
            assert_eq!(fields(kind, b"--x--"), Err(NO_BOUNDARY), "{kind}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_not_and_never_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let framed = [&b"--x y\r\n"[..], &body, b"\r\n--x y--"].concat();
            let _ = (read(&body), read(&framed), parameter(&String::from_utf8_lossy(&body), "name"));
        }

        #[test]
        fn a_field_comes_back_as_it_was_sent(value in "[^\r]{0,50}") {
            let body = format!("--x y\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n{value}\r\n--x y--");
            prop_assert_eq!(read(body.as_bytes()), Some(vec![("a".to_owned(), Value::from(value))]));
        }
    }
}
