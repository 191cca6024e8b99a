//! Questions as text, and parcels of them.
//!
//! In: what a compile asked of the world. Out: the same as lines of JSON, in parcels by folder, so that nodes that asked
//! the same share most of them; what has the node's own name in it comes apart. `None` where something was asked whose
//! answer cannot last.

use crate::source::{Recorded, Trace};
use serde_json::{Value as Json, json};
use std::{collections::BTreeMap, collections::BTreeSet, path::Path};

/// Into how many parcels the questions of a node go.
const PARCELS: u8 = 48;

/// The questions of a node as texts.
pub(super) struct Parcels {
    /// Those that have its name in them.
    pub own: String,
    /// The others.
    pub shared: Vec<String>,
}

impl Parcels {
    pub(super) fn of(certname: &str, trace: &Trace) -> Option<Self> {
        let all: BTreeSet<&Recorded> = trace.iter().collect();
        let mut own = String::new();
        let mut shared: BTreeMap<u8, String> = BTreeMap::new();
        for asked in all {
            let line = encoded(asked)?;
            let into = match asked.path() {
                Some(path) if !line.contains(certname) => shared.entry(parcel_of(path)).or_default(),
                Some(_) | None => &mut own,
            };
            into.push_str(&line.to_string());
            into.push('\n');
        }
        Some(Self { own, shared: shared.into_values().collect() })
    }
}

fn parcel_of(path: &Path) -> u8 {
    let folder = path.parent().unwrap_or(path).as_os_str().as_encoded_bytes();
    blake3::hash(folder).as_bytes().first().copied().unwrap_or_default() % PARCELS
}

fn encoded(asked: &Recorded) -> Option<String> {
    let text = |path: &Path| path.to_str().map(str::to_owned);
    let line = match asked {
        Recorded::File(path, hash) => {
            json!(["file", text(path)?, hash.map(|hash| blake3::Hash::from(hash).to_hex().to_string())])
        }
        Recorded::Folder(path, names) => json!(["folder", text(path)?, names]),
        Recorded::Exists(path, is_file, is_dir) => json!(["exists", text(path)?, is_file, is_dir]),
        Recorded::Link(path, is_link) => json!(["link", text(path)?, is_link]),
        Recorded::Clock(now) => json!(["clock", now]),
        Recorded::Unreadable(_) | Recorded::Outside => return None,
    };
    Some(line.to_string())
}

/// Reads questions back; `None` for text that is no list of them.
pub(super) fn decoded(text: &str) -> Option<Vec<Recorded>> {
    text.lines().map(question).collect()
}

fn question(line: &str) -> Option<Recorded> {
    let parts: Vec<Json> = serde_json::from_str(line).ok()?;
    let path = |path: &Json| path.as_str().map(Into::into);
    Some(match parts.as_slice() {
        [kind, at, Json::Null] if kind == "file" => Recorded::File(path(at)?, None),
        [kind, at, hash] if kind == "file" => {
            let hash = blake3::Hash::from_hex(hash.as_str()?).ok()?;
            Recorded::File(path(at)?, Some(*hash.as_bytes()))
        }
        [kind, at, Json::Null] if kind == "folder" => Recorded::Folder(path(at)?, None),
        [kind, at, names] if kind == "folder" => {
            let names = names.as_array()?.iter().map(|name| name.as_str().map(str::to_owned));
            Recorded::Folder(path(at)?, Some(names.collect::<Option<_>>()?))
        }
        [kind, at, is_file, is_dir] if kind == "exists" => {
            Recorded::Exists(path(at)?, is_file.as_bool()?, is_dir.as_bool()?)
        }
        [kind, at, is_link] if kind == "link" => Recorded::Link(path(at)?, is_link.as_bool()?),
        [kind, now] if kind == "clock" => Recorded::Clock(now.as_i64()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(own: Vec<Recorded>) -> Trace {
        Trace { own, shared: Vec::new() }
    }

    #[test]
    fn questions_are_read_back_as_they_were() {
        let asked = vec![
            Recorded::File("/r/a \"b\"\n".into(), Some([7; 32])),
            Recorded::File("/r/none".into(), None),
            Recorded::Folder("/r".into(), Some(vec!["x".into(), "y".into()])),
            Recorded::Folder("/r/none".into(), None),
            Recorded::Exists("/r/x".into(), true, false),
            Recorded::Link("/r/y".into(), true),
            Recorded::Exists("/r/data/web01.yaml".into(), false, false),
            Recorded::Clock(-3),
        ];
        let Parcels { own, shared } = Parcels::of("web01", &trace(asked.clone())).unwrap();
        assert_eq!(own.lines().count(), 2);
        let back = std::iter::once(&own).chain(&shared).flat_map(|text| decoded(text).unwrap());
        assert_eq!(back.collect::<BTreeSet<_>>(), asked.into_iter().collect());
    }

    #[test]
    fn what_cannot_last_is_not_kept() {
        for asked in [Recorded::Outside, Recorded::Unreadable("/r/a".into())] {
            assert!(Parcels::of("a", &trace(vec![asked])).is_none());
        }
    }
}
