//! Makes one path be as it shall be. Every step can be repeated.

use super::place::{Attributes, Kept, Move, Place};
use crate::{
    observe::{Observed, Root},
    store::ObjectRef,
};
use rustix::fs::{AtFlags, Gid, Mode, OFlags, Timespec, Timestamps, UTIME_OMIT, Uid};
use std::{
    fs::File,
    io::{self, ErrorKind, Write},
    os::fd::OwnedFd,
};

/// Where the bytes of a file come from: the path and its object, none for a text with secrets.
pub(super) type Bytes<'a> = dyn Fn(&str, Option<&ObjectRef>) -> io::Result<Vec<u8>> + 'a;

/// Returns the moves in an order in which each can be done: what goes first, from the leaves up, then what comes,
/// from the root down. `moves` are sorted by path.
pub(super) fn ordered(moves: &[Move]) -> Vec<&Move> {
    let goes =
        |it: &&Move| it.after == Place::Missing || (it.before.is_directory() && !it.after.is_directory());
    let gone = moves.iter().rev().filter(goes);
    let come = moves.iter().filter(|it| it.after != Place::Missing);
    gone.chain(come).collect()
}

/// Does one move. A directory that becomes another type comes up twice: it is empty by the first time.
pub(super) fn perform(root: &Root, made: &Move, bytes: &Bytes<'_>) -> io::Result<()> {
    let path = &*made.path;
    match &made.after {
        Place::Missing => remove(root, path),
        Place::Directory { attributes } => directory(root, path, *attributes),
        Place::Link { target, uid, gid } => link(root, path, target, (*uid, *gid)),
        Place::File { content: Kept::Untouched, attributes, .. } => {
            set(&open(root, path, false)?, *attributes)
        }
        Place::File { content, attributes, mtime } => {
            let content = match content {
                Kept::Object { object } => bytes(path, Some(object))?,
                Kept::Rendered { .. } | Kept::Untouched => bytes(path, None)?,
            };
            file(root, path, &content, (*attributes, *mtime))
        }
    }
}

/// The name beside a path that a new file or link has until it is renamed; recovery removes it by this name.
fn temporary(name: &str) -> String {
    let short: String = name.chars().take(32).collect();
    format!(".{short}.{}.migrate-new", blake3::hash(name.as_bytes()).to_hex().get(..8).unwrap_or_default())
}

/// Removes what an interrupted move left beside its path.
pub(super) fn remove_temporary(root: &Root, path: &str) -> io::Result<()> {
    match root.parent(path) {
        Ok((parent, name)) => {
            ignore_missing(rustix::fs::unlinkat(&*parent, temporary(name), AtFlags::empty()))
        }
        Err(error) if is_gone(&error) => Ok(()),
        Err(error) => Err(error),
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn ignore_missing(result: rustix::io::Result<()>) -> io::Result<()> {
    match result {
        Err(rustix::io::Errno::NOENT) => Ok(()),
        result => Ok(result?),
    }
}

fn remove(root: &Root, path: &str) -> io::Result<()> {
    let found = match root.observe(path) {
        Err(error) if is_gone(&error) => return Ok(()),
        found => found?,
    };
    let (flags, is_directory) = match found {
        Observed::Missing => return Ok(()),
        Observed::Directory(_) => (AtFlags::REMOVEDIR, true),
        Observed::File(_) | Observed::Link(..) | Observed::Other(_) => (AtFlags::empty(), false),
    };
    let (parent, name) = root.parent(path)?;
    rustix::fs::unlinkat(&*parent, name, flags)?;
    if is_directory {
        root.forget();
    }
    Ok(())
}

fn directory(root: &Root, path: &str, attributes: Attributes) -> io::Result<()> {
    let found = root.observe(path)?;
    if !matches!(found, Observed::Directory(_)) {
        let (parent, name) = root.parent(path)?;
        if found != Observed::Missing {
            rustix::fs::unlinkat(&*parent, name, AtFlags::empty())?;
        }
        rustix::fs::mkdirat(&*parent, name, Mode::from_raw_mode(0o700))?;
        root.forget();
    }
    set(&open(root, path, true)?, attributes)
}

fn link(root: &Root, path: &str, target: &str, owner: (Option<u32>, Option<u32>)) -> io::Result<()> {
    make_way(root, path)?;
    let (parent, name) = root.parent(path)?;
    let temporary = temporary(name);
    ignore_missing(rustix::fs::unlinkat(&*parent, &temporary, AtFlags::empty()))?;
    rustix::fs::symlinkat(target, &*parent, &temporary)?;
    if owner != (None, None) {
        let (uid, gid) = (owner.0.map(Uid::from_raw), owner.1.map(Gid::from_raw));
        rustix::fs::chownat(&*parent, &temporary, uid, gid, AtFlags::SYMLINK_NOFOLLOW)?;
    }
    rustix::fs::renameat(&*parent, &temporary, &*parent, name)?;
    root.forget();
    Ok(())
}

fn file(
    root: &Root,
    path: &str,
    content: &[u8],
    (attributes, mtime): (Attributes, Option<(i64, u32)>),
) -> io::Result<()> {
    make_way(root, path)?;
    let (parent, name) = root.parent(path)?;
    let temporary = temporary(name);
    ignore_missing(rustix::fs::unlinkat(&*parent, &temporary, AtFlags::empty()))?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let fd = rustix::fs::openat(&*parent, &temporary, flags, Mode::from_raw_mode(0o600))?;
    let mut file = File::from(fd);
    file.write_all(content)?;
    let fd = OwnedFd::from(file);
    set(&fd, attributes)?;
    if let Some((seconds, nanoseconds)) = mtime {
        let omit = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
        let last_modification = Timespec { tv_sec: seconds, tv_nsec: nanoseconds.into() };
        rustix::fs::futimens(&fd, &Timestamps { last_access: omit, last_modification })?;
    }
    rustix::fs::renameat(&*parent, &temporary, &*parent, name)?;
    Ok(())
}

/// Removes an empty directory that is where a file or a link comes: a rename would refuse it.
fn make_way(root: &Root, path: &str) -> io::Result<()> {
    match root.observe(path)? {
        Observed::Directory(_) => remove(root, path),
        Observed::Missing | Observed::File(_) | Observed::Link(..) | Observed::Other(_) => Ok(()),
    }
}

fn open(root: &Root, path: &str, directory: bool) -> io::Result<OwnedFd> {
    let (parent, name) = root.parent(path)?;
    let kind = if directory { OFlags::DIRECTORY } else { OFlags::NONBLOCK };
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | kind;
    Ok(rustix::fs::openat(&*parent, name, flags, Mode::empty())?)
}

/// Sets owner, then mode (a change of owner clears set-id bits); what is right already is not written.
fn set(fd: &OwnedFd, wanted: Attributes) -> io::Result<()> {
    let stat = rustix::fs::fstat(fd)?;
    let uid = wanted.uid.filter(|uid| *uid != stat.st_uid).map(Uid::from_raw);
    let gid = wanted.gid.filter(|gid| *gid != stat.st_gid).map(Gid::from_raw);
    let chowned = uid.is_some() || gid.is_some();
    if chowned {
        rustix::fs::fchown(fd, uid, gid)?;
    }
    if chowned || stat.st_mode & 0o7777 != wanted.mode {
        rustix::fs::fchmod(fd, Mode::from_raw_mode(wanted.mode))?;
    }
    Ok(())
}
