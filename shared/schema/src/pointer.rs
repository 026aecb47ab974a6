//! JSON pointers (RFC 6901): for people, and in the order of a document.

/// The longest name of a member, or value, that a message repeats, in characters.
const MAX_ECHO: usize = 80;

/// Renders a JSON pointer the way people write it: `/actions/0/name` becomes `actions[0].name`.
///
/// Names that are not plain words are quoted: `variables["a.b"]`. The empty pointer becomes `body`. Names of more
/// than 80 characters are cut.
pub fn pointer_to_words(pointer: &str) -> String {
    let words: String = segments(pointer).enumerate().map(|(depth, segment)| word(depth, &segment)).collect();
    if words.is_empty() { "body".to_owned() } else { words }
}

fn word(depth: usize, segment: &str) -> String {
    let is_index = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    let shown = cut(segment);
    match depth {
        _ if is_index => format!("[{shown}]"),
        _ if !is_plain_word(segment) => format!("[{shown:?}]"),
        0 => shown,
        _ => format!(".{shown}"),
    }
}

/// The pointer to `member` of what `pointer` points at.
pub fn join(pointer: &str, member: &str) -> String {
    format!("{pointer}/{}", member.replace('~', "~0").replace('/', "~1"))
}

/// The segments of a pointer, unescaped.
pub fn segments(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~"))
}

/// Sorts pointers by document order for lists, where `/actions/10` comes after `/actions/2`, and by name elsewhere.
pub fn sort_key(pointer: &str) -> Vec<(u64, String)> {
    // Names get the largest number, so that their text decides.
    segments(pointer).map(|segment| (segment.parse().unwrap_or(u64::MAX), segment)).collect()
}

/// At most 80 characters of `text`.
pub fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_ECHO) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn is_plain_word(segment: &str) -> bool {
    segment.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}
