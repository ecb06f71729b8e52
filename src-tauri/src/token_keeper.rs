//! Where access tokens are kept: in the operating system's keyring, or where none answers in a file
//! that only this user may read.

use std::fs;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use signalbox_protocol::desktop::TokenKeeper;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::home::{Home, remove_file, write_private};

/// How long a keyring may take. Without a desktop session it may never answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a keyring may take that is known to have the token: perhaps a person unlocks it just now.
const PATIENCE_WITH_A_PERSON: Duration = Duration::from_secs(60);

/// A keyring, as far as it is needed here. Its calls may block.
pub trait Keyring: Send + Sync + 'static {
    /// The secret of an account; none where it has none.
    ///
    /// # Errors
    /// Why it does not answer.
    fn read(&self, account: &str) -> Result<Option<String>, String>;
    /// Keeps the secret of an account in place of an earlier one.
    ///
    /// # Errors
    /// Why it does not.
    fn write(&self, account: &str, secret: &str) -> Result<(), String>;
    /// Forgets the secret of an account, if it has one.
    ///
    /// # Errors
    /// Why it does not.
    fn delete(&self, account: &str) -> Result<(), String>;
}

/// Keeps access tokens.
#[derive(Clone)]
pub struct Tokens {
    home: Home,
    keyring: Arc<dyn Keyring>,
    patience: Duration,
}

impl Tokens {
    /// Keeps tokens in this keyring, else in files of this home.
    pub fn new(home: Home, keyring: impl Keyring) -> Self {
        Self { home, keyring: Arc::new(keyring), patience: PATIENCE }
    }

    /// The token of an account, and where it was. `expected` is where it was kept last, where that is known.
    pub async fn read(&self, account: &str, expected: Option<TokenKeeper>) -> Option<(String, TokenKeeper)> {
        // A file is there only when the keyring did not take the token, so it is never the older one.
        if let Some(token) = self.read_file(account) {
            return Some((token, TokenKeeper::File));
        }
        let patience = match expected {
            Some(TokenKeeper::Keyring) => PATIENCE_WITH_A_PERSON,
            _ => self.patience,
        };
        let owned = account.to_owned();
        match self.ask(patience, move |keyring| keyring.read(&owned)).await {
            Ok(token) => token.map(|token| (token, TokenKeeper::Keyring)),
            Err(why) => {
                tracing::warn!(account, why, "the keyring does not answer");
                None
            }
        }
    }

    /// Keeps the token of an account, and says where.
    ///
    /// # Errors
    /// When neither the keyring nor the file system takes it.
    pub async fn keep(&self, account: &str, token: &str) -> io::Result<TokenKeeper> {
        let (name, secret) = (account.to_owned(), token.to_owned());
        match self.ask(self.patience, move |keyring| keyring.write(&name, &secret)).await {
            Ok(()) => {
                remove_file(&self.home.token(account))?;
                Ok(TokenKeeper::Keyring)
            }
            Err(why) => {
                tracing::warn!(account, why, "the keyring does not take the access token; keeping it in a file");
                write_private(&self.home.token(account), token.as_bytes())?;
                Ok(TokenKeeper::File)
            }
        }
    }

    /// Forgets the token of an account.
    ///
    /// # Errors
    /// When its file cannot be deleted. A keyring that does not answer keeps a token that opens nothing.
    pub async fn forget(&self, account: &str) -> io::Result<()> {
        remove_file(&self.home.token(account))?;
        let name = account.to_owned();
        if let Err(why) = self.ask(self.patience, move |keyring| keyring.delete(&name)).await {
            tracing::warn!(account, why, "the keyring does not forget the access token");
        }
        Ok(())
    }

    fn read_file(&self, account: &str) -> Option<String> {
        let path = self.home.token(account);
        match fs::read_to_string(&path) {
            Ok(token) => Some(token.trim().to_owned()).filter(|token| !token.is_empty()),
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!(file = %path.display(), %error, "an access token cannot be read");
                }
                None
            }
        }
    }

    /// Asks the keyring on a thread of its own, which is left behind when it takes too long.
    async fn ask<Answer: Send + 'static>(
        &self,
        patience: Duration,
        question: impl FnOnce(&dyn Keyring) -> Result<Answer, String> + Send + 'static,
    ) -> Result<Answer, String> {
        let keyring = Arc::clone(&self.keyring);
        let (sender, receiver) = oneshot::channel();
        thread::Builder::new()
            .name("keyring".into())
            .spawn(move || sender.send(question(&*keyring)))
            .map_err(|error| error.to_string())?;
        match timeout(patience, receiver).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err("it broke down".to_owned()),
            Err(_) => Err(format!("no answer within {} seconds", patience.as_secs_f64())),
        }
    }
}

/// The keyring of the operating system.
pub struct SystemKeyring {
    scope: String,
}

