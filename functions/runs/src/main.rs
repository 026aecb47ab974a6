//! The functions of `functions/runs`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(runs::ENDPOINTS)
}
