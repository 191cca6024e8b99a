//! Texts that may hold secrets: the secret's bytes are never in them.

use crate::value::{Secret, Str};
use ecow::{EcoString, eco_format};
use serde::{Deserialize, Serialize};

/// A secret by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SecretRef {
    /// Its stable id, which names its file; ends in `-derived` for what was computed from the secret.
    pub id: EcoString,
    /// The Hiera key it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<EcoString>,
    /// Whether it was computed from the secret of that id and must be made anew by hand.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub derived: bool,
}

impl From<&Secret> for SecretRef {
    fn from(secret: &Secret) -> Self {
        // a digest of a password has a file of its own: the password in its place would be shown
        let id = if secret.derived { eco_format!("{}-derived", secret.id) } else { secret.id.clone() };
        Self { id, key: secret.key.clone(), derived: secret.derived }
    }
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextPart {
    /// Text as it is.
    Text(EcoString),
    /// The plaintext of a secret, filled in at activation.
    Secret(SecretRef),
}

/// A text in parts. In host files it is a plain string where no secret is in it, else a list of parts.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "TextForm", into = "TextForm")]
pub struct Text {
    parts: Vec<TextPart>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum TextForm {
    Plain(EcoString),
    Parts(Vec<TextPart>),
}

impl From<TextForm> for Text {
    fn from(form: TextForm) -> Self {
        match form {
            TextForm::Plain(text) => Self::plain(text),
            TextForm::Parts(parts) => Self { parts },
        }
    }
}

impl From<Text> for TextForm {
    fn from(text: Text) -> Self {
        match text.as_plain() {
            Some(plain) => Self::Plain(plain.into()),
            None => Self::Parts(text.parts),
        }
    }
}

impl Text {
    /// Makes a text without secrets.
    #[must_use]
    pub fn plain(text: impl Into<EcoString>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::default() } else { Self { parts: vec![TextPart::Text(text)] } }
    }

    /// Makes a text that is one secret as a whole.
    #[must_use]
    pub fn secret(secret: SecretRef) -> Self {
        Self { parts: vec![TextPart::Secret(secret)] }
    }

    /// Makes a text of parts.
    #[must_use]
    pub fn from_parts(parts: Vec<TextPart>) -> Self {
        Self { parts }
    }

    /// Splits a labelled string at its secrets, whose bytes are left out.
    #[must_use]
    pub fn from_labelled(text: &Str) -> Self {
        let mut parts = Vec::new();
        let mut at = 0;
        for found in text.labels().map(|labels| labels.ranges()).unwrap_or_default() {
            push_text(&mut parts, text.get(at..found.range.start));
            parts.push(TextPart::Secret((&*found.secret).into()));
            at = found.range.end;
        }
        push_text(&mut parts, text.get(at..));
        Self { parts }
    }

    /// Adds another text at the end.
    pub fn append(&mut self, other: &Self) {
        for part in &other.parts {
            match (self.parts.last_mut(), part) {
                (Some(TextPart::Text(known)), TextPart::Text(text)) => known.push_str(text),
                _ => self.parts.push(part.clone()),
            }
        }
    }

    /// Returns the text without white space around it; a secret keeps its own.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        if let Some(TextPart::Text(text)) = self.parts.first_mut() {
            *text = text.trim_start().into();
        }
        if let Some(TextPart::Text(text)) = self.parts.last_mut() {
            *text = text.trim_end().into();
        }
        self.parts.retain(|part| !matches!(part, TextPart::Text(text) if text.is_empty()));
        self
    }

    /// Returns the parts.
    #[must_use]
    pub fn parts(&self) -> &[TextPart] {
        &self.parts
    }

    /// Returns the text where no secret is in it.
    #[must_use]
    pub fn as_plain(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [TextPart::Text(text)] => Some(text),
            [TextPart::Secret(_)] | [_, _, ..] => None,
        }
    }

    /// Returns the secrets in order.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretRef> {
        self.parts.iter().filter_map(|part| match part {
            TextPart::Secret(secret) => Some(secret),
            TextPart::Text(_) => None,
        })
    }

    /// Returns the text with each secret as `<secret id>`, for people.
    #[must_use]
    pub fn masked(&self) -> String {
        let show = |part: &TextPart| match part {
            TextPart::Text(text) => text.to_string(),
            TextPart::Secret(secret) => format!("<secret {}>", secret.id),
        };
        self.parts.iter().map(show).collect()
    }
}

fn push_text(parts: &mut Vec<TextPart>, text: Option<&str>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        parts.push(TextPart::Text(text.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn secret_bytes_never_reach_a_text() {
        let id = "db".into();
        let secret = Arc::new(Secret { id, key: None, file: None, opaque: false, derived: false });
        let mut value = Str::new("password=");
        value.push(&Str::secret("hunter2", secret));
        value.push_str("\n");
        let text = Text::from_labelled(&value);
        assert_eq!(text.masked(), "password=<secret db>\n");
        assert!(!serde_json::to_string(&text).unwrap().contains("hunter2"));
    }

    #[test]
    fn what_is_computed_from_a_secret_has_an_id_of_its_own() {
        let id = "db".into();
        let digest = Secret { id, key: None, file: None, opaque: false, derived: true };
        assert_eq!(SecretRef::from(&digest).id, "db-derived");
    }
}
