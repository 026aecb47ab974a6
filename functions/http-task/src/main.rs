//! The functions of `functions/http-task`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(http_task::ENDPOINTS)
}
