//! The functions of `functions/staged-connectors`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(staged_connectors::ENDPOINTS)
}
