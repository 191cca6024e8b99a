//! Strings that carry labels.

use super::{Labels, Secret};
use ecow::EcoString;
use std::{
    borrow::Borrow,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    ops::{Deref, Range},
    sync::Arc,
};

/// A string with optional shared labels. Equality, order and hash see the text only.
#[derive(Clone, Default)]
pub struct Str {
    text: EcoString,
    labels: Option<Arc<Labels>>,
}

impl Str {
    /// Makes a string without labels.
    #[must_use]
    pub fn new(text: impl Into<EcoString>) -> Self {
        Self { text: text.into(), labels: None }
    }

    /// Makes a string that is one secret as a whole.
    #[must_use]
    pub fn secret(text: impl Into<EcoString>, secret: Arc<Secret>) -> Self {
        let text = text.into();
        Self::with_labels(text.clone(), Labels::whole(text.len(), secret))
    }

    /// Makes a string with the given labels, whose ranges must lie in the text.
    #[must_use]
    pub fn with_labels(text: impl Into<EcoString>, labels: Labels) -> Self {
        let labels = (!labels.is_empty()).then(|| Arc::new(labels));
        Self { text: text.into(), labels }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the text, shared.
    #[must_use]
    pub fn text(&self) -> &EcoString {
        &self.text
    }

    /// Returns the labels, if there are any.
    #[must_use]
    pub fn labels(&self) -> Option<&Labels> {
        self.labels.as_deref()
    }

    /// Appends another string, its labels moved along.
    pub fn push(&mut self, other: &Self) {
        if let Some(added) = other.labels() {
            let mut labels = self.labels.as_deref().cloned().unwrap_or_default();
            labels.append(added, self.text.len());
            self.labels = Some(Arc::new(labels));
        }
        self.text.push_str(&other.text);
    }

    /// Appends text without labels.
    pub fn push_str(&mut self, other: &str) {
        self.text.push_str(other);
    }

    /// Returns a part with its labels, empty where the range does not fall on characters.
    #[must_use]
    pub fn slice(&self, part: Range<usize>) -> Self {
        let text = self.text.get(part.clone()).unwrap_or_default();
        let labels = self.labels.as_ref().map(|labels| labels.slice(part)).unwrap_or_default();
        Self::with_labels(text, labels)
    }
}

impl Deref for Str {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl Borrow<str> for Str {
    fn borrow(&self) -> &str {
        &self.text
    }
}

impl AsRef<str> for Str {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Str {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Str {}

impl PartialOrd for Str {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Str {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for Str {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.as_str().hash(state);
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Shows the text with its secret bytes masked.
impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.labels {
            None => write!(f, "{:?}", self.text),
            Some(labels) => write!(f, "<{} bytes, {} secret>", self.text.len(), labels.ranges().len()),
        }
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<EcoString> for Str {
    fn from(text: EcoString) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Arc<Secret> {
        let id = "db".into();
        Arc::new(Secret { id, key: None, file: None, opaque: false, derived: false })
    }

    #[test]
    fn concatenation_and_slices_keep_the_secret_bytes() {
        let mut text = Str::new("password=");
        text.push(&Str::secret("hunter2", secret()));
        text.push_str("\n");
        assert_eq!(text.labels().unwrap().ranges()[0].range, 9..16);
        assert_eq!(text.slice(10..17).labels().unwrap().ranges()[0].range, 0..6);
        assert!(text.slice(0..9).labels().is_none());
        assert!(!format!("{text:?}").contains("hunter2"));
    }
}
