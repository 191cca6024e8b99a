//! A root: paths below it are resolved as in a chroot, so no link leads out of it.

use rustix::fs::{Mode, OFlags, ResolveFlags};
use std::{
    cell::RefCell,
    fs,
    io::{self, Read},
    os::fd::{AsRawFd, OwnedFd},
    path::{Path, PathBuf},
    rc::Rc,
};

/// An open root. Keeps the last parent directory open, since paths come sorted.
#[derive(Debug)]
pub struct Root {
    fd: OwnedFd,
    path: PathBuf,
    last: RefCell<Option<(String, Rc<OwnedFd>)>>,
}

impl Root {
    /// Opens a folder as a root.
    ///
    /// # Errors
    /// Gives the system's reason.
    pub fn open(path: &Path) -> io::Result<Self> {
        let fd = rustix::fs::open(path, dir_flags(), Mode::empty())?;
        Ok(Self { fd, path: path.canonicalize()?, last: RefCell::default() })
    }

    /// Returns the folder, absolute.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the directory that holds `path` and returns it with the last component. Links on the way are followed
    /// inside the root: an absolute target starts at the root again.
    ///
    /// # Errors
    /// Gives the system's reason; a path that is not absolute or has no last component is invalid.
    pub fn parent<'a>(&self, path: &'a str) -> io::Result<(Rc<OwnedFd>, &'a str)> {
        let (parent, name) = path.rsplit_once('/').ok_or(io::ErrorKind::InvalidInput)?;
        if matches!(name, "" | "." | "..") {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        if let Some((last, fd)) = &*self.last.borrow()
            && last == parent
        {
            return Ok((fd.clone(), name));
        }
        let fd = Rc::new(self.resolve(parent, dir_flags())?);
        *self.last.borrow_mut() = Some((parent.to_owned(), fd.clone()));
        Ok((fd, name))
    }

    /// Forgets the directory kept open, after a directory or link was replaced.
    pub fn forget(&self) {
        self.last.borrow_mut().take();
    }

    /// Opens a path, links followed inside the root; `openat2` may ask to try again while others rename.
    fn resolve(&self, path: &str, flags: OFlags) -> io::Result<OwnedFd> {
        let relative = path.trim_start_matches('/');
        let relative = if relative.is_empty() { "." } else { relative };
        let how = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        for _ in 0..64 {
            match rustix::fs::openat2(&self.fd, relative, flags, Mode::empty(), how) {
                Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => {}
                opened => return Ok(opened?),
            }
        }
        Err(io::ErrorKind::Interrupted.into())
    }

    /// Returns where a directory really lies, links followed inside the root.
    ///
    /// # Errors
    /// Gives the system's reason.
    pub fn real_directory(&self, path: &str) -> io::Result<PathBuf> {
        let fd = self.resolve(path, dir_flags())?;
        fs::read_link(format!("/proc/self/fd/{}", fd.as_raw_fd()))
    }

    /// Reads a regular file; a last component that is a link is refused.
    ///
    /// # Errors
    /// Gives the system's reason.
    pub fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let (parent, name) = self.parent(path)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        read_all(rustix::fs::openat(&*parent, name, flags, Mode::empty())?)
    }

    /// Reads a file, links followed inside the root.
    ///
    /// # Errors
    /// Gives the system's reason.
    pub fn read_followed(&self, path: &str) -> io::Result<Vec<u8>> {
        read_all(self.resolve(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC)?)
    }

    /// Lists the names in a directory, sorted.
    ///
    /// # Errors
    /// Gives the system's reason; names that are not UTF-8 are invalid data.
    pub fn list(&self, path: &str) -> io::Result<Vec<String>> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = self.resolve(path, flags)?;
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(&dir)? {
            let entry = entry?;
            let name = entry.file_name().to_str().map_err(|_| io::ErrorKind::InvalidData)?;
            if !matches!(name, "." | "..") {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }
}

fn dir_flags() -> OFlags {
    OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC
}

fn read_all(fd: OwnedFd) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    fs::File::from(fd).read_to_end(&mut content)?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::super::Observed;
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn no_link_leads_out_of_the_root() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "x").unwrap();
        let dir = tempfile::tempdir().unwrap();
        symlink(outside.path(), dir.path().join("absolute")).unwrap();
        symlink("../../../../../../etc", dir.path().join("relative")).unwrap();
        let root = Root::open(dir.path()).unwrap();
        assert_eq!(root.observe("/absolute/secret").unwrap(), Observed::Missing);
        assert_eq!(root.observe("/relative/passwd").unwrap(), Observed::Missing);
        assert!(root.read_followed("/absolute/secret").is_err());
    }

    #[test]
    fn an_absolute_link_starts_at_the_root_again() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("run")).unwrap();
        fs::create_dir_all(dir.path().join("var")).unwrap();
        fs::write(dir.path().join("run/pid"), "7").unwrap();
        symlink("/run", dir.path().join("var/run")).unwrap();
        let root = Root::open(dir.path()).unwrap();
        assert_eq!(root.read("/var/run/pid").unwrap(), b"7");
        assert!(matches!(root.observe("/var/run").unwrap(), Observed::Link(_, target) if target == b"/run"));
    }
}
