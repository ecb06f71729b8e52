//! Where this app keeps what on disk.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use signalbox_protocol::desktop::{Place, PlaceKind};

/// Names another folder to keep everything in.
pub const VARIABLE: &str = "SIGNALBOX_HOME";

/// The folder that everything is kept in.
#[derive(Debug, Clone)]
pub struct Home {
    folder: PathBuf,
}

impl Home {
    /// The folder that [`VARIABLE`] names, if it does.
    #[must_use]
    pub fn from_environment() -> Option<Self> {
        let folder = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty())?;
        Some(Self::at(std::path::absolute(&folder).unwrap_or_else(|_| folder.into())))
    }

    /// This folder.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The data of the server in this app: the person's own, or the demo's. Nothing for a team's server.
    #[must_use]
    pub fn server_data(&self, kind: PlaceKind) -> Option<PathBuf> {
        match kind {
            PlaceKind::Embedded => Some(self.folder.join("server")),
            PlaceKind::Demo => Some(self.folder.join("demo")),
            PlaceKind::Remote => None,
        }
    }

    /// The cache of a place's last known state.
    #[must_use]
    pub fn cache(&self, place: &Place) -> PathBuf {
        self.folder.join("cache").join(format!("{}.db", file_name(&account(place))))
    }

    /// The file that holds a place's access token where no keyring does.
    #[must_use]
    pub fn token(&self, account: &str) -> PathBuf {
        self.folder.join("tokens").join(file_name(account))
    }

    /// Which places are known, and which is chosen.
    #[must_use]
    pub fn places(&self) -> PathBuf {
        self.folder.join("places.json")
    }

    /// Where the window was, and how large.
    #[must_use]
    pub fn window(&self) -> PathBuf {
        self.folder.join("window.json")
    }
}

/// What a place is called where its access token is kept.
#[must_use]
pub fn account(place: &Place) -> String {
    match place.kind {
        PlaceKind::Embedded => "embedded".to_owned(),
        PlaceKind::Demo => "demo".to_owned(),
        PlaceKind::Remote => format!("remote {}", place.url),
    }
}

/// Writes a file wholly or not at all; on Unix only its owner may read it.
///
/// # Errors
/// When the file system refuses.
pub fn write_private(path: &Path, contents: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        make_private_folder(folder)?;
    }
    let partial = beside(path, ".partial");
    // What an interrupted write left may have another mode.
    match fs::remove_file(&partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&partial)?;
    file.write_all(contents)?;
    file.sync_all()?;
    fs::rename(&partial, path)
}

/// Makes a folder, with those above it, that on Unix only its owner may open.
///
/// # Errors
/// When the file system refuses.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Deletes a file, if it is there.
///
/// # Errors
/// When the file system refuses.
pub fn remove_file(path: &Path) -> io::Result<()> {
    absent_is_fine(fs::remove_file(path))
}

/// Deletes a folder with everything in it, if it is there.
///
/// # Errors
/// When the file system refuses.
pub fn remove_folder(path: &Path) -> io::Result<()> {
    absent_is_fine(fs::remove_dir_all(path))
}

/// The same path with something after its name.
#[must_use]
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn absent_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// A file name for any text, readable and never the same for two texts.
fn file_name(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            'a'..='z' | '0'..='9' | '.' | '-' => letter.to_string(),
            other => format!("_{:x}_", u32::from(other)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_protocol::desktop::TokenKeeper;

    fn remote(url: &str) -> Place {
        Place { kind: PlaceKind::Remote, url: url.into(), token_kept_in: TokenKeeper::Keyring }
    }

    #[test]
    fn places_share_no_file() {
        let home = Home::at("/home");
        let embedded = Place { kind: PlaceKind::Embedded, ..remote("http://127.0.0.1:4") };
        let demo = Place { kind: PlaceKind::Demo, ..embedded.clone() };
        let places = [embedded, demo, remote("https://a.b"), remote("https://a_b"), remote("https://a.b/c")];
        let mut files: Vec<_> = places.iter().map(|place| home.cache(place)).collect();
        files.extend(places.iter().map(|place| home.token(&account(place))));
        let count = files.len();
        files.sort();
        files.dedup();
        assert_eq!(files.len(), count);
        assert!(files.iter().all(|file| file.parent().and_then(Path::parent) == Some(Path::new("/home"))));
    }

    #[test]
    fn an_embedded_server_keeps_its_files_whatever_its_port() {
        let home = Home::at("/home");
        let one = Place { kind: PlaceKind::Embedded, ..remote("http://127.0.0.1:4") };
        let other = Place { url: "http://127.0.0.1:5".into(), ..one.clone() };
        assert_eq!(home.cache(&one), home.cache(&other));
    }

    #[test]
    fn a_private_file_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens").join("demo");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(beside(&path, ".partial"), "left over").unwrap();
        for contents in ["a longer text", "short"] {
            write_private(&path, contents.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), contents);
        }
        assert!(!beside(&path, ".partial").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens").join("demo");
        write_private(&path, b"secret").unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }
}
