//! The functions of `functions/api-clients`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(api_clients::ENDPOINTS)
}
