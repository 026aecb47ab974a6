//! "Did you mean": the known word nearest to one that is not known.

/// The most edits between a mistyped word and the known word it stands for.
const MAX_EDITS: usize = 2;

/// Words longer than this are not compared: field and state names are shorter, and the comparison's
/// cost grows with the square of the length.
const MAX_COMPARED_CHARS: usize = 128;

/// The known word that `word` is a near miss of: equal but for case, or at most two edits away.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = word.chars().take(MAX_COMPARED_CHARS + 1).collect();
    if typed.len() > MAX_COMPARED_CHARS {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        let edits = if candidate.eq_ignore_ascii_case(word) { 0 } else { distance(&typed, candidate) };
        // A word that would have to change in all of its letters is another word, not a typing error.
        let near = edits <= MAX_EDITS && edits < typed.len().max(1);
        if near && best.is_none_or(|(fewest, _)| edits < fewest) {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// A sentence that names the near miss, with a space before it, or nothing.
pub(crate) fn hint<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map(|meant| format!(" Did you mean \"{meant}\"?")).unwrap_or_default()
}

/// The number of characters to insert, remove or replace to turn one word into the other.
fn distance(typed: &[char], candidate: &str) -> usize {
    let candidate: Vec<char> = candidate.chars().collect();
    if candidate.len().abs_diff(typed.len()) > MAX_EDITS {
        return MAX_EDITS + 1;
    }
    let mut row: Vec<usize> = (0..=candidate.len()).collect();
    for (line, from) in typed.iter().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(&candidate) {
            let above = *cell;
            left = (diagonal + usize::from(from != to)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or(MAX_EDITS + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses() {
        let known = ["Next", "End", "ResultPath", "Resource"];
        for (typed, meant) in [
            ("next", Some("Next")),
            ("NEXT", Some("Next")),
            ("Nxt", Some("Next")),
            ("Resorce", Some("Resource")),
            ("ResultsPaths", Some("ResultPath")),
            ("Foo", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
    }

    #[test]
    fn distances() {
        for (from, to, edits) in
            [("", "", 0), ("ab", "ab", 0), ("ab", "b", 1), ("kitten", "sitten", 1), ("ab", "ba", 2)]
        {
            let typed: Vec<char> = from.chars().collect();
            assert_eq!(distance(&typed, to), edits, "{from} {to}");
        }
    }
}
