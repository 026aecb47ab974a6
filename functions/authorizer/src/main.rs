//! The functions of `functions/authorizer`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(authorizer::ENDPOINTS)
}
