//! The functions of `functions/applications`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(applications::ENDPOINTS)
}
