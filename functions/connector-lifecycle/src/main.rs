//! The functions of `functions/connector-lifecycle`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(connector_lifecycle::ENDPOINTS)
}