impl SystemKeyring {
    /// Its entries for one home. That of another folder than the usual one does not see the usual ones.
    #[must_use]
    pub fn new(other_home: Option<&Home>) -> Self {
        Self { scope: other_home.map(|home| format!(" in {}", home.folder().display())).unwrap_or_default() }
    }

    fn entry(&self, account: &str) -> Result<keyring::Entry, String> {
        keyring::Entry::new("Signalbox", &format!("{account}{}", self.scope)).map_err(|error| {
            let reason = keyring::Entry::store_status().as_ref().err().map(ToString::to_string);
            reason.unwrap_or_else(|| error.to_string())
        })
    }
}

impl Keyring for SystemKeyring {
    fn read(&self, account: &str) -> Result<Option<String>, String> {
        match self.entry(account)?.get_password() {
            Ok(secret) => Ok(Some(secret)),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    fn write(&self, account: &str, secret: &str) -> Result<(), String> {
        self.entry(account)?.set_password(secret).map_err(|error| error.to_string())
    }

    fn delete(&self, account: &str) -> Result<(), String> {
        match self.entry(account)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}

#[cfg(test)]
pub mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use super::*;

    /// A keyring that works.
    #[derive(Default)]
    pub struct Working(Mutex<HashMap<String, String>>);

    impl Keyring for Working {
        fn read(&self, account: &str) -> Result<Option<String>, String> {
            Ok(self.0.lock().unwrap().get(account).cloned())
        }
        fn write(&self, account: &str, secret: &str) -> Result<(), String> {
            self.0.lock().unwrap().insert(account.into(), secret.into());
            Ok(())
        }
        fn delete(&self, account: &str) -> Result<(), String> {
            self.0.lock().unwrap().remove(account);
            Ok(())
        }
    }

    /// No keyring at all.
    pub struct Absent;

    impl Keyring for Absent {
        fn read(&self, _: &str) -> Result<Option<String>, String> {
            Err("no keyring".into())
        }
        fn write(&self, _: &str, _: &str) -> Result<(), String> {
            Err("no keyring".into())
        }
        fn delete(&self, _: &str) -> Result<(), String> {
            Err("no keyring".into())
        }
    }

    /// A keyring that never answers.
    pub struct Silent;

    impl Silent {
        fn wait<Answer>() -> Answer {
            loop {
                thread::park();
            }
        }
    }

    impl Keyring for Silent {
        fn read(&self, _: &str) -> Result<Option<String>, String> {
            Self::wait()
        }
        fn write(&self, _: &str, _: &str) -> Result<(), String> {
            Self::wait()
        }
        fn delete(&self, _: &str) -> Result<(), String> {
            Self::wait()
        }
    }

    fn tokens(folder: &tempfile::TempDir, keyring: impl Keyring) -> Tokens {
        Tokens { patience: Duration::from_millis(50), ..Tokens::new(Home::at(folder.path()), keyring) }
    }

    #[tokio::test]
    async fn a_keyring_that_answers_keeps_the_token() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = tokens(&folder, Working::default());
        assert_eq!(tokens.read("demo", None).await, None);
        assert_eq!(tokens.keep("demo", "secret").await.unwrap(), TokenKeeper::Keyring);
        assert_eq!(tokens.read("demo", None).await, Some(("secret".into(), TokenKeeper::Keyring)));
        assert!(!folder.path().join("tokens").exists(), "nothing is written to disk");
        tokens.forget("demo").await.unwrap();
        assert_eq!(tokens.read("demo", None).await, None);
    }

    #[tokio::test]
    async fn without_a_keyring_a_private_file_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = tokens(&folder, Absent);
        assert_eq!(tokens.keep("demo", "secret").await.unwrap(), TokenKeeper::File);
        assert_eq!(tokens.read("demo", None).await, Some(("secret".into(), TokenKeeper::File)));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join("tokens").join("demo")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        tokens.forget("demo").await.unwrap();
        assert_eq!(tokens.read("demo", None).await, None);
    }

    #[tokio::test]
    async fn a_keyring_that_never_answers_does_not_hold_up() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = tokens(&folder, Silent);
        assert_eq!(tokens.read("demo", None).await, None);
        assert_eq!(tokens.keep("demo", "secret").await.unwrap(), TokenKeeper::File);
        assert_eq!(tokens.read("demo", None).await, Some(("secret".into(), TokenKeeper::File)));
        tokens.forget("demo").await.unwrap();
    }

    #[tokio::test]
    async fn a_keyring_that_is_back_takes_the_next_token() {
        let folder = tempfile::tempdir().unwrap();
        tokens(&folder, Absent).keep("demo", "old").await.unwrap();
        let tokens = tokens(&folder, Working::default());
        assert_eq!(tokens.keep("demo", "new").await.unwrap(), TokenKeeper::Keyring);
        assert_eq!(tokens.read("demo", None).await, Some(("new".into(), TokenKeeper::Keyring)));
    }
}
