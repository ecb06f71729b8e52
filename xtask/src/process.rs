//! Running other programs, with errors that say what to do.

use std::io::{BufRead, BufReader, ErrorKind};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::failure::{Failure, Outcome};

/// How often a silent child is looked at to see whether it has ended.
const CHILD_CHECK: Duration = Duration::from_millis(200);

/// The cargo that runs this task, so that nested calls use the same toolchain.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Shows the command, runs it with its output on the terminal, and waits.
///
/// # Errors
/// When it cannot be started or ends unsuccessfully; `way_out` is what to do about the latter.
pub fn run(command: &mut Command, way_out: &str) -> Outcome {
    show(command);
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` ended with {status}", describe(command)), way_out))
}

/// Runs the command quietly and returns what it printed, or nothing when it is missing or fails.
/// For questions of the kind "is it there?".
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    if !output.status.success() {
        return None;
    }
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Shows the command and runs it; each line of its standard output goes to the terminal and to
/// `line`. Returns whether it ended successfully.
///
/// # Errors
/// When it cannot be started or waited for.
pub fn stream(command: &mut Command, mut line: impl FnMut(&str)) -> Outcome<bool> {
    show(command);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| cannot_start(command, &error))?;
    let lines = lines_of(&mut child);
    loop {
        match lines.recv_timeout(CHILD_CHECK) {
            Ok(text) => {
                say!("{text}");
                line(&text);
            }
            // A program that a test left running may hold the pipe open for ever, so the end of
            // the child counts, not the end of the pipe.
            Err(RecvTimeoutError::Timeout) => {
                if matches!(child.try_wait(), Ok(Some(_))) {
                    break;
                }
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = child.wait().map_err(|error| {
        Failure::new(format!("could not wait for `{}`: {error}", describe(command)), "run it again")
    })?;
    Ok(status.success())
}

/// Hands the terminal over to the program: it gets the signals, and its exit code is ours.
///
/// # Errors
/// When it cannot be started, or (where a process cannot be replaced) when it fails.
pub fn become_program(command: &mut Command) -> Outcome {
    show(command);
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let error = command.exec();
        Err(cannot_start(command, &error))
    }
    #[cfg(not(unix))]
    {
        let status = command.status().map_err(|error| cannot_start(command, &error))?;
        std::process::exit(status.code().unwrap_or(1));
    }
}

/// The command as it would be typed, with the program reduced to its name.
pub fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    let mut text = name.to_string_lossy().into_owned();
    for argument in command.get_args() {
        let argument = argument.to_string_lossy();
        text.push(' ');
        if argument.is_empty() || argument.contains(char::is_whitespace) {
            text.push_str(&format!("'{argument}'"));
        } else {
            text.push_str(&argument);
        }
    }
    text
}

fn show(command: &Command) {
    say!("$ {}", describe(command));
}

fn lines_of(child: &mut Child) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        thread::spawn(move || {
            let mut reader = BufReader::new(output);
            let mut bytes = Vec::new();
            while matches!(reader.read_until(b'\n', &mut bytes), Ok(read) if read > 0) {
                let text = String::from_utf8_lossy(&bytes);
                if sender.send(text.trim_end_matches(['\r', '\n']).to_owned()).is_err() {
                    break;
                }
                bytes.clear();
            }
        });
    }
    receiver
}

fn cannot_start(command: &Command, error: &std::io::Error) -> Failure {
    let program = command.get_program().to_string_lossy().into_owned();
    let way_out = if error.kind() == ErrorKind::NotFound {
        format!("install `{program}` or put it on the PATH, then run this again")
    } else {
        format!("check that `{program}` may be run by you")
    };
    Failure::new(format!("could not start `{program}`: {error}"), way_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_described_command_can_be_typed() {
        let mut command = Command::new("/usr/bin/printf");
        command.args(["%s", "two words", ""]);
        assert_eq!(describe(&command), "printf %s 'two words' ''");
    }

    #[test]
    fn a_missing_program_is_named_with_a_way_out() {
        let failure = run(&mut Command::new("no-such-program-here"), "unused")
            .expect_err("a program that does not exist must not start");
        let text = failure.to_string();
        assert!(text.contains("no-such-program-here"), "{text}");
        assert!(text.contains("way out: install"), "{text}");
    }

    #[test]
    fn streaming_passes_every_line_on_and_reports_the_end() {
        let mut seen = Vec::new();
        let good =
            stream(Command::new("sh").args(["-c", "echo one; echo two; exit 3"]), |line| seen.push(line.to_owned()))
                .expect("sh starts");
        assert!(!good);
        assert_eq!(seen, ["one", "two"]);
    }

    #[test]
    fn a_program_left_running_does_not_hold_the_stream() {
        // The background process keeps the pipe open for longer than any test run lasts.
        let mut left = String::new();
        let good = stream(Command::new("sh").args(["-c", "sleep 3600 & echo $!"]), |line| left = line.to_owned())
            .expect("sh starts");
        assert!(good);
        let ended = Command::new("kill").arg(&left).status().expect("kill starts");
        assert!(ended.success(), "the background process was gone");
    }
}
