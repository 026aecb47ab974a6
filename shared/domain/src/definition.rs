//! What is true of any definition: how large it may be, which of its strings are evaluated, and how what is found in it
//! is told.

pub(crate) mod expression;
mod finding;
mod nesting;

pub use finding::{Finding, Severity};

pub(crate) use expression::is_expression;
pub(crate) use finding::{join, sorted};
pub(crate) use nesting::{any_name, any_string, compact_len, deeper_than, each_name, each_string};

/// Maximum number of bytes of a definition as compact JSON: the limit of Step Functions (1 MiB).
pub const MAX_DEFINITION_BYTES: usize = 1_048_576;

/// Maximum number of levels of objects and arrays in a definition.
///
/// JSON parsers commonly stop at 128 levels, and a definition is stored inside other documents; a
/// deeper one could be written but never read again.
pub(crate) const MAX_DEPTH: usize = 100;
