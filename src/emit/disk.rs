//! Looks at, places and removes files of an output folder.

use super::OutFile;
use std::{
    fs,
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
};

/// What is at a path.
pub(super) enum There {
    Missing,
    File {
        bytes: Vec<u8>,
        executable: bool,
    },
    /// A folder, a link, or what cannot be read.
    Other,
}

/// Looks at a path; links are not followed.
pub(super) fn look(path: &Path) -> There {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => There::Missing,
        Ok(found) if found.is_file() => match fs::read(path) {
            Ok(bytes) => There::File { bytes, executable: found.permissions().mode() & 0o100 != 0 },
            Err(_) => There::Other,
        },
        Ok(_) | Err(_) => There::Other,
    }
}

/// Writes a file beside its place and renames it.
pub(super) fn place(folder: &Path, path: &str, file: &OutFile) -> io::Result<()> {
    let place = folder.join(path);
    let parent = place.parent().unwrap_or(folder);
    fs::create_dir_all(parent)?;
    let mut beside = tempfile::NamedTempFile::new_in(parent)?;
    beside.write_all(&file.bytes)?;
    let mode = if file.executable { 0o755 } else { 0o644 };
    beside.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
    beside.persist(place).map(drop).map_err(|error| error.error)
}

/// Removes a file and the folders that are empty then.
pub(super) fn remove(folder: &Path, path: &str) -> io::Result<()> {
    match fs::remove_file(folder.join(path)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut parent = Path::new(path).parent();
    while let Some(inner) = parent.filter(|inner| !inner.as_os_str().is_empty()) {
        if fs::remove_dir(folder.join(inner)).is_err() {
            break;
        }
        parent = inner.parent();
    }
    Ok(())
}
