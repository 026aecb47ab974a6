//! The functions of `functions/environments`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(environments::ENDPOINTS)
}
