//! Query parameters: what they are called and what they may be.

mod rules;

pub(crate) use rules::{
    filter_rule, filter_values, flag, include_rule, is_of, names, sort_rule, sort_text, sorts,
};

/// A query parameter.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// Description of what it does.
    pub description: &'static str,
    /// What it may be.
    pub kind: ParamKind,
}

/// What a query parameter may be.
#[derive(Debug, Clone, Copy)]
pub enum ParamKind {
    /// A whole number within bounds, both included.
    Integer {
        /// The smallest.
        min: u64,
        /// The largest.
        max: u64,
    },
    /// `true` or `false`.
    Boolean,
    /// A UUID.
    Id,
    /// An id, or `key={key}`.
    Reference,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Any text of at most 1,024 characters.
    Text,
    /// Where a page begins, as another page of the same list said.
    Cursor,
    /// Any text, and the parameter may be repeated.
    Repeated,
    /// The `filter[…]` of a collection: values with commas between, any of which will do.
    Filter(FilterKind),
    /// The `include` of a collection: names with commas between.
    Include(&'static [Choice]),
    /// The `sort` of a collection: a field, after `-` for the largest first.
    Sort(&'static [SortField]),
}

/// What the values of a filter are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterKind {
    /// UUIDs.
    Id,
    /// Ids, or `key={key}`.
    Reference,
    /// `true` or `1`, `false` or `0`.
    Boolean,
    /// Some of these words.
    OneOf(&'static [&'static str]),
    /// Any texts, of at most 1,024 characters each.
    Text,
}

/// Something that can be included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// What it is called, and the member that it comes in.
    pub name: &'static str,
    /// What it is.
    pub description: &'static str,
}

/// Something that can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortField {
    /// Name.
    pub name: &'static str,
    /// What it may be called as well.
    pub aliases: &'static [&'static str],
    /// What it is.
    pub description: &'static str,
}

/// The name of a filter, which its parameter has in brackets.
pub(crate) fn filter_name(parameter: &str) -> &str {
    parameter.strip_prefix("filter[").and_then(|rest| rest.strip_suffix(']')).unwrap_or(parameter)
}
