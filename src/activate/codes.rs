//! The diagnostic codes of the activator.

use crate::diag::{Code, Diagnostic};

macro_rules! codes {
    ($($ident:ident = $name:literal, $title:literal, $explanation:literal;)*) => {
        $(pub(crate) const $ident: Code =
            Code { name: concat!("activate::", $name), title: $title, explanation: $explanation };)*

        /// All codes of this stage.
        pub const CODES: &[Code] = &[$($ident),*];
    };
}

codes! {
    NO_ROOT = "no-root", "the root is not a folder that can be opened",
        "`--root` names the folder that stands for the host's `/`. It must exist.";
    IO = "io", "a path below the root could not be read or changed",
        "A system call failed; the message has the path and the system's reason.";
    IN_THE_WAY = "in-the-way", "a directory is where a file or a link is wanted",
        "Replacing a directory would lose what is in it. Move it away, or let the host file want it absent with \
         `force` first.";
    SPECIAL = "special-file", "a device, socket or pipe is in the way",
        "Pre-images of devices, sockets and pipes are not kept, so they could not be given back. Move it away first.";
    PARENT = "no-parent", "the way to a path does not lead to a directory inside the root",
        "A parent is a file, a loop, or a link to something that is not there. Links are followed as in a chroot: an \
         absolute target starts at the root again, so that nothing outside of it is ever touched.";
    NEW_LINK = "below-new-link", "a path lies below a link that this activation would make or turn",
        "What is below the link is not known before it is there. Want the path by its real place.";
    SAME_PLACE = "same-place", "two paths are one place by links",
        "Two items of the host file reach the same file by different ways. Keep one.";
    PROTECTED = "state-protected", "a path of the activator's own state",
        "Nothing in the folder of state is managed, purged or removed by a host file.";
    UNKNOWN_OWNER = "unknown-owner", "an owner or group that the host does not know",
        "Names are looked up in the root's `/etc/passwd` and `/etc/group` (the machine's where the root has none) and \
         among the accounts of the host file that tell their number. Make the account first, or say `--owners known` \
         to leave such owners alone; set-id bits are then not set.";
    NOT_PERMITTED = "not-permitted", "this user may not do it",
        "Giving files to others needs root. To try a host file out as another user, say `--owners leave`.";
    NOT_WRITABLE = "not-writable", "a place cannot be written",
        "The folder is read-only to this user, its file system is mounted read-only, or the file is immutable.";
    NO_SPACE = "no-space", "there is not enough room on the file system",
        "The new contents, the objects of the store and the pre-images do not fit. Nothing was written.";
    NO_SECRET = "no-secret", "the plaintext of a secret is not at hand",
        "Texts with secrets are filled in when they are placed. Give a folder with one file an id by `--secrets DIR`; \
         a secret that was computed from another one is read from `ID.derived`.";
    READABLE_SECRET = "readable-secret", "a file with secrets is readable by everyone",
        "The host file says so, or says no mode (0644 as Puppet has it). Give it a mode such as 0600.";
    NOT_REMOVED = "not-removed", "a directory is not removed",
        "As in Puppet a directory goes only with `force`.";
    LEFT_LINK = "left-link", "a link is left as it is",
        "The host file wants a file there but gives no content, and replacing the link by an empty file would lose \
         what programs read through it.";
    NOT_UTF8 = "not-utf8", "a name or link target is not UTF-8",
        "It could not be written down in the journal, so it is not touched.";
    OTHER_FILESYSTEM = "other-filesystem", "a removal would reach into another file system",
        "Something is mounted below a directory that would be removed or purged. Unmount it first.";
    NOT_VALIDATED = "not-validated", "a validation command was not run",
        "The host file has a command that shall accept the content first. External programs are started only with \
         `--allow-exec`.";
    INVALID = "invalid-content", "a validation command refused the content",
        "The command ran on the new content in a temporary file and did not succeed.";
    NO_GENERATION = "no-generation", "there is no such generation to go back to",
        "`migrate generations` lists them. Only the current one's predecessors can be gone back to; to go to another \
         one apply its host file.";
    DRIFT_LOST = "drift-lost", "a path was changed by others since and goes back too",
        "The path is not as the generation left it. Going back replaces it by what was there before the generation.";
    OPEN_JOURNAL = "open-journal", "an activation was interrupted and is not settled yet",
        "`migrate status`, `apply` and `rollback` finish or revert it before anything else.";
    FAILED = "failed", "an activation failed",
        "A step failed after the journal was written. What had been done was taken back unless the message says that \
         this failed too; then the journal stays open and the next run tries again.";
    AFTER_COMMIT = "after-commit", "the activation is done but could not be tidied up",
        "The new generation is current. What is left over is settled by the next run.";
    UNTOLD = "result-not-written", "the activation is done but its result could not be written",
        "Stdout or the file of `--out` could not be written. The new generation is current all the same.";
}

/// Makes a diagnostic of a failed system call on a path below the root.
pub(crate) fn io_error(what: &str, path: &str, error: &std::io::Error) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(&IO, format!("cannot {what} `{path}`: {error}")))
}
