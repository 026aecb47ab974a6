//! The functions of `functions/flow-lifecycle`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(flow_lifecycle::ENDPOINTS)
}
