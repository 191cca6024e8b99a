//! What is known of a value before it is evaluated.

/// A value as far as it is known.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the variants are Nix's own")]
pub enum Form<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float,
    /// A string that is known.
    Str(&'a str),
    /// A string of which a part is known only to the evaluation.
    Text,
    Path,
    Package,
    List(Vec<Self>),
    Attrs(Vec<(&'a str, Self)>),
    /// Known only to the evaluation.
    Unknown,
}

impl Form<'_> {
    /// Says what kind of value it is, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "an integer",
            Self::Float => "a floating point number",
            Self::Str(_) | Self::Text => "a string",
            Self::Path => "a path",
            Self::Package => "a package",
            Self::List(_) => "a list",
            Self::Attrs(_) => "a set",
            Self::Unknown => "something known only to the evaluation",
        }
    }

    /// Shows it in a message: what it is, and the value where that is short.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Str(text) if text.len() <= 60 => format!("the string `{}`", text.escape_debug()),
            Self::Int(number) => format!("the integer `{number}`"),
            Self::Bool(it) => format!("the boolean `{it}`"),
            Self::Null
            | Self::Float
            | Self::Str(_)
            | Self::Text
            | Self::Path
            | Self::Package
            | Self::List(_)
            | Self::Attrs(_)
            | Self::Unknown => self.kind().to_owned(),
        }
    }
}

/// Whether a value fits a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It does not.
    No,
    /// Only an evaluation can tell.
    Unsure,
    /// It does.
    Yes,
}

impl Fit {
    /// Makes a fit of a condition.
    #[must_use]
    pub const fn when(it: bool) -> Self {
        if it { Self::Yes } else { Self::No }
    }
}
