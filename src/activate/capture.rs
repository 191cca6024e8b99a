//! Pre-images: what was at the paths that will change, so that it can be given back.

use super::{
    codes::{DRIFT_LOST, NOT_UTF8, NOT_WRITABLE, io_error},
    place::{Attributes, Kept, Move, Place},
};
use crate::{
    diag::{Diagnostic, Result},
    observe::{Meta, Observed, Root},
    store::{ObjectRef, Store},
};
use ecow::EcoString;
use rustix::fs::{IFlags, Mode, OFlags};

/// Keeps what is at a path and returns the move to `after`. Bytes are kept only where they will go.
pub(super) fn capture(root: &Root, store: &Store, path: &EcoString, after: Place) -> Result<Move> {
    let observed = root.observe(path).map_err(|error| io_error("look at", path, &error))?;
    let before = match &observed {
        Observed::Missing => Place::Missing,
        Observed::File(meta) => file(root, store, path, meta, &after)?,
        Observed::Directory(meta) => Place::Directory { attributes: attributes(meta) },
        Observed::Link(meta, target) => link(path, meta, target)?,
        Observed::Other(_) => {
            let message = format!("`{path}` became a {} in the meantime", observed.word());
            return Err(Box::new(Diagnostic::error(&DRIFT_LOST, message)));
        }
    };
    Ok(Move { path: path.clone(), before, after })
}

fn attributes(meta: &Meta) -> Attributes {
    Attributes { mode: meta.mode, uid: Some(meta.uid), gid: Some(meta.gid) }
}

fn link(path: &str, meta: &Meta, target: &[u8]) -> Result<Place> {
    let target = std::str::from_utf8(target).map_err(|_| {
        let message = format!("the target of the link `{path}` is not UTF-8");
        Box::new(Diagnostic::error(&NOT_UTF8, message))
    })?;
    Ok(Place::Link { target: target.into(), uid: Some(meta.uid), gid: Some(meta.gid) })
}

fn file(root: &Root, store: &Store, path: &str, meta: &Meta, after: &Place) -> Result<Place> {
    refuse_immutable(root, path)?;
    let untouched = matches!(after, Place::File { content: Kept::Untouched, .. });
    let content = if untouched {
        Kept::Untouched
    } else {
        let content = root.read(path).map_err(|error| io_error("read", path, &error))?;
        let object =
            ObjectRef::of_file(path.rsplit('/').next().unwrap_or_default(), Some(meta.mode), &content);
        store.put(&object, &content)?;
        Kept::Object { object }
    };
    Ok(Place::File { content, attributes: attributes(meta), mtime: Some(meta.mtime) })
}

/// An immutable or append-only file would fail only after the journal was written.
fn refuse_immutable(root: &Root, path: &str) -> Result<()> {
    let Ok((parent, name)) = root.parent(path) else { return Ok(()) };
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let Ok(file) = rustix::fs::openat(&*parent, name, flags, Mode::empty()) else { return Ok(()) };
    match rustix::fs::ioctl_getflags(&file) {
        Ok(flags) if flags.intersects(IFlags::IMMUTABLE | IFlags::APPEND) => {
            let message = format!("`{path}` is immutable or append-only (`chattr`)");
            Err(Box::new(Diagnostic::error(&NOT_WRITABLE, message)))
        }
        // File systems without such flags refuse the question.
        Ok(_) | Err(_) => Ok(()),
    }
}
