//! The functions of `functions/packages`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(packages::ENDPOINTS)
}
