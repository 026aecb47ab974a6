//! Measures of a JSON value, taken without recursion where the depth is not known yet.

use std::io;

use serde_json::Value;

use super::finding::join;

/// Whether objects and arrays are nested deeper than `limit` levels. What holds nothing counts as well: `[[]]` has two
/// levels, and so has `{"a":{"b":1}}`.
pub(crate) fn deeper_than(value: &Value, limit: usize) -> bool {
    let mut open = vec![(value, 0_usize)];
    while let Some((value, depth)) = open.pop() {
        if depth >= limit && (value.is_array() || value.is_object()) {
            return true;
        }
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => open.extend(members.values().map(|member| (member, depth + 1))),
            _ => {}
        }
    }
    false
}

/// Whether `test` holds for a string anywhere in the value (object keys are not looked at).
pub(crate) fn any_string(value: &Value, test: impl Fn(&str) -> bool) -> bool {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::String(string) if test(string) => return true,
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values()),
            _ => {}
        }
    }
    false
}

/// Calls `visit` with every string in the value and the JSON pointer to it, in no particular order.
pub(crate) fn each_string<'a>(value: &'a Value, mut visit: impl FnMut(&str, &'a str)) {
    each(value, |path, value| {
        if let Value::String(text) = value {
            visit(path, text);
        }
    });
}

/// Calls `visit` with the name of every member in the value and the JSON pointer to it, in no particular order.
pub(crate) fn each_name<'a>(value: &'a Value, mut visit: impl FnMut(&str, &'a str)) {
    each(value, |path, value| {
        for name in value.as_object().into_iter().flat_map(|members| members.keys()) {
            visit(&join(path, name), name);
        }
    });
}

/// Calls `visit` with the value and everything in it, and the JSON pointer to it.
fn each<'a>(value: &'a Value, mut visit: impl FnMut(&str, &'a Value)) {
    let mut open = vec![(String::new(), value)];
    while let Some((path, value)) = open.pop() {
        visit(&path, value);
        match value {
            Value::Array(items) => {
                let items = items.iter().enumerate();
                open.extend(items.map(|(index, item)| (join(&path, &index.to_string()), item)));
            }
            Value::Object(members) => {
                open.extend(members.iter().map(|(name, member)| (join(&path, name), member)));
            }
            _ => {}
        }
    }
}

/// Whether `test` holds for the name of a member anywhere in the value.
pub(crate) fn any_name(value: &Value, test: impl Fn(&str) -> bool) -> bool {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => {
                if members.keys().any(|name| test(name)) {
                    return true;
                }
                open.extend(members.values());
            }
            _ => {}
        }
    }
    false
}

/// The length of the compact JSON of a value of bounded depth, in bytes, without building it.
pub(crate) fn compact_len(value: &Value) -> usize {
    struct Count(usize);

    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.saturating_add(bytes.len());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut count = Count(0);
    // A `Value` has string keys only and the writer never fails, so neither does this; a failure would
    // leave the length too small, and Step Functions would still refuse the definition.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}
