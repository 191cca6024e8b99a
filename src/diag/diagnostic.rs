//! One diagnostic, and how miette sees it.

use super::Code;
use crate::source::{LineColumn, Location};
use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Advice,
    /// Puppet would warn, or the result may not be what was meant.
    Warning,
    /// The stage could not do its work.
    Error,
}

/// A problem with its code, place and way out.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    code: &'static Code,
    severity: Severity,
    message: String,
    at: Option<Location>,
    label: Option<String>,
    help: Option<String>,
    related: Vec<(Location, String)>,
    file: Option<String>,
}

impl Diagnostic {
    /// Makes an error without a place; the message is lower case, without a full stop, names in backticks.
    #[must_use]
    pub fn error(code: &'static Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            at: None,
            label: None,
            help: None,
            related: Vec::new(),
            file: None,
        }
    }

    /// Makes a warning without a place.
    #[must_use]
    pub fn warning(code: &'static Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Makes a note without a place.
    #[must_use]
    pub fn advice(code: &'static Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Advice, ..Self::error(code, message) }
    }

    /// Sets the place.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.at = Some(location);
        self
    }

    /// Sets the place unless there is one already: the innermost place wins.
    #[must_use]
    pub fn or_at(mut self, location: impl FnOnce() -> Location) -> Self {
        if self.at.is_none() {
            self.at = Some(location());
        }
        self
    }

    /// Names the file where no text of it can be shown (it is missing or not UTF-8).
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Sets the words under the marked text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Sets the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a second place that matters, such as the first of two declarations.
    #[must_use]
    pub fn related(mut self, location: Location, label: impl Into<String>) -> Self {
        self.related.push((location, label.into()));
        self
    }

    /// Returns the code.
    #[must_use]
    pub fn code(&self) -> &'static Code {
        self.code
    }

    /// Returns the severity.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Returns the message without place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the help line.
    #[must_use]
    pub fn help_line(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Returns the place.
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        self.at.as_ref()
    }

    /// Returns the words under the marked text.
    #[must_use]
    pub fn label_text(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// Returns the other places that matter, each with its words.
    pub fn related_places(&self) -> impl Iterator<Item = (&Location, &str)> {
        self.related.iter().map(|(at, label)| (at, label.as_str()))
    }

    /// Returns the file as shown to people, if there is one.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.at.as_ref().map(|at| at.source.path()).or(self.file.as_deref())
    }

    /// Returns line and column, if there is a place.
    #[must_use]
    pub fn line_column(&self) -> Option<LineColumn> {
        self.at.as_ref().map(Location::line_column)
    }

    /// Returns the diagnostic as one line: `file:line:column: severity[code]: message`.
    #[must_use]
    pub fn one_line(&self) -> String {
        let place = match (self.file(), self.line_column()) {
            (Some(file), Some(at)) => format!("{file}:{}:{}: ", at.line, at.column),
            (Some(file), None) => format!("{file}: "),
            (None, _) => String::new(),
        };
        format!("{place}{}[{}]: {}", self.severity, self.code.name, self.message)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Advice => "advice",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.at, &self.file) {
            (None, Some(file)) => write!(f, "{file}: {}", self.message),
            (_, _) => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Diagnostic {}

/// A file's text for miette, named by its path.
#[derive(Debug)]
struct Named(Location);

impl miette::SourceCode for Named {
    fn read_span<'a>(
        &'a self,
        span: &miette::SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        let inner = self.0.source.text().read_span(span, before, after)?;
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.0.source.path().to_owned(),
            inner.data(),
            *inner.span(),
            inner.line(),
            inner.column(),
            inner.line_count(),
        )))
    }
}

/// A [`Diagnostic`] with its source attached, for miette's reporters.
#[derive(Debug)]
pub struct Rendered {
    inner: Diagnostic,
    source: Option<Named>,
}

impl From<Diagnostic> for Rendered {
    fn from(inner: Diagnostic) -> Self {
        let source = inner.at.clone().map(Named);
        Self { inner, source }
    }
}

impl fmt::Display for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl std::error::Error for Rendered {}

impl miette::Diagnostic for Rendered {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.inner.code.name))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.inner.severity {
            Severity::Advice => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.inner.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.source.as_ref().map(|named| named as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        let at = self.inner.at.as_ref()?;
        let span = (at.span.start as usize, at.span.len());
        let main = miette::LabeledSpan::new_primary_with_span(self.inner.label.clone(), span);
        let same_file =
            self.inner.related.iter().filter(|(other, _)| other.source.path() == at.source.path());
        let others = same_file.map(|(other, label)| {
            miette::LabeledSpan::new(Some(label.clone()), other.span.start as usize, other.span.len())
        });
        Some(Box::new(std::iter::once(main).chain(others)))
    }
}

impl Diagnostic {
    /// Attaches the source, for miette's reporters.
    #[must_use]
    pub fn rendered(self) -> Rendered {
        Rendered::from(self)
    }
}
