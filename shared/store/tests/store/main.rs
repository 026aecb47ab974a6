//! The store through the real SDK client, against an embedded DynamoDB: races, lost answers, pages, and after each
//! an audit of the whole table.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking, what it is made of too"
)]

mod audit;
mod bodies;
mod closing;
mod entities;
mod fencing;
mod flows;
mod holds;
mod lifecycle_model;
mod lists;
mod local;
mod lost_answers;
mod releases;
mod round_trips;
mod runs;
mod samples;
mod secrets;
mod sweeping;
mod unique_keys;
mod versions;
mod wire;
