//! Files that the page saves: into the folder for downloads, and never over anything.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Most files of one name, numbered.
const MOST: u32 = 1_000;

/// Saves a text under this name into the folder; where something has the name already, `flags.json` becomes
/// `flags-2.json`. Answers where it was saved.
///
/// # Errors
/// A name that is more than the plain name of a JSON file, or a folder that cannot be written.
pub fn beside(folder: &Path, name: &str, text: &str) -> io::Result<PathBuf> {
    let stem = name.strip_suffix(".json").filter(|stem| is_plain(stem)).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, format!("\"{name}\" is not the plain name of a JSON file"))
    })?;
    fs::create_dir_all(folder)?;
    for number in 1..=MOST {
        let path = folder.join(if number == 1 { name.to_owned() } else { format!("{stem}-{number}.json") });
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => return file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map(|()| path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("there are {MOST} files of the name {name} already")))
}

/// Leads nowhere else, and is not hidden.
fn is_plain(stem: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    stem.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
        && stem.bytes().all(plain)
        && stem.len() < 220
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("downloads");
        let saved = |text: &str| beside(&inside, "bank-production.json", text).unwrap();
        let (first, second) = (saved("1"), saved("2"));
        assert_eq!(first, inside.join("bank-production.json"));
        assert_eq!(second, inside.join("bank-production-2.json"));
        assert_eq!((fs::read_to_string(first).unwrap(), fs::read_to_string(second).unwrap()), ("1".into(), "2".into()));
    }

    #[test]
    fn only_plain_names_are_written() {
        let folder = tempfile::tempdir().unwrap();
        for name in
            ["", ".json", "../a.json", "a/b.json", "a\\b.json", ".bashrc.json", "a.sh", "/etc/a.json", "a b.json"]
        {
            let refused = beside(folder.path(), name, "{}").unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidInput, "{name}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
