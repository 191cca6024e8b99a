//! Labels of strings: which bytes are secret, and where the secret came from.

use ecow::EcoString;
use std::{ops::Range, sync::Arc};

/// One secret: its stable id and what is known of where it was read. Never holds the plaintext.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret {
    /// A stable id for names of secret files and digests, made of the Hiera key or the place: `profile::db::password`.
    pub id: EcoString,
    /// The Hiera key that gave it, if one did.
    pub key: Option<EcoString>,
    /// The data file it was read from, if there is one.
    pub file: Option<EcoString>,
    /// Whether the string holds only a placeholder in the secret's place, the plaintext being unknown here.
    pub opaque: bool,
    /// Whether the bytes were computed from the secret (a digest, a part of it) and are not it.
    pub derived: bool,
}

/// Tells whether a key of data or a fact is by its name a secret: `profile::db::password`, `api_token`.
#[must_use]
pub fn names_a_secret(key: &str) -> bool {
    const NAMES: [&str; 12] = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "secret_key",
        "token",
        "api_key",
        "apikey",
        "private_key",
        "psk",
        "secret_access_key",
        "credentials",
    ];
    let last = key.rsplit("::").next().unwrap_or(key).to_lowercase().replace('-', "_");
    NAMES
        .iter()
        .any(|name| last.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('_')))
}

/// Tells whether a text under such a name can be one: no word that says that there is none, no path of a file.
#[must_use]
pub fn holds_a_secret(text: &str) -> bool {
    const NONE: [&str; 14] =
        ["", "!", "!!", "*", "!*", "x", "NP", "true", "false", "yes", "no", "none", "absent", "present"];
    let text = text.trim();
    let is_path = text.starts_with('/') && !text.contains(char::is_whitespace);
    !NONE.contains(&text) && !is_path && !text.starts_with("puppet:///")
}

/// A secret and the bytes of a string that it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretRange {
    /// The bytes.
    pub range: Range<usize>,
    /// Whose they are.
    pub secret: Arc<Secret>,
}

/// The labels of one string: secret ranges sorted by start; they do not overlap.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Labels {
    ranges: Vec<SecretRange>,
}

impl Labels {
    /// Labels the first `len` bytes as one secret.
    #[must_use]
    pub fn whole(len: usize, secret: Arc<Secret>) -> Self {
        Self { ranges: vec![SecretRange { range: 0..len, secret }] }
    }

    /// Returns the ranges, sorted by start.
    #[must_use]
    pub fn ranges(&self) -> &[SecretRange] {
        &self.ranges
    }

    /// Adds another string's labels, moved by `offset` bytes; for concatenation, so offsets only grow.
    pub fn append(&mut self, other: &Self, offset: usize) {
        let moved = other.ranges.iter().map(|found| SecretRange {
            range: found.range.start + offset..found.range.end + offset,
            secret: found.secret.clone(),
        });
        self.ranges.extend(moved);
    }

    /// Returns the labels of the bytes `part` of the string, moved to its start.
    #[must_use]
    pub fn slice(&self, part: Range<usize>) -> Self {
        let cut = |found: &SecretRange| {
            let start = found.range.start.max(part.start);
            let end = found.range.end.min(part.end);
            let secret = found.secret.clone();
            (start < end).then(|| SecretRange { range: start - part.start..end - part.start, secret })
        };
        Self { ranges: self.ranges.iter().filter_map(cut).collect() }
    }

    /// Tells whether nothing is labelled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }
}
