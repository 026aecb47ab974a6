//! The functions of `functions/oauth`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(oauth::ENDPOINTS)
}
