//! The functions of `functions/triggers`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(triggers::ENDPOINTS)
}
