//! JSONata as Step Functions reads it: whether an expression is one, and what it refers to.
//!
//! Only the syntax is looked at. Evaluation stays with Step Functions, which takes JSONata 2.0.6, so
//! neither `??` nor `?:`, which came later, are operators. An expression is read once, from left to right,
//! without a tree: time and memory are proportional to its length, and its nesting is bounded.

mod parser;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::BTreeSet;

use thiserror::Error;

pub(crate) use parser::parse;

/// Maximum number of levels of an expression, such as brackets in brackets.
pub(crate) const MAX_NESTING: usize = 200;

/// What an expression refers to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct References {
    /// Names that are read from the item that the whole expression is about. In Step Functions there is none.
    pub(crate) unbound: Vec<Unbound>,
    /// Variables, without their `$`, that the expression itself does not give a value, and functions that it calls. `$`,
    /// `$$` and `$states` are none.
    pub(crate) variables: BTreeSet<String>,
    /// Members of `$states` that are named, such as `input`.
    pub(crate) states: Vec<String>,
    /// Whether `$$`, the item that the whole expression is about, is used.
    pub(crate) root: bool,
}

/// A name with no item to read it from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unbound {
    /// The name.
    pub(crate) name: String,
    /// Whether it stands in the body of a function.
    pub(crate) in_function: bool,
}

/// Why a text is no JSONata.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Fault {
    /// It does not follow the syntax.
    #[error("{message}, at character {position}")]
    Syntax {
        /// What is wrong.
        message: String,
        /// The place, in characters from 1.
        position: usize,
    },
    /// It is nested deeper than [`MAX_NESTING`] levels, so it was not read to its end.
    #[error("nested deeper than {MAX_NESTING} levels")]
    TooDeep,
}
