//! The functions of `functions/repository-hosts`; `Handler` picks one.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(repository_hosts::ENDPOINTS)
}
