//! The command line of `signalbox-server`.

mod logs;
mod offline;
mod recompute;
mod serve;

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use signalbox_domain::access::Role;

use logs::LogFormat;

/// Names the data directory, where no flag does.
pub const DATA_DIR_VARIABLE: &str = "SIGNALBOX_DATA_DIR";
/// Holds the administrator's token, where it is not to be drawn.
pub const ADMIN_TOKEN_VARIABLE: &str = "SIGNALBOX_ADMIN_TOKEN";

/// Exit status when something was asked that cannot be: flags, addresses, directories.
const UNUSABLE: u8 = 2;
/// Exit status when something failed.
const FAILED: u8 = 1;

/// Signalbox: release control by feature flags.
#[derive(Debug, Parser)]
#[command(name = "signalbox-server", version, about, propagate_version = true, max_term_width = 100)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until SIGTERM or SIGINT.
    ///
    /// When it is ready, the first line on standard output is one JSON object with `listening`; on the first start
    /// of a data directory also `admin_token`, unless SIGNALBOX_ADMIN_TOKEN gives one; with --demo also `sdk_keys`.
    /// Logs go to standard error; SIGNALBOX_LOG sets what is logged (such as `debug`; by default `info`).
    Serve(Serve),
    /// Check the chain of the whole history; exit status 1 when something does not fit.
    Verify(At),
    /// Compute every verdict of a rollout again from what the history holds of it; exit status 1 when one comes out
    /// otherwise. The server may be running.
    Recompute {
        /// The id of the rollout, such as `rol_…`.
        rollout: String,
        #[command(flatten)]
        at: At,
    },
    /// Copy everything into one new file, checked; the server may be running.
    Backup {
        /// The file to write; it must not exist.
        file: PathBuf,
        #[command(flatten)]
        at: At,
    },
    /// Put a backup into a new data directory, after checking it.
    Restore {
        /// The backup.
        file: PathBuf,
        #[command(flatten)]
        at: At,
    },
    /// Make, list and revoke access tokens while no server runs; a running one does it by its API.
    #[command(subcommand)]
    Token(Token),
    /// Erase a personal value wherever it stands; the chain still verifies. Reads it from standard input.
    Erase {
        /// The value, exactly; other users of this machine can see it while the command runs.
        #[arg(long, value_name = "VALUE")]
        value: Option<String>,
        #[command(flatten)]
        at: At,
    },
}

#[derive(Debug, Args)]
struct Serve {
    /// Where to listen; port 0 lets the system choose.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:4600")]
    listen: SocketAddr,
    /// Fill an empty data directory with a made-up bank, and let its simulated customers ask for flags.
    #[arg(long)]
    demo: bool,
    /// The built user interface; by default the folder `ui` beside this program.
    #[arg(long, value_name = "DIR")]
    ui_dir: Option<PathBuf>,
    /// A name under which a proxy on this machine reaches the server; may be repeated. Only for a loopback address.
    #[arg(long = "allow-host", value_name = "NAME")]
    allowed_hosts: Vec<String>,
    /// A proxy on another machine whose X-Forwarded-For says who asks; may be repeated. One on this machine always is.
    #[arg(long = "trusted-proxy", value_name = "ADDRESS")]
    trusted_proxies: Vec<IpAddr>,
    /// How logs are written; by default `text` on a terminal, else `json`.
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
    /// How often rollouts are looked at, in seconds, from 1 to 3600.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    look_every: u64,
    /// Let webhooks lead into private networks and go unencrypted; without this, whoever may set one cannot reach what
    /// only this machine can.
    #[arg(long)]
    allow_private_webhooks: bool,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
struct At {
    /// Where everything is kept; by default $SIGNALBOX_DATA_DIR, else `signalbox-server` in the platform's data
    /// directory (Linux: $XDG_DATA_HOME or ~/.local/share).
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Token {
    /// Make a token; its secret is shown this once, on standard output.
    Create {
        /// Whose token it is.
        #[arg(long)]
        name: String,
        /// What it allows.
        #[arg(long)]
        role: RoleName,
        #[command(flatten)]
        at: At,
    },
    /// List all tokens, revoked ones included.
    List(At),
    /// Stop a token from working.
    Revoke {
        /// Its id, as `token list` shows it.
        token: String,
        #[command(flatten)]
        at: At,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleName {
    Viewer,
    Editor,
    Admin,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Viewer => Self::Viewer,
            RoleName::Editor => Self::Editor,
            RoleName::Admin => Self::Admin,
        }
    }
}

impl At {
    /// The data directory that is meant.
    fn data_dir(self) -> Result<PathBuf, Failure> {
        let named = self.data_dir.or_else(|| std::env::var_os(DATA_DIR_VARIABLE).map(PathBuf::from));
        let usual = || dirs::data_dir().map(|data| data.join("signalbox-server"));
        match named.filter(|path| !path.as_os_str().is_empty()).or_else(usual) {
            Some(path) => Ok(path),
            None => Err(Failure::unusable("this machine has no data directory; name one with --data-dir")),
        }
    }
}

/// Why a command did not do what it was asked to.
#[derive(Debug)]
struct Failure {
    message: String,
    status: u8,
}

impl Failure {
    fn unusable(message: impl ToString) -> Self {
        Self { message: message.to_string(), status: UNUSABLE }
    }

    fn failed(message: impl ToString) -> Self {
        Self { message: message.to_string(), status: FAILED }
    }
}

/// Runs the command line; flags that make no sense end the process with status 2.
#[must_use]
pub fn run() -> ExitCode {
    let done = match CommandLine::parse().command {
        Command::Serve(command) => serve::serve(command),
        Command::Verify(at) => offline::verify(at),
        Command::Recompute { rollout, at } => recompute::recompute(rollout, at),
        Command::Backup { file, at } => offline::backup(&file, at),
        Command::Restore { file, at } => offline::restore(&file, at),
        Command::Token(Token::Create { name, role, at }) => offline::create_token(name, role.into(), at),
        Command::Token(Token::List(at)) => offline::list_tokens(at),
        Command::Token(Token::Revoke { token, at }) => offline::revoke_token(token, at),
        Command::Erase { value, at } => offline::erase(value, at),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { message, status }) => {
            // Whoever closed standard error does not want to know.
            let _ = writeln!(io::stderr(), "error: {message}");
            ExitCode::from(status)
        }
    }
}

/// Writes a line to standard output; whoever closed it does not want to know.
fn say(line: impl std::fmt::Display) {
    let mut output = io::stdout().lock();
    let _ = writeln!(output, "{line}").and_then(|()| output.flush());
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn nonsense_is_refused() {
        let check = |arguments: &[&str], expect: bool| {
            let parsed = CommandLine::try_parse_from(std::iter::once(&"signalbox-server").chain(arguments));
            assert_eq!(parsed.is_ok(), expect, "{arguments:?}");
        };
        check(&["serve"], true);
        check(&["serve", "--listen", "127.0.0.1:0", "--demo", "--data-dir", "/x"], true);
        check(&["serve", "--listen", "127.0.0.1"], false);
        check(&["serve", "--listen", "127.0.0.1:65536"], false);
        check(&["serve", "--frobnicate"], false);
        check(&["token", "create", "--name", "Ann", "--role", "editor"], true);
        check(&["token", "create", "--name", "Ann", "--role", "owner"], false);
        check(&["backup"], false);
        check(&[], false);
    }
}
