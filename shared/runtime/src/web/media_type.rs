//! Media types, as `Content-Type` has them (RFC 9110 §8.3.1).

use super::multipart::unquoted;
use super::token::is_token;

/// A media type.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MediaType {
    /// `type/subtype`, in lower case.
    pub(super) essence: String,
    /// The names of parameters, in lower case, and their values.
    parameters: Vec<(String, String)>,
}

impl MediaType {
    /// Reads `type/subtype; name=value`; nothing where a text is anything else, such as a list of types.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let at = text.find(';').unwrap_or(text.len());
        let (essence, rest) = text.split_at_checked(at)?;
        let (kind, subtype) = essence.trim_matches(OWS).split_once('/')?;
        let essence = format!("{kind}/{subtype}").to_ascii_lowercase();
        (is_name(kind) && is_name(subtype)).then_some(())?;
        Some(Self { essence, parameters: parameters(rest)? })
    }

    /// The values of a parameter: a name that is given twice has two.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.parameters.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// White space that may stand between the parts.
const OWS: [char; 2] = [' ', '\t'];

/// The parameters in `; name=value; name="value"`. Some may be empty.
fn parameters(mut rest: &str) -> Option<Vec<(String, String)>> {
    let mut parameters = Vec::new();
    loop {
        rest = rest.trim_start_matches(OWS);
        if rest.is_empty() {
            return Some(parameters);
        }
        rest = rest.strip_prefix(';')?.trim_start_matches(OWS);
        if rest.is_empty() || rest.starts_with(';') {
            continue;
        }
        let (name, value) = rest.split_once('=').filter(|(name, _)| is_name(name))?;
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => plain(value)?,
        };
        parameters.push((name.to_ascii_lowercase(), value));
        rest = after;
    }
}

/// A value without quotes, and what follows it.
fn plain(text: &str) -> Option<(String, &str)> {
    let end = text.find([';', ' ', '\t']).unwrap_or(text.len());
    let (value, after) = text.split_at_checked(end)?;
    is_name(value).then(|| (value.to_owned(), after))
}

/// Whether a text is a name or a value that needs no quotes. A range such as `text/*` is no type.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| is_token(byte) && byte != b'*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_type_is_read_with_its_parameters() {
        for (text, essence, charset) in [
            ("text/html", "text/html", None),
            ("Text/HTML; charset=utf-8", "text/html", Some("utf-8")),
            ("application/vnd.a+json;Charset=\"utf-8\" ; a=b;", "application/vnd.a+json", Some("utf-8")),
            ("multipart/mixed; boundary=\"a;b\"; charset=x", "multipart/mixed", Some("x")),
        ] {
            let read = MediaType::parse(text).unwrap();
            assert_eq!((read.essence.as_str(), read.all("charset").next()), (essence, charset), "{text}");
        }
    }

    #[test]
    fn what_is_none_is_nothing() {
        for text in [
            "",
            "nonsense",
            "text/",
            "/html",
            "*/*",
            "text/*",
            "text/html, text/plain",
            "text/html text/plain",
            "text/html; charset",
            "text/html; charset=",
            "text/html; charset=a b",
            "text/html; charset=\"utf-8",
            "text/html; =x",
            "text/html/x",
            "text / html",
        ] {
            assert_eq!(MediaType::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_not_and_never_panics(text in "\\PC{0,60}") {
            let _ = (MediaType::parse(&text), MediaType::parse(&format!("a/b;{text}")));
        }
    }
}
