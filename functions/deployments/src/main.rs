//! The functions of `functions/deployments`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(deployments::ENDPOINTS)
}
