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

/// Files and paths as a caller has them.
struct Elsewhere<'a> {
    file: &'a dyn Fn(&str) -> String,
    path: &'a dyn Fn(&str) -> String,
}

impl printer::Paths for Elsewhere<'_> {
    fn file(&self, key: &str) -> String {
        (self.file)(key)
    }

    fn path(&self, path: &str) -> String {
        (self.path)(path)
    }
}

/// Prints one expression with the files of the output wherever the caller has them.
pub(crate) fn expression(
    expr: &Expr,
    file: &dyn Fn(&str) -> String,
    path: &dyn Fn(&str) -> String,
) -> String {
    printer::print(expr, &Elsewhere { file, path })
}
