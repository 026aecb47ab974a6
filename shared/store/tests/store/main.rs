//! The store through the real SDK client, against an embedded DynamoDB: races, lost answers, pages, and after each
//! an audit of the whole table.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking, what it is made of too"
)]

mod amending;
mod audit;
mod authors;
mod bodies;
mod closing;
mod connector_deployments;
mod connectors;
mod entities;
mod fencing;
mod flows;
mod golden;
mod holds;
mod largest;
mod lifecycle_model;
mod lists;
mod local;
mod logs;
mod lost_answers;
mod packages;
mod placements;
mod project_settings;
mod releases;
mod repository_hosts;
mod round_trips;
mod runs;
mod samples;
mod secrets;
mod summaries;
mod sweeping;
mod switching;
mod unique_keys;
mod validated;
mod versions;
mod wire;
