//! Entities and rules of Slipway. Pure: no I/O, no async, no AWS, no clock.

pub mod application_log;
pub mod asl;
pub mod client;
pub mod connector;
pub mod connector_deployment;
pub mod deployment;
pub mod environment;
pub mod flow;
pub mod ids;
pub mod integration;
pub mod lifecycle;
pub mod payload;
pub mod placeholders;
pub mod project_settings;
pub mod release;
pub mod report;
pub mod repository_host;
pub mod route;
pub mod run;
pub mod schedule;
pub mod scope;
pub mod secret;
pub mod text;
pub mod trail;
pub mod work;
