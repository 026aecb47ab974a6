//! The functions of `functions/flows`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(flows::ENDPOINTS)
}
