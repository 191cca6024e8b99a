//! What an edit is made on: a text that this catalog declares, what was captured of the host, or the package's own file
//! where it sets nothing.

use crate::inputs::Observed;
use crate::model::{File, FileKind, HostConfig, Text};
use ecow::EcoString;

/// Files of Debian's packages that hold comments only, and what is left of them without these.
const PACKAGED: [(&str, &str); 12] = [
    ("/etc/systemd/journald.conf", "[Journal]\n"),
    ("/etc/systemd/logind.conf", "[Login]\n"),
    ("/etc/systemd/resolved.conf", "[Resolve]\n"),
    ("/etc/systemd/timesyncd.conf", "[Time]\n"),
    ("/etc/systemd/system.conf", "[Manager]\n"),
    ("/etc/systemd/user.conf", "[Manager]\n"),
    ("/etc/systemd/coredump.conf", "[Coredump]\n"),
    ("/etc/systemd/sleep.conf", "[Sleep]\n"),
    ("/etc/sysctl.conf", ""),
    ("/etc/hosts.allow", ""),
    ("/etc/hosts.deny", ""),
    ("/etc/security/limits.conf", ""),
];

/// The base of a file that is edited.
pub(super) enum Base {
    /// The catalog declares it; the file's place in the configuration.
    Declared(Text),
    /// What the host has, or the package's own text without its comments.
    Packaged(Text),
    /// Nobody knows what stands in it.
    Unknown(EcoString),
}

/// Finds the base of a path.
pub(super) fn find(config: &HostConfig, observed: Option<&Observed>, path: &str) -> Base {
    let file = config.files.iter().find(|file| file.path == path);
    match file.map(declared) {
        Some(Some(base)) => base,
        None | Some(None) => captured(observed, path).unwrap_or_else(|| packaged(path)),
    }
}

/// What the host has today, where it was captured with its content.
fn captured(observed: Option<&Observed>, path: &str) -> Option<Base> {
    let text = observed?.files.get(path)?.text.as_ref()?;
    Some(Base::Packaged(Text::plain(text.clone())))
}

fn packaged(path: &str) -> Base {
    let found = PACKAGED.iter().find(|(known, _)| *known == path);
    let missing = || {
        format!("its base is missing: nothing here declares the content of `{path}`, and no capture has it")
    };
    found.map_or_else(|| Base::Unknown(missing().into()), |(_, text)| Base::Packaged(Text::plain(*text)))
}

/// What a declared file says of its content; `None` where it leaves what is there.
fn declared(file: &File) -> Option<Base> {
    let path = &file.path;
    match &file.kind {
        FileKind::Regular { content: Some(text), replace: true, .. } => Some(Base::Declared(text.clone())),
        FileKind::Regular { content: Some(_), replace: false, .. } => {
            Some(unknown(format!("its base is missing: `{path}` is only seeded once, then left as it is")))
        }
        FileKind::Regular { base64: Some(_), .. } => {
            Some(unknown(format!("`{path}` is declared with bytes that are no text")))
        }
        FileKind::Regular { content: None, base64: None, .. } => None,
        FileKind::Directory { .. } => Some(unknown(format!("`{path}` is declared as a directory"))),
        FileKind::Link { target } => {
            Some(unknown(format!("its base is missing: `{path}` is a link to `{target}`")))
        }
        FileKind::Absent { .. } => Some(unknown(format!("`{path}` is declared absent"))),
    }
}

fn unknown(reason: String) -> Base {
    Base::Unknown(reason.into())
}
