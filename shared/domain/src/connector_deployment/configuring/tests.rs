//! The rules of a configuration: tables of what is refused and what comes of the rest, and what holds for all.

mod create;
mod create_rules;
mod properties;
mod redeploy;
mod update;
