//! Files, directories, links, trees from a module.

use crate::model::{File, FileKind, ItemId, ItemKind, SecretRef, Text};
use crate::translate::{
    Class, Verdict,
    attributes::{Attributes, scalar},
    rule::{Build, Outcome, Rule, claims_type},
    sources::Found,
};
use crate::value::Value;
use base64::{Engine, engine::general_purpose::STANDARD};
use ecow::{EcoString, eco_format};

pub(crate) const RULE: Rule = Rule {
    name: "file",
    doc: "files with content, source or target; directories with their trees; absence",
    claims: claims_type!("File"),
    apply,
};

/// Attributes that only steer the agent's work.
const STEERING: [&str; 9] = [
    "backup",
    "show_diff",
    "checksum",
    "checksum_value",
    "source_permissions",
    "validate_replacement",
    "max_files",
    "staging_location",
    "selinux_ignore_defaults",
];

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let path = attributes.string("path").unwrap_or_else(|| attributes.title().clone());
    let path: EcoString = if path.len() > 1 { path.trim_end_matches('/').into() } else { path };
    attributes.satisfied(&STEERING, "steers the agent only");
    let kind = match kind(attributes, build) {
        Ok(kind) => kind,
        Err(verdict) => return Outcome::Verdict(verdict),
    };
    let mut file = File {
        path,
        kind,
        owner: attributes.string("owner"),
        group: attributes.string("group"),
        mode: mode(attributes),
        validate: attributes.string("validate_cmd"),
        from: build.from.clone(),
    };
    let written = file.mode;
    settle(attributes, &mut file);
    let mut items = vec![ItemId::new(ItemKind::File, file.path.clone())];
    let tree = tree(attributes, build, &file, written);
    items.extend(tree.iter().map(|child| ItemId::new(ItemKind::File, child.path.clone())));
    build.config.files.push(file);
    build.config.files.extend(tree);
    Outcome::Items(items)
}

fn kind(attributes: &mut Attributes<'_>, build: &Build<'_>) -> Result<FileKind, Verdict> {
    let ensure = attributes.string("ensure");
    match ensure.as_deref() {
        Some("absent") => Ok(FileKind::Absent { force: attributes.bool("force").unwrap_or_default() }),
        Some("directory") => Ok(directory(attributes)),
        Some("link") => Ok(FileKind::Link { target: attributes.string("target").unwrap_or_default() }),
        None | Some("file" | "present") => {
            if ensure.is_none() && attributes.has("target") {
                return Ok(FileKind::Link { target: attributes.string("target").unwrap_or_default() });
            }
            regular(attributes, build)
        }
        // any other word is the target of a link, unless `target` is given (Puppet's file/ensure.rb)
        Some(target) => {
            Ok(FileKind::Link { target: attributes.string("target").unwrap_or_else(|| target.into()) })
        }
    }
}

fn directory(attributes: &mut Attributes<'_>) -> FileKind {
    let recurse = recurses(attributes);
    let purge = attributes.bool("purge").unwrap_or_default();
    FileKind::Directory { purge: purge && recurse, force: attributes.bool("force").unwrap_or_default() }
}

fn recurses(attributes: &mut Attributes<'_>) -> bool {
    !matches!(attributes.string("recurse").as_deref(), None | Some("false"))
}

fn regular(attributes: &mut Attributes<'_>, build: &Build<'_>) -> Result<FileKind, Verdict> {
    let replace = attributes.bool("replace").unwrap_or(true);
    let plain = |content| FileKind::Regular { content, base64: None, replace };
    match attributes.value("content") {
        Some(Value::Binary(bytes)) => {
            let base64 = Some(STANDARD.encode(bytes).into());
            return Ok(FileKind::Regular { content: None, base64, replace });
        }
        Some(Value::Deferred(call)) => {
            let reason = eco_format!("the agent would compute the content by `{}`", call.name);
            return Err(Verdict::new(Class::Manual, "deferred", reason));
        }
        Some(_) => return Ok(plain(attributes.text("content"))),
        None => {}
    }
    let sources = attributes.strings("source");
    if sources.is_empty() {
        return Ok(plain(None));
    }
    match build.sources.find(&sources) {
        Ok(Found::File(bytes)) => Ok(from_bytes(&bytes, replace)),
        Ok(Found::Folder(_)) => Ok(directory(attributes)),
        Ok(Found::Secret(id)) => Ok(plain(Some(Text::secret(SecretRef { id, key: None, derived: false })))),
        Err(reason) => Err(Verdict::new(Class::Manual, RULE.name, reason)),
    }
}

fn from_bytes(bytes: &[u8], replace: bool) -> FileKind {
    match std::str::from_utf8(bytes) {
        Ok(text) => FileKind::Regular { content: Some(Text::plain(text)), base64: None, replace },
        Err(_) => FileKind::Regular { content: None, base64: Some(STANDARD.encode(bytes).into()), replace },
    }
}

/// The mode as octal digits or a symbolic mode that names all three classes.
pub(super) fn mode(attributes: &mut Attributes<'_>) -> Option<u32> {
    let text = attributes.value("mode").and_then(scalar)?;
    let digits = u32::from_str_radix(&text, 8).ok().filter(|mode| *mode <= 0o7777);
    let mode = digits.or_else(|| symbolic(&text));
    if mode.is_none() {
        attributes.manual("mode", format!("`{text}` depends on the mode that is there"));
    }
    mode
}

