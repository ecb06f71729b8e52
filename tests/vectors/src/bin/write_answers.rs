//! Writes the answers of `evaluation.json` anew, for review.

use std::process::ExitCode;

fn main() -> ExitCode {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/evaluation.json");
    let written = signalbox_vectors::read(signalbox_vectors::FILE).and_then(|mut vectors| {
        vectors.answers = signalbox_vectors::answers(&vectors)?;
        let text = serde_json::to_string_pretty(&vectors).map_err(|error| error.to_string())?;
        std::fs::write(path, text + "\n").map_err(|error| error.to_string())
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
