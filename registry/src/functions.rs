//! Every function of the stack in one program; `Handler` picks one. The local stack runs it: one program links in
//! seconds where one per crate takes minutes. On AWS each crate's own program runs.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::serve(registry::endpoints().leak())
}
