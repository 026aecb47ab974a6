//! The functions of `functions/flow-versions`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(flow_versions::ENDPOINTS)
}
