//! Names that are not known, and the known ones that were probably meant.

/// What becomes of members that a schema does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// They are refused.
    Refused,
    /// They are ignored. Only those are refused that come close to a guarded name ([`Settings::guarded`]).
    ///
    /// [`Settings::guarded`]: crate::Settings::guarded
    Ignored,
    /// Whatever is sent is handed on.
    HandedOn,
}

/// What is wrong with a name that is not among the `known` ones; it goes after the name.
pub fn complaint<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(name, known.iter().copied()) {
        Some(meant) => format!("unknown {what}; did you mean '{meant}'?"),
        None if known.is_empty() => format!("unknown {what}; there are none here"),
        None => format!("unknown {what}; known are {}", known.join(", ")),
    }
}

/// The known name that was probably meant: a misspelling of it, or a longer or shorter form.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str, IntoIter: Clone>) -> Option<&'a str> {
    let known = known.into_iter();
    misspelt(name, known.clone()).or_else(|| {
        let given = plain(name);
        known
            .filter(|known| contains(&given, &plain(known)))
            .min_by_key(|known| known.len().abs_diff(name.len()))
    })
}

/// The name that `name` is a misspelling of: so few letters are different, missing, too many or swapped that nobody
/// would call it another word. Case, hyphens and underscores do not matter.
pub fn misspelt<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The distance to a name of many more letters is that many at least, and costs their product to find out.
    let given = plain(name);
    let close = known.into_iter().filter_map(|known| {
        let wanted = plain(known);
        let longest = given.len().max(wanted.len());
        let most = (longest / 3).clamp(1, 3);
        if given.len().abs_diff(wanted.len()) > most {
            return None;
        }
        let distance = strsim::osa_distance(&given, &wanted);
        (distance <= most && distance < longest).then_some((distance, known))
    });
    close.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

/// A name without what people spell differently.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether one begins or ends with the other, as in `environmentId`, `isSecured` and `env`.
fn contains(one: &str, other: &str) -> bool {
    const LEAST: usize = 3;
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    short.len() >= LEAST && (long.starts_with(short) || long.ends_with(short))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_name_that_was_meant_is_found() {
        let known =
            ["flow", "release", "environment", "priority", "deployDisabled", "secured", "value", "key"];
        for (name, meant) in [
            ("enviroment", Some("environment")),
            ("Environment", Some("environment")),
            ("environments", Some("environment")),
            ("environmentId", Some("environment")),
            ("environment_id", Some("environment")),
            ("env", Some("environment")),
            ("deploy_disabled", Some("deployDisabled")),
            ("deploydisable", Some("deployDisabled")),
            ("secure", Some("secured")),
            ("secret", Some("secured")),
            ("isSecured", Some("secured")),
            ("prioritiy", Some("priority")),
            ("flwo", Some("flow")),
            ("vlaue", Some("value")),
            ("limitedTo", None),
            ("encrypted", None),
            ("x", None),
            ("", None),
            ("💥", None),
        ] {
            assert_eq!(nearest(name, known), meant, "{name}");
        }
    }

    #[test]
    fn a_very_long_name_costs_nothing() {
        let long = "e".repeat(1_000_000);
        assert_eq!(nearest(&long, ["environment"]), None);
    }
}
