//! The table of builtins: documentation, coverage and "did you mean" read it too.

use super::Call;
use crate::{
    diag::Result,
    maps::HashMap,
    value::{
        Value,
        types::{NoAliases, Signature},
    },
};
use std::sync::OnceLock;

/// How labels go through a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labelling {
    /// The gate unions the arguments' labels over the whole result, as derived secrets.
    Union,
    /// The function moves the labels with the bytes itself; the gate adds nothing.
    Carried,
    /// The result says nothing of the arguments' bytes (`defined`, `length` of an array, `include`).
    Dropped,
}

/// Which of Puppet's two function APIs the function was written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// `newfunction`: arguments are counted only, `undef` comes in as an empty string.
    Three,
    /// `create_function`: arguments are checked against the signatures.
    Four,
}

/// One builtin.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The name, with its namespace (`stdlib::ensure`).
    pub name: &'static str,
    /// Where it comes from: `puppet` or a module's name such as `stdlib`.
    pub module: &'static str,
    /// The API it was written for.
    pub generation: Generation,
    /// Signatures, one a dispatch; see [`Signature::parse`] for how they are written.
    pub signatures: &'static [&'static str],
    /// One sentence.
    pub doc: &'static str,
    /// How labels go through.
    pub labelling: Labelling,
    /// The code.
    pub run: fn(&Call<'_>) -> Result<Value>,
}

/// Writes rows: `"name" "module" Generation Labelling ["signature", …] "doc" => code;`.
macro_rules! rows {
    ($($name:literal $module:literal $generation:ident $labelling:ident [$($signature:literal),* $(,)?] $doc:literal => $run:expr;)*) => {
        /// The functions of this family.
        pub(in $crate::functions) const ROWS: &[$crate::functions::Function] = &[
            $($crate::functions::Function {
                name: $name,
                module: $module,
                generation: $crate::functions::Generation::$generation,
                signatures: &[$($signature),*],
                doc: $doc,
                labelling: $crate::functions::Labelling::$labelling,
                run: $run,
            }),*
        ];
    };
}
pub(in crate::functions) use rows;

/// Returns all builtins, sorted by name.
#[must_use]
pub fn functions() -> &'static [Function] {
    static ALL: OnceLock<Vec<Function>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all: Vec<Function> = super::FAMILIES.iter().flat_map(|rows| rows.iter().copied()).collect();
        all.sort_by_key(|function| function.name);
        all
    })
}

/// Finds a builtin by its full name without leading `::`.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    let all = functions();
    all.binary_search_by_key(&name, |function| function.name).ok().and_then(|index| all.get(index))
}

/// Returns the parsed signatures of a builtin in a version of Puppet; none where it checks its arguments itself.
///
/// A signature that starts with `8 ` is there from Puppet 8 on, one with `7 ` until Puppet 7.
pub(crate) fn signatures(function: &Function, version: u8) -> &'static [Signature] {
    static SEVEN: OnceLock<HashMap<&'static str, Vec<Signature>>> = OnceLock::new();
    static EIGHT: OnceLock<HashMap<&'static str, Vec<Signature>>> = OnceLock::new();
    let parsed = if version >= 8 {
        EIGHT.get_or_init(|| parse_all("7 ", "8 "))
    } else {
        SEVEN.get_or_init(|| parse_all("8 ", "7 "))
    };
    parsed.get(function.name).map(Vec::as_slice).unwrap_or_default()
}

fn parse_all(without: &str, with: &str) -> HashMap<&'static str, Vec<Signature>> {
    let read = |text: &&str| {
        let kept = (!text.starts_with(without)).then(|| text.strip_prefix(with).unwrap_or(text))?;
        Signature::parse(kept, &NoAliases).ok()
    };
    functions().iter().map(|it| (it.name, it.signatures.iter().filter_map(read).collect())).collect()
}

/// Returns the names nearest to a wrong one, best first, for "did you mean".
#[must_use]
pub fn similar(name: &str) -> Vec<&'static str> {
    let mut near: Vec<(usize, &'static str)> = functions()
        .iter()
        .map(|function| (crate::diag::distance(name, function.name), function.name))
        .filter(|(distance, _)| *distance <= name.len() / 3)
        .collect();
    near.sort_unstable();
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signature_can_be_read_and_names_its_function() {
        for function in functions() {
            for text in function.signatures {
                let text = text.strip_prefix("7 ").or(text.strip_prefix("8 ")).unwrap_or(text);
                Signature::parse(text, &NoAliases).unwrap_or_else(|error| panic!("{text}: {error}"));
                assert!(text.starts_with(&format!("{}(", function.name)), "{text}");
            }
        }
    }

    #[test]
    fn names_are_unique_and_documented() {
        for pair in functions().windows(2) {
            assert!(pair[0].name < pair[1].name, "{} twice", pair[1].name);
        }
        for function in functions() {
            assert!(!function.doc.is_empty() && find(function.name).is_some(), "{}", function.name);
        }
    }

    #[test]
    fn wrong_names_have_neighbours() {
        assert_eq!(similar("uppcase").first(), Some(&"upcase"));
        assert!(similar("zzzzzzzz").is_empty());
    }
}
