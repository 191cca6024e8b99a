//! Asks a tree of nixpkgs which options it has.

use super::{
    NO_NIX,
    nix::{self, Nix},
};
use crate::{
    diag::{Diagnostic, Result},
    options::{OptionTable, Row},
};
use ecow::EcoString;
use serde::Deserialize;
use std::path::Path;

const ASK: &str = include_str!("index.nix");

#[derive(Deserialize)]
struct Answer {
    release: EcoString,
    options: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    path: Vec<EcoString>,
    #[serde(rename = "type")]
    kind: String,
    letters: EcoString,
    to: Option<EcoString>,
}

/// Makes the table of a tree's options by evaluating its modules for a system such as `x86_64-linux`.
///
/// # Errors
/// Gives what is missing in the tree, or what Nix says.
pub fn index(nix: &Nix, nixpkgs: &Path, system: &str) -> Result<OptionTable> {
    if !nixpkgs.join("nixos/lib/eval-config.nix").is_file() {
        let message =
            format!("`{}` is no tree of nixpkgs: it has no `nixos/lib/eval-config.nix`", nixpkgs.display());
        return Err(Box::new(Diagnostic::error(&NO_NIX, message).help("name the folder of your nixpkgs")));
    }
    let (tree, system) = (nix::path(nixpkgs), nix::quoted(system));
    let answer = nix.evaluate(&format!("({ASK}) {{ nixpkgs = {tree}; system = {system}; }}"))?;
    let refused = |message: &str| {
        let message = format!("the options of `{}` cannot be listed: {message}", nixpkgs.display());
        Box::new(Diagnostic::error(&NO_NIX, message))
    };
    let evaluated = answer.map_err(|failure| refused(&failure.message))?;
    let answer: Answer =
        serde_json::from_value(evaluated.value).map_err(|error| refused(&error.to_string()))?;
    let mut table = OptionTable::new(answer.release);
    for told in answer.options {
        let kind = told.kind.split_whitespace().collect::<Vec<_>>().join(" ");
        let (path, letters, to) = (told.path, told.letters, told.to);
        table.add(Row { path, kind: kind.into(), letters, to });
    }
    Ok(table)
}
