//! The functions of `functions/flow-deployments`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(flow_deployments::ENDPOINTS)
}
