//! The functions of `functions/releases`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(releases::ENDPOINTS)
}
