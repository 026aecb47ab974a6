//! `${secret.NAME}` in a header's value.

use zeroize::Zeroizing;

use crate::error::HttpTaskError;

/// How a reference begins; it ends at the next `}`.
pub(crate) const OPENING: &str = "${secret.";

/// A piece of a header's value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Sent as it is.
    Text(String),
    /// The name of a secret.
    Secret(String),
}

/// The pieces of `value`. `header` is named in errors; the value is not.
pub(crate) fn pieces(header: &str, value: &str) -> Result<Vec<Piece>, HttpTaskError> {
    let mut pieces = Vec::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once(OPENING) {
        let unfinished = || HttpTaskError::invalid(format!("header `{header}`: `{OPENING}` without `}}`"));
        let (name, following) = after.split_once('}').ok_or_else(unfinished)?;
        if name.is_empty() {
            return Err(HttpTaskError::invalid(format!("header `{header}`: a secret without a name")));
        }
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(Piece::Secret(name.to_owned()));
        rest = following;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

/// The value with every secret in its place. A secret is not looked into: one that contains a reference is
/// sent as it is.
pub(crate) fn join<'v>(
    pieces: &[Piece],
    value: impl Fn(&str) -> Option<&'v str>,
) -> Result<Zeroizing<String>, HttpTaskError> {
    let mut joined = Zeroizing::new(String::new());
    for piece in pieces {
        match piece {
            Piece::Text(text) => joined.push_str(text),
            Piece::Secret(name) => {
                let missing = || HttpTaskError::SecretMissing { name: name.clone() };
                joined.push_str(value(name).ok_or_else(missing)?);
            }
        }
    }
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    fn secret(name: &str) -> Piece {
        Piece::Secret(name.to_owned())
    }

    #[test]
    fn references_are_found() {
        let cases = [
            ("", vec![]),
            ("plain", vec![text("plain")]),
            ("${secret.A}", vec![secret("A")]),
            ("Bearer ${secret.A}", vec![text("Bearer "), secret("A")]),
            ("${secret.A}${secret.B}!", vec![secret("A"), secret("B"), text("!")]),
            ("${secrets.A} ${other} $${x", vec![text("${secrets.A} ${other} $${x")]),
        ];
        for (value, expected) in cases {
            assert_eq!(pieces("h", value), Ok(expected), "{value}");
        }
    }

    #[test]
    fn a_broken_reference_is_refused() {
        for value in ["${secret.", "${secret.A", "${secret.}", "x ${secret.A} ${secret.B"] {
            assert!(matches!(pieces("h", value), Err(HttpTaskError::InvalidRequest { .. })), "{value}");
        }
    }

    #[test]
    fn a_secret_is_not_looked_into() {
        let joined = join(&[secret("A")], |_| Some("${secret.B}")).unwrap();
        assert_eq!(joined.as_str(), "${secret.B}");
    }

    proptest! {
        #[test]
        fn without_secrets_nothing_changes(value in "[a-z${}. ]{0,40}") {
            prop_assume!(!value.contains(OPENING));
            let joined = join(&pieces("h", &value).unwrap(), |_| None).unwrap();
            prop_assert_eq!(joined.as_str(), value);
        }

        #[test]
        fn only_the_reference_changes(
            before in "[a-z ]{0,9}", after in "[a-z ]{0,9}", value in "[!-~]{0,30}",
        ) {
            let text = format!("{before}${{secret.NAME}}{after}");
            let joined = join(&pieces("h", &text).unwrap(), |_| Some(&value)).unwrap();
            prop_assert_eq!(joined.as_str(), format!("{before}{value}{after}"));
        }
    }
}
