//! The functions of `functions/fallback`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(fallback::ENDPOINTS)
}
