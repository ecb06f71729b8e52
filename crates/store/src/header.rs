//! The first bytes of a database, looked at before SQLite may touch it: what is refused here stays as it is.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::directory::has_write_ahead_log;
use crate::{OpenError, schema};

/// Marks the databases of Signalbox among those of other programs: "SBOX".
pub(crate) const APPLICATION_ID: u32 = 0x5342_4f58;

/// Length of the header in bytes; the offsets are those of <https://www.sqlite.org/fileformat.html>, section 1.3.
const LENGTH: usize = 100;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const PAGE_SIZE_AT: usize = 16;
const CHANGES_AT: usize = 24;
const PAGES_AT: usize = 28;
const USER_VERSION_AT: usize = 60;
const APPLICATION_ID_AT: usize = 68;
const PAGES_VALID_FOR_AT: usize = 92;

/// Checks that `file` is a whole database of a schema version that is known here.
pub(crate) fn check(file: &Path) -> Result<(), OpenError> {
    let not_whole = |why: String| Err(OpenError::NotWhole { path: file.to_owned(), why });
    let start = read(file).map_err(OpenError::directory(file))?;
    let Ok(header) = <[u8; LENGTH]>::try_from(start.as_slice()) else {
        return not_whole(format!("it has only {} bytes", start.len()));
    };
    if !header.starts_with(MAGIC) {
        return not_whole("it is no SQLite file".into());
    }
    if number(&header, APPLICATION_ID_AT) != APPLICATION_ID {
        return not_whole("it was written by another program".into());
    }
    let (found, known) = (number(&header, USER_VERSION_AT), schema::latest());
    if found > known {
        return Err(OpenError::Newer { path: file.to_owned(), found, known });
    }
    let length = fs::metadata(file).map_err(OpenError::directory(file))?.len();
    match expected_length(&header) {
        // While there is a write-ahead log, the file may be in the middle of a checkpoint that will go on.
        Some(expected) if length < expected && !has_write_ahead_log(file) => {
            not_whole(format!("it was cut off, {length} of {expected} bytes are left"))
        }
        _ => Ok(()),
    }
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(LENGTH);
    File::open(file)?.take(LENGTH as u64).read_to_end(&mut start)?;
    Ok(start)
}

/// How many bytes the file has when it is whole, where the header says so.
fn expected_length(header: &[u8; LENGTH]) -> Option<u64> {
    let counted = number(header, CHANGES_AT) == number(header, PAGES_VALID_FOR_AT);
    let page_size = match u16::from_be_bytes([header[PAGE_SIZE_AT], header[PAGE_SIZE_AT + 1]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    counted.then(|| page_size * u64::from(number(header, PAGES_AT)))
}

fn number(header: &[u8; LENGTH], at: usize) -> u32 {
    u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}
