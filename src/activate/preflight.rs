//! Refuses what would fail half-way: permissions, read-only places, room.

use super::{
    codes::{NO_SPACE, NOT_PERMITTED, NOT_WRITABLE},
    options::Owners,
    place::{Kept, Place},
    plan::{Plan, Step},
};
use crate::{
    build::parents,
    diag::Diagnostic,
    observe::{Observed, Root},
    store::State,
};
use rustix::fs::{Access, AtFlags, StatVfs};
use std::{collections::BTreeSet, path::Path};

/// Room taken on one file system.
#[derive(Clone, Copy, Default)]
struct Room {
    bytes: u64,
    inodes: u64,
}

/// Checks a plan against the root and adds what it finds to the plan's problems.
pub(super) fn check(root: &Root, state: &State, owners: Owners, plan: &mut Plan) {
    let mut found = Vec::new();
    let mut checked = BTreeSet::new();
    for step in &plan.steps {
        if let Some((parent, _)) = step.path.rsplit_once('/')
            && checked.insert(parent)
        {
            found.extend(writable(root, &step.path));
        }
        found.extend(permitted(step, owners));
    }
    found.extend(state_writable(state));
    if plan.has_work() {
        found.extend(room(root, state, plan));
    }
    plan.problems.extend(found);
}

/// Checks that the nearest directory that is there already can be written.
fn writable(root: &Root, path: &str) -> Option<Diagnostic> {
    let mut places = std::iter::once(path).chain(parents(path));
    let (place, (dir, _)) = places.find_map(|place| Some((place, root.parent(place).ok()?)))?;
    let error =
        rustix::fs::accessat(&*dir, ".", Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS).err()?;
    let parent = place.rsplit_once('/').map_or("", |(parent, _)| parent);
    let message = format!("the directory `{parent}/` cannot be written: {}", std::io::Error::from(error));
    Some(Diagnostic::error(&NOT_WRITABLE, message))
}

fn state_writable(state: &State) -> Option<Diagnostic> {
    let there = existing(state.dir())?;
    let error = rustix::fs::access(there, Access::WRITE_OK | Access::EXEC_OK).err()?;
    let message =
        format!("the state `{}` cannot be written: {}", state.dir().display(), std::io::Error::from(error));
    Some(Diagnostic::error(&NOT_WRITABLE, message))
}

fn existing(path: &Path) -> Option<&Path> {
    path.ancestors().find(|path| path.exists())
}

/// Checks that this user may give a path away, and may change the mode of what others own.
fn permitted(step: &Step, owners: Owners) -> Option<Diagnostic> {
    let uid = rustix::process::geteuid().as_raw();
    if uid == 0 {
        return None;
    }
    let wanted = match &step.after {
        Place::Missing => None,
        Place::File { attributes, .. } | Place::Directory { attributes } => attributes.uid,
        Place::Link { uid, .. } => *uid,
    };
    let keeps_inode = match (&step.before, &step.after) {
        (Observed::File(meta), Place::File { content: Kept::Untouched, .. })
        | (Observed::Directory(meta), Place::Directory { .. }) => Some(meta.uid),
        (_, _) => None,
    };
    let foreign = [wanted, keeps_inode].into_iter().flatten().any(|owner| owner != uid);
    let help = if owners == Owners::Leave { "run as root" } else { "run as root, or say `--owners leave`" };
    foreign.then(|| {
        let message =
            format!("`{}` belongs or shall belong to another user, which only root may change", step.path);
        Diagnostic::error(&NOT_PERMITTED, message).help(help)
    })
}

/// Checks bytes and inodes: new contents in place and in the store, pre-images in the store.
fn room(root: &Root, state: &State, plan: &Plan) -> Vec<Diagnostic> {
    let (mut placed, mut stored) = (Room::default(), Room { bytes: 256 << 10, inodes: 16 });
    for step in &plan.steps {
        if let Place::File { content, .. } = &step.after {
            let bytes = match content {
                Kept::Untouched => continue,
                Kept::Object { object } => object.len,
                Kept::Rendered { .. } => plan.rendered.get(&step.path).map_or(0, |bytes| bytes.len() as u64),
            };
            placed.bytes += blocks(bytes);
        }
        placed.inodes += u64::from(step.before == Observed::Missing);
        if let Observed::File(meta) = &step.before {
            stored.bytes += blocks(meta.len);
            stored.inodes += 1;
        }
    }
    for (object, _) in
        plan.built.contents.values().filter(|(object, _)| !state.store().file(&object.path).exists())
    {
        stored.bytes += blocks(object.len);
        stored.inodes += 1;
    }
    let at = |path: &Path| {
        existing(path).and_then(|path| Some((path.to_owned(), rustix::fs::statvfs(path).ok()?)))
    };
    let (Some((root_path, root_fs)), Some((state_path, state_fs))) = (at(root.path()), at(state.dir()))
    else {
        return Vec::new();
    };
    if root_fs.f_fsid == state_fs.f_fsid {
        let all = Room { bytes: placed.bytes + stored.bytes, inodes: placed.inodes + stored.inodes };
        return short(&root_path, &root_fs, all);
    }
    [short(&root_path, &root_fs, placed), short(&state_path, &state_fs, stored)].concat()
}

fn blocks(bytes: u64) -> u64 {
    bytes.next_multiple_of(4096)
}

fn short(path: &Path, fs: &StatVfs, need: Room) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let free = fs.f_bavail.saturating_mul(fs.f_frsize);
    if need.bytes > free {
        let message = format!("`{}` has {free} bytes free and {} are needed", path.display(), need.bytes);
        found.push(Diagnostic::error(&NO_SPACE, message));
    }
    // File systems without a fixed number of inodes report none at all.
    if fs.f_files > 0 && need.inodes > fs.f_favail {
        let message =
            format!("`{}` has {} inodes free and {} are needed", path.display(), fs.f_favail, need.inodes);
        found.push(Diagnostic::error(&NO_SPACE, message));
    }
    found
}
