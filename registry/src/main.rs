//! Writes what is generated from the operations (`generate`), or says what of it is stale, and which files depend on each
//! other in a circle (`check`).
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool")]

use std::path::PathBuf;
use std::process::ExitCode;

use registry::{Error, MEND_CIRCLES, circles, generated, operations};

fn main() -> ExitCode {
    let command = std::env::args().nth(1).unwrap_or_default();
    let done = match command.as_str() {
        "generate" => generate(),
        "check" => check(),
        _ => {
            eprintln!("usage: slipway-registry generate | check");
            return ExitCode::from(2);
        }
    };
    done.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}

/// The workspace: cargo says where this crate lies; without cargo, where we were started.
fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from("."), |own| PathBuf::from(own).join(".."))
}

fn generate() -> Result<ExitCode, Error> {
    for change in generated(&root(), &operations())?.write()? {
        println!("{change}");
    }
    Ok(ExitCode::SUCCESS)
}

fn check() -> Result<ExitCode, Error> {
    let root = root();
    let stale = generated(&root, &operations())?.stale()?;
    for difference in &stale {
        println!("{difference}");
    }
    if !stale.is_empty() {
        println!("run `cargo run -p registry -- generate` and commit what it writes");
    }
    let circles = circles(&root)?;
    for circle in &circles {
        println!("{circle}");
    }
    if !circles.is_empty() {
        println!("these files depend on each other in a circle: {MEND_CIRCLES}");
    }
    Ok(if stale.is_empty() && circles.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
