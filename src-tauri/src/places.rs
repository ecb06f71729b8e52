//! Which servers this app knows, and which one the window drives.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use signalbox_protocol::desktop::{Place, PlaceKind};

use crate::home::write_private;

/// The known places, at most one of each kind, kept in a file.
#[derive(Debug)]
pub struct Places {
    file: PathBuf,
    contents: Contents,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Contents {
    chosen: Option<PlaceKind>,
    known: Vec<Place>,
}

impl Places {
    /// Reads the file. Where it is missing or damaged nothing is known, and the person chooses anew.
    #[must_use]
    pub fn read(file: PathBuf) -> Self {
        let contents = match fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!(file = %file.display(), %error, "the list of places is damaged; choosing anew");
                Contents::default()
            }),
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!(file = %file.display(), %error, "the list of places cannot be read");
                }
                Contents::default()
            }
        };
        Self { file, contents }
    }

    /// The place that the window drives; none on the first run and after leaving.
    #[must_use]
    pub fn chosen(&self) -> Option<&Place> {
        self.known(self.contents.chosen?)
    }

    /// The place of this kind that was used last.
    #[must_use]
    pub fn known(&self, kind: PlaceKind) -> Option<&Place> {
        self.contents.known.iter().find(|place| place.kind == kind)
    }

    /// Takes a place as the chosen one.
    ///
    /// # Errors
    /// When the file cannot be written; nothing is changed then.
    pub fn choose(&mut self, place: Place) -> io::Result<()> {
        let mut contents = self.without(place.kind);
        contents.chosen = Some(place.kind);
        contents.known.push(place);
        self.keep(contents)
    }

    /// Chooses none; all stay known.
    ///
    /// # Errors
    /// When the file cannot be written; nothing is changed then.
    pub fn choose_none(&mut self) -> io::Result<()> {
        self.keep(Contents { chosen: None, ..self.contents.clone() })
    }

    /// Forgets the place of this kind.
    ///
    /// # Errors
    /// When the file cannot be written; nothing is changed then.
    pub fn forget(&mut self, kind: PlaceKind) -> io::Result<()> {
        let mut contents = self.without(kind);
        contents.chosen = contents.chosen.filter(|chosen| *chosen != kind);
        self.keep(contents)
    }

    fn without(&self, kind: PlaceKind) -> Contents {
        let mut contents = self.contents.clone();
        contents.known.retain(|known| known.kind != kind);
        contents
    }

    fn keep(&mut self, contents: Contents) -> io::Result<()> {
        if contents != self.contents || !Path::exists(&self.file) {
            write_private(&self.file, &serde_json::to_vec_pretty(&contents)?)?;
            self.contents = contents;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_protocol::desktop::TokenKeeper;

    fn place(kind: PlaceKind, url: &str) -> Place {
        Place { kind, url: url.into(), token_kept_in: TokenKeeper::File }
    }

    #[test]
    fn the_choice_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new").join("places.json");
        let mut places = Places::read(file.clone());
        assert_eq!(places.chosen(), None);

        places.choose(place(PlaceKind::Demo, "http://127.0.0.1:1")).unwrap();
        places.choose(place(PlaceKind::Remote, "https://one.example")).unwrap();
        places.choose(place(PlaceKind::Remote, "https://two.example")).unwrap();
        let places = Places::read(file.clone());
        assert_eq!(places.chosen(), Some(&place(PlaceKind::Remote, "https://two.example")));
        assert_eq!(places.known(PlaceKind::Demo), Some(&place(PlaceKind::Demo, "http://127.0.0.1:1")));

        let mut places = places;
        places.choose_none().unwrap();
        let places = Places::read(file);
        assert_eq!(places.chosen(), None);
        assert!(places.known(PlaceKind::Remote).is_some());
    }

    #[test]
    fn a_forgotten_place_is_not_chosen_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("places.json");
        let mut places = Places::read(file.clone());
        places.choose(place(PlaceKind::Embedded, "http://127.0.0.1:1")).unwrap();
        places.choose(place(PlaceKind::Demo, "http://127.0.0.1:2")).unwrap();
        places.forget(PlaceKind::Demo).unwrap();
        let places = Places::read(file);
        assert_eq!((places.chosen(), places.known(PlaceKind::Demo)), (None, None));
        assert!(places.known(PlaceKind::Embedded).is_some());
    }

    #[test]
    fn a_damaged_file_is_like_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("places.json");
        fs::write(&file, "{\"chosen\": \"moon\"").unwrap();
        let mut places = Places::read(file.clone());
        assert_eq!(places.chosen(), None);
        places.choose(place(PlaceKind::Demo, "http://127.0.0.1:2")).unwrap();
        assert!(Places::read(file).chosen().is_some());
    }

    #[test]
    fn what_cannot_be_written_is_not_chosen() {
        let folder = tempfile::tempdir().unwrap();
        let occupied = folder.path().join("places.json");
        fs::create_dir_all(occupied.join("inside")).unwrap();
        let mut places = Places::read(occupied);
        assert!(places.choose(place(PlaceKind::Demo, "http://127.0.0.1:2")).is_err());
        assert_eq!(places.chosen(), None);
    }
}
