//! Nix expressions as data; `emit` prints them.

use ecow::EcoString;

/// A Nix expression.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the variants are Nix's own")]
pub enum Expr {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A string; printed with `"` or, over several lines, with `''`.
    Str(EcoString),
    /// A string with antiquotations.
    Text(Vec<Part>),
    /// A file of the output by its key, printed as a path relative to the file it is in.
    File(EcoString),
    /// A path relative to the output's root, such as `secrets/x.age`.
    Path(EcoString),
    /// A selection, such as `pkgs.vim` or `config.age.secrets."a b".path`.
    Select(Vec<EcoString>),
    List(Vec<Expr>),
    /// `with pkgs; [ … ]` of attributes of `pkgs` by their dotted names.
    Packages(Vec<EcoString>),
    Attrs(Vec<(EcoString, Expr)>),
    /// A function applied to arguments.
    Apply(Vec<EcoString>, Vec<Expr>),
}

/// A part of a string with antiquotations.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text as it is.
    Text(EcoString),
    /// `${…}`.
    Expr(Expr),
}

impl Expr {
    /// Makes a string.
    #[must_use]
    pub fn str(text: impl Into<EcoString>) -> Self {
        Self::Str(text.into())
    }

    /// Makes a list of strings.
    #[must_use]
    pub fn strings<T: Into<EcoString>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(|text| Self::Str(text.into())).collect())
    }

    /// Makes an attribute set.
    #[must_use]
    pub fn attrs<T: Into<EcoString>>(entries: impl IntoIterator<Item = (T, Self)>) -> Self {
        Self::Attrs(entries.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// Makes a selection from a dotted name without quoted parts.
    #[must_use]
    pub fn select(dotted: &str) -> Self {
        Self::Select(dotted.split('.').map(Into::into).collect())
    }

    /// Makes a string of parts, plain where there is no antiquotation.
    #[must_use]
    pub fn text(parts: Vec<Part>) -> Self {
        if parts.iter().any(|part| matches!(part, Part::Expr(_))) {
            return Self::Text(parts);
        }
        let texts = parts.into_iter().filter_map(|part| match part {
            Part::Text(text) => Some(text),
            Part::Expr(_) => None,
        });
        Self::Str(texts.collect::<Vec<_>>().concat().into())
    }

    /// Calls a function with every expression in this one, itself included.
    pub fn visit(&self, see: &mut dyn FnMut(&Self)) {
        see(self);
        match self {
            Self::Null
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Str(_)
            | Self::File(_)
            | Self::Path(_)
            | Self::Select(_)
            | Self::Packages(_) => {}
            Self::Text(parts) => {
                for part in parts {
                    if let Part::Expr(inner) = part {
                        inner.visit(see);
                    }
                }
            }
            Self::List(items) | Self::Apply(_, items) => items.iter().for_each(|item| item.visit(see)),
            Self::Attrs(entries) => entries.iter().for_each(|(_, value)| value.visit(see)),
        }
    }
}
