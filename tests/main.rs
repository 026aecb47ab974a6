//! Stories over HTTP against a running stack: what Slipway promises, told from outside.
//!
//! `make test` starts a stack of its own for them. Every story begins with a [`harness::Project`] that nobody else
//! has, so stories run side by side and never see one another's data. `harness` is where to start reading.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a story that does not go as told has to stop, and say where"
)]
#![expect(clippy::needless_pass_by_value, reason = "stories hand over `json!({ … })` as it is")]

mod harness;

mod api_clients;
mod by_the_clock;
mod connect;
mod cross_origin;
mod deployments;
mod environments;
mod events;
mod exactness;
mod execution_roles;
mod flow_version_lists;
mod flow_versions;
mod flows;
mod integrations;
mod lifecycle;
mod listing;
mod matrix;
mod packages;
mod paths;
mod projects;
mod readme;
mod releases;
mod repository_hosts;
mod requests;
mod restricted_keys;
mod roles;
mod runs;
mod saving;
mod scope_tokens;
mod secrecy;
mod tokens;
mod triggers;
mod web_hooks;
