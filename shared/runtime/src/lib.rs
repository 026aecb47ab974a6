//! What every function process needs: configuration, AWS clients, clock and ids, logging, and the loop that serves.

pub mod applications;
pub mod aws;
pub mod clock;
pub mod config;
pub mod connector_view;
pub mod context;
mod cors;
pub mod endpoint;
pub mod flow_versions;
mod gateway;
mod log;
mod reach;
pub mod reply;
mod serve;
pub mod tokens;
pub mod web;

pub use clock::Clock;
pub use config::{Config, MissingVariable};
pub use context::Context;
pub use endpoint::{CallOf, Endpoint, EventEndpoint, EventError, HttpEndpoint, RawEndpoint, sns, sqs};
pub use reply::{Content, Reply};
pub use serve::serve;
