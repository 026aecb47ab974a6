//! The functions of `functions/connectors`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(connectors::ENDPOINTS)
}
