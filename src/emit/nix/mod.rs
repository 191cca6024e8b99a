//! A NixOS flake: `flake.nix`, a file a host, larger texts, references to secrets.

mod flake;
mod host;
mod printer;
mod tree;

pub(crate) use flake::write;
