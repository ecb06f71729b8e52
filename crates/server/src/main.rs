//! The Signalbox server as a program.

use std::process::ExitCode;

fn main() -> ExitCode {
    signalbox_server::cli::run()
}
