//! The functions of `functions/integrations`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(integrations::ENDPOINTS)
}
