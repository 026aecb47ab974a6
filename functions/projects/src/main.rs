//! The functions of `functions/projects`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(projects::ENDPOINTS)
}
