//! A NixOS flake: the ways in (`flake.nix`, `default.nix`), a file a host, larger texts, references to secrets.

mod disko;
mod entries;
mod factored;
mod flake;
mod hardware;
mod host;
mod module;
mod plain;
mod printer;
mod routes;
mod secrets;
mod tree;
mod unfree;

pub(crate) use entries::attribute;
pub(crate) use flake::write;
pub(crate) use secrets::{host_key, needed};

use crate::translate::nixos::Expr;

/// Files and paths of the output as if the expression stood at its root.
struct Root;

impl printer::Paths for Root {
    fn file(&self, key: &str) -> String {
        format!("./files/{key}")
    }

    fn path(&self, path: &str) -> String {
        format!("./{path}")
    }
}

/// Prints one expression as it would stand in a file at the output's root, not laid out.
#[must_use]
pub fn nix(expr: &Expr) -> String {
    printer::print(expr, &Root)
}
