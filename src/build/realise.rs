//! From items to entries and contents.

use super::{
    codes::{BAD_CONTENT, BAD_PATH, BELOW_FILE, DUPLICATE_PATH, NOT_ACTIVATED},
    manifest::{Accounts, Content, Deferred, Entry, Manifest, SCHEMA, Want},
};
use crate::{
    diag::Diagnostic,
    model::{EdgeKind, File, FileKind, HostConfig, ItemId, ItemKind, Text},
    store::{ObjectRef, StorePath},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ecow::EcoString;
use std::collections::BTreeMap;

/// A manifest with what it needs to be realised.
#[derive(Clone, Debug)]
pub struct Built {
    /// The manifest.
    pub manifest: Manifest,
    /// The bytes of each object of the manifest.
    pub contents: BTreeMap<StorePath, (ObjectRef, Vec<u8>)>,
    /// Warnings: what is not realised, one for each kind of item.
    pub warnings: Vec<Diagnostic>,
}

type Contents = BTreeMap<StorePath, (ObjectRef, Vec<u8>)>;

/// Builds the manifest of a host; touches no file.
///
/// # Errors
/// Gives everything in the host file that contradicts itself, all of it.
pub fn build(config: &HostConfig) -> Result<Built, Vec<Diagnostic>> {
    let mut contents = Contents::new();
    let mut errors = Vec::new();
    let mut entries = Vec::new();
    let mut notified = notify_edges(config);
    for file in &config.files {
        match entry(file, &mut contents) {
            Ok(found) => {
                entries.push(Entry { notify: notified.remove(&*file.path).unwrap_or_default(), ..found })
            }
            Err(error) => errors.push(*error),
        }
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    errors.extend(contradictions(&entries));
    if !errors.is_empty() {
        return Err(errors);
    }
    let others = config.ids().filter(|(item, _)| item.kind != ItemKind::File);
    let deferred: Vec<_> = others.map(|(item, origin)| Deferred { item, origin: origin.clone() }).collect();
    let warnings = not_activated(&deferred);
    let manifest = Manifest {
        schema: SCHEMA.into(),
        certname: config.host.certname.clone(),
        entries,
        accounts: accounts(config),
        deferred,
    };
    Ok(Built { manifest, contents, warnings })
}

/// The items that a change of each path refreshes.
fn notify_edges(config: &HostConfig) -> BTreeMap<&str, Vec<ItemId>> {
    let mut found: BTreeMap<&str, Vec<ItemId>> = BTreeMap::new();
    let edges = config.edges.iter().filter(|edge| edge.kind == EdgeKind::Notify);
    for edge in edges.filter(|edge| edge.source.kind == ItemKind::File) {
        found.entry(&edge.source.name).or_default().push(edge.target.clone());
    }
    for targets in found.values_mut() {
        targets.sort();
        targets.dedup();
    }
    found
}

fn entry(file: &File, contents: &mut Contents) -> Result<Entry, Box<Diagnostic>> {
    if !is_good_path(&file.path) {
        return Err(Box::new(Diagnostic::error(&BAD_PATH, format!("`{}` cannot be managed", file.path))));
    }
    let want = match &file.kind {
        FileKind::Regular { content, base64, replace } => Want::File {
            content: self::content(file, content.as_ref(), base64.as_ref(), contents)?,
            replace: *replace,
        },
        FileKind::Directory { purge, force } => Want::Directory { purge: *purge, force: *force },
        FileKind::Link { target } => Want::Link { target: target.clone() },
        FileKind::Absent { force } => Want::Absent { force: *force },
    };
    Ok(Entry {
        path: file.path.clone(),
        want,
        owner: file.owner.clone(),
        group: file.group.clone(),
        mode: file.mode,
        validate: file.validate.clone(),
        notify: Vec::new(),
        origin: file.from.clone(),
    })
}

fn is_good_path(path: &str) -> bool {
    let segments = path.strip_prefix('/').map(|rest| rest.split('/').collect::<Vec<_>>());
    segments.is_some_and(|segments| {
        segments.iter().all(|segment| !matches!(*segment, "" | "." | "..") && !segment.contains('\0'))
    })
}

fn content(
    file: &File,
    text: Option<&Text>,
    base64: Option<&EcoString>,
    contents: &mut Contents,
) -> Result<Content, Box<Diagnostic>> {
    let bytes = match (text, base64) {
        (None, None) => return Ok(Content::Unmanaged),
        (Some(_), Some(_)) => {
            let message = format!("`{}` has both `content` and `base64`", file.path);
            return Err(Box::new(Diagnostic::error(&BAD_CONTENT, message)));
        }
        (Some(text), None) => match text.as_plain() {
            Some(plain) => plain.as_bytes().to_vec(),
            None => return Ok(Content::Rendered { text: text.clone() }),
        },
        (None, Some(base64)) => STANDARD.decode(&**base64).map_err(|error| {
            Diagnostic::error(&BAD_CONTENT, format!("the base64 of `{}` is broken: {error}", file.path))
        })?,
    };
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let object = ObjectRef::of_file(name, file.mode, &bytes);
    let digest = EcoString::from(blake3::hash(&bytes).to_hex().as_str());
    contents.insert(object.path.clone(), (object.clone(), bytes));
    Ok(Content::Object { object, digest })
}

/// Paths wanted twice, and paths below what shall be no directory.
fn contradictions(entries: &[Entry]) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    for pair in entries.windows(2) {
        if let [first, second] = pair
            && first.path == second.path
        {
            errors.push(Diagnostic::error(&DUPLICATE_PATH, format!("`{}` is wanted twice", first.path)));
        }
    }
    let by_path: BTreeMap<&str, &Want> = entries.iter().map(|entry| (&*entry.path, &entry.want)).collect();
    for entry in entries.iter().filter(|entry| !matches!(entry.want, Want::Absent { .. })) {
        let above = parents(&entry.path).find(|parent| match by_path.get(parent) {
            Some(Want::File { .. } | Want::Absent { .. }) => true,
            Some(Want::Directory { .. } | Want::Link { .. }) | None => false,
        });
        errors.extend(above.map(|above| {
            let message = format!("`{}` lies below `{above}`, which shall not be a directory", entry.path);
            Diagnostic::error(&BELOW_FILE, message)
        }));
    }
    errors
}

/// Returns the directories above a path, the nearest first, without `/`.
pub(crate) fn parents(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(path.rsplit_once('/'), |(parent, _)| parent.rsplit_once('/'))
        .map(|(parent, _)| parent)
        .filter(|parent| !parent.is_empty())
}

fn accounts(config: &HostConfig) -> Accounts {
    let number = |id: Option<i64>| id.and_then(|id| u32::try_from(id).ok());
    Accounts {
        users: config.users.iter().map(|user| (user.name.clone(), number(user.uid))).collect(),
        groups: config.groups.iter().map(|group| (group.name.clone(), number(group.gid))).collect(),
    }
}

/// Returns one warning for each kind of item that is not activated.
pub(crate) fn not_activated(deferred: &[Deferred]) -> Vec<Diagnostic> {
    let warn = |kind: ItemKind| {
        let names: Vec<_> = deferred.iter().filter(|it| it.item.kind == kind).collect();
        let listed: Vec<_> = names.iter().map(|it| format!("`{}`", it.item.name)).collect();
        let message =
            format!("{} {} not activated yet: {}", names.len(), plural(kind, names.len()), listed.join(", "));
        (!names.is_empty()).then(|| Diagnostic::warning(&NOT_ACTIVATED, message))
    };
    ItemKind::ALL.into_iter().filter_map(warn).collect()
}

fn plural(kind: ItemKind, count: usize) -> String {
    let words = kind.word().replace('-', " ");
    match (count, kind) {
        (1, _) => format!("{words} is"),
        (_, ItemKind::HostEntry) => "host entries are".to_owned(),
        _ => format!("{words}s are"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Host, Provenance, Service};

    fn file(path: &str, kind: FileKind) -> File {
        let (owner, group, mode, validate) = (None, None, None, None);
        File { path: path.into(), kind, owner, group, mode, validate, from: Provenance::default() }
    }

    fn regular(text: &str) -> FileKind {
        FileKind::Regular { content: Some(Text::plain(text)), base64: None, replace: true }
    }

    fn host(files: Vec<File>) -> HostConfig {
        let mut config = HostConfig::new(Host { certname: "a".into(), ..Host::default() });
        config.files = files;
        config
    }

    fn codes(files: Vec<File>) -> Vec<&'static str> {
        build(&host(files)).unwrap_err().iter().map(|error| error.code().name).collect()
    }

    #[test]
    fn contradictions_are_all_told() {
        let absent = FileKind::Absent { force: false };
        let found = codes(vec![
            file("etc/x", regular("")),
            file("/a/../b", regular("")),
            file("/c", regular("1")),
            file("/c", absent.clone()),
            file("/d", absent),
            file("/d/e", regular("")),
            file("/f", FileKind::Regular { content: None, base64: Some("%".into()), replace: true }),
        ]);
        assert_eq!(
            found,
            [
                "build::bad-path",
                "build::bad-path",
                "build::bad-content",
                "build::duplicate-path",
                "build::below-file"
            ]
        );
    }

    #[test]
    fn equal_contents_share_an_object_and_the_rest_is_told() {
        let mut config = host(vec![file("/b/x", regular("1")), file("/a/x", regular("1"))]);
        config.services.push(Service {
            name: "ntp".into(),
            running: Some(true),
            enable: None,
            restart: None,
            from: Provenance::default(),
        });
        let built = build(&config).unwrap();
        assert_eq!(built.contents.len(), 1);
        assert_eq!(
            built.manifest.entries.iter().map(|entry| &*entry.path).collect::<Vec<_>>(),
            ["/a/x", "/b/x"]
        );
        assert_eq!(built.warnings.len(), 1);
        assert_eq!(built.warnings[0].message(), "1 service is not activated yet: `ntp`");
        assert_eq!(built.manifest.deferred[0].item.to_string(), "service:ntp");
    }
}