/// `u=rwX,g=rX,o=` as bits; `None` where it adds to what is there.
fn symbolic(text: &str) -> Option<u32> {
    let (mut bits, mut named) = (0, 0);
    for clause in text.split(',') {
        let (who, what) = clause.split_once('=')?;
        let what = what.chars().map(|letter| match letter {
            'r' => Some(4),
            'w' => Some(2),
            'x' => Some(1),
            _ => None,
        });
        let what = what.sum::<Option<u32>>()?;
        for letter in if who.is_empty() { "a" } else { who }.chars() {
            let shifts: &[u32] = match letter {
                'u' => &[6],
                'g' => &[3],
                'o' => &[0],
                'a' => &[6, 3, 0],
                _ => return None,
            };
            for shift in shifts {
                bits |= what << shift;
                named |= 7 << shift;
            }
        }
    }
    (named == 0o777).then_some(bits)
}

/// Accounts for what a kind of file makes of the other attributes: a directory's `mode` gets `x` where it has `r`
/// (Puppet's `dirmask`), a link has none, what is absent has nothing.
fn settle(attributes: &mut Attributes<'_>, file: &mut File) {
    match file.kind {
        FileKind::Regular { .. } => {
            attributes
                .satisfied(&["recurse", "purge", "force", "recurselimit", "ignore"], "a file is no folder");
            attributes.satisfied(&["links"], "the source's text is what counts");
        }
        FileKind::Directory { .. } => {
            file.mode = file.mode.map(|mode| mode | (mode & 0o444) >> 2);
            attributes.satisfied(&["links", "replace"], "no meaning for a directory");
        }
        FileKind::Link { .. } => {
            file.mode = None;
            attributes.satisfied(&["mode"], "a link has no mode");
            attributes.satisfied(&["links", "force", "replace", "recurse", "purge"], "no meaning for a link");
        }
        FileKind::Absent { .. } => {
            (file.owner, file.group, file.mode, file.validate) = (None, None, None, None);
            let unused = ["owner", "group", "mode", "content", "source", "target", "validate_cmd", "replace"];
            attributes.satisfied(&unused, "the file is absent");
            attributes
                .satisfied(&["recurse", "purge", "links", "ignore", "recurselimit"], "the file is absent");
        }
    }
}

/// The files below a directory that come from its source; those with a resource of their own are left out.
fn tree(attributes: &mut Attributes<'_>, build: &Build<'_>, file: &File, mode: Option<u32>) -> Vec<File> {
    let FileKind::Directory { .. } = file.kind else { return Vec::new() };
    let (sources, recurse) = (attributes.strings("source"), recurses(attributes));
    let limit = attributes.int("recurselimit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(64);
    let ignore = attributes.strings("ignore");
    if sources.is_empty() || !recurse {
        return Vec::new();
    }
    let folder = match build.sources.find(&sources) {
        Ok(Found::Folder(folder)) => folder,
        Ok(Found::File(_)) => return Vec::new(),
        Ok(Found::Secret(id)) => {
            attributes
                .manual("source", eco_format!("nobody here knows which files `{id}` of a private mount has"));
            return Vec::new();
        }
        Err(reason) => {
            attributes.manual("source", reason);
            return Vec::new();
        }
    };
    let children = build.sources.tree(&folder, limit);
    let kept = children.into_iter().filter(|(below, _)| !below.split('/').any(|part| ignored(&ignore, part)));
    let made = kept.map(|(below, found)| child(file, &below, &found, mode));
    made.filter(|child| !build.declared.contains(&child.path)).collect()
}

/// A file has the mode as it was written, a folder gets its `x`.
fn child(parent: &File, below: &str, found: &Found, mode: Option<u32>) -> File {
    let (kind, mode) = match found {
        Found::File(bytes) => (from_bytes(bytes, true), mode),
        Found::Folder(_) | Found::Secret(_) => {
            (FileKind::Directory { purge: false, force: false }, parent.mode)
        }
    };
    File { path: eco_format!("{}/{below}", parent.path), kind, mode, validate: None, ..parent.clone() }
}

fn ignored(patterns: &[EcoString], name: &str) -> bool {
    patterns.iter().any(|pattern| glob(pattern, name))
}

/// A shell pattern of `*` and `?`.
pub(crate) fn glob(pattern: &str, name: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => name.is_empty(),
        Some('*') => {
            let starts = name.char_indices().map(|(at, _)| at).chain([name.len()]);
            starts.into_iter().any(|at| glob(rest.as_str(), name.get(at..).unwrap_or_default()))
        }
        Some(letter) => {
            let mut name = name.chars();
            name.next().is_some_and(|found| letter == '?' || letter == found)
                && glob(rest.as_str(), name.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbolic_modes_count_only_when_they_name_everyone() {
        assert_eq!(symbolic("u=rw,g=r,o="), Some(0o640));
        assert_eq!(symbolic("a=rx,u=rwx"), Some(0o755));
        assert_eq!(symbolic("u+x"), None);
        assert_eq!(symbolic("u=rw"), None);
    }

    #[test]
    fn shell_patterns() {
        assert!(glob("*.d", "conf.d") && glob("?", "a") && glob("READ*", "README"));
        assert!(!glob("*.d", "conf.c"));
    }
}
