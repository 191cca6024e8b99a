//! What is at one path.

use super::Root;
use rustix::fs::{AtFlags, FileType};
use std::io;

/// Type-independent facts of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// The permission bits, set-id and sticky bits among them.
    pub mode: u32,
    /// The owner.
    pub uid: u32,
    /// The group.
    pub gid: u32,
    /// The length in bytes.
    pub len: u64,
    /// The time of the last change of content: seconds and nanoseconds.
    pub mtime: (i64, u32),
    /// Device and inode.
    pub id: (u64, u64),
}

/// What is at a path; a last component that is a link is not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observed {
    /// Nothing.
    Missing,
    /// A regular file.
    File(Meta),
    /// A directory.
    Directory(Meta),
    /// A symbolic link with its target's bytes.
    Link(Meta, Vec<u8>),
    /// A device, a socket or a pipe.
    Other(Meta),
}

impl Observed {
    /// Returns the word for people.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Missing => "nothing",
            Self::File(_) => "file",
            Self::Directory(_) => "directory",
            Self::Link(..) => "link",
            Self::Other(_) => "device, socket or pipe",
        }
    }

    /// Returns the facts, unless nothing is there.
    #[must_use]
    pub fn meta(&self) -> Option<&Meta> {
        match self {
            Self::Missing => None,
            Self::File(meta) | Self::Directory(meta) | Self::Link(meta, _) | Self::Other(meta) => Some(meta),
        }
    }
}

impl Root {
    /// Looks at a path. A parent that is missing means that nothing is there.
    ///
    /// # Errors
    /// Gives the system's reason: a parent that is no directory, a loop of links, no permission.
    pub fn observe(&self, path: &str) -> io::Result<Observed> {
        let (parent, name) = match self.parent(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Observed::Missing),
            found => found?,
        };
        let stat = match rustix::fs::statat(&*parent, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(rustix::io::Errno::NOENT) => return Ok(Observed::Missing),
            stat => stat?,
        };
        let meta = Meta {
            mode: stat.st_mode & 0o7777,
            uid: stat.st_uid,
            gid: stat.st_gid,
            len: u64::try_from(stat.st_size).unwrap_or_default(),
            mtime: (stat.st_mtime, u32::try_from(stat.st_mtime_nsec).unwrap_or_default()),
            id: (stat.st_dev, stat.st_ino),
        };
        Ok(match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Observed::File(meta),
            FileType::Directory => Observed::Directory(meta),
            FileType::Symlink => {
                let target = rustix::fs::readlinkat(&*parent, name, Vec::new())?;
                Observed::Link(meta, target.into_bytes())
            }
            FileType::Fifo
            | FileType::Socket
            | FileType::CharacterDevice
            | FileType::BlockDevice
            | FileType::Unknown => Observed::Other(meta),
        })
    }
}
