//! Texts with secrets: the plaintext comes from a folder and goes nowhere but into the file.

use crate::{
    build::{Content, Manifest, Want},
    model::{SecretRef, Text, TextPart},
};
use ecow::EcoString;
use std::{collections::BTreeMap, fs, path::PathBuf};

/// The plaintexts at hand.
#[derive(Debug)]
pub(super) struct Secrets {
    dir: Option<PathBuf>,
    /// How often each derived secret occurs: more than once it is not known which value is meant.
    derived: BTreeMap<EcoString, usize>,
}

impl Secrets {
    pub(super) fn new(dir: Option<PathBuf>, manifest: &Manifest) -> Self {
        let mut derived = BTreeMap::new();
        for secret in manifest.entries.iter().flat_map(|entry| text(&entry.want)).flat_map(Text::secrets) {
            if secret.derived {
                *derived.entry(secret.id.clone()).or_default() += 1;
            }
        }
        Self { dir, derived }
    }

    /// Returns the text's bytes, or what is missing, each in words.
    pub(super) fn render(&self, text: &Text) -> Result<Vec<u8>, Vec<String>> {
        let (mut bytes, mut missing) = (Vec::new(), Vec::new());
        for part in text.parts() {
            match part {
                TextPart::Text(text) => bytes.extend_from_slice(text.as_bytes()),
                TextPart::Secret(secret) => match self.plaintext(secret) {
                    Ok(plain) => bytes.extend(plain),
                    Err(why) => missing.push(why),
                },
            }
        }
        if missing.is_empty() { Ok(bytes) } else { Err(missing) }
    }

    fn plaintext(&self, secret: &SecretRef) -> Result<Vec<u8>, String> {
        if secret.derived && self.derived.get(&secret.id).is_some_and(|count| *count > 1) {
            return Err(format!("`{}` (several values are computed from it)", secret.id));
        }
        let name = if secret.derived { format!("{}.derived", secret.id) } else { secret.id.to_string() };
        let safe = !name.starts_with('.') && !name.contains(['/', '\0']);
        let file = self.dir.as_ref().filter(|_| safe).map(|dir| dir.join(&name));
        let Some(file) = file else { return Err(format!("`{name}`")) };
        fs::read(&file).map_err(|error| format!("`{name}` ({error})"))
    }
}

/// Returns the text with secrets that an entry wants.
pub(super) fn text(want: &Want) -> Option<&Text> {
    match want {
        Want::File { content: Content::Rendered { text }, .. } => Some(text),
        Want::File { .. } | Want::Directory { .. } | Want::Link { .. } | Want::Absent { .. } => None,
    }
}

/// Digests secret content so that it can be recognised, by whoever has the key, and not guessed.
pub(super) fn keyed_digest(key: &[u8; 32], content: &[u8]) -> EcoString {
    blake3::keyed_hash(key, content).to_hex().as_str().into()
}
