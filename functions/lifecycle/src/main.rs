//! The functions of `functions/lifecycle`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(lifecycle::ENDPOINTS)
}
