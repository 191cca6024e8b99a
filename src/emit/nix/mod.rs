//! A NixOS flake: the ways in (`flake.nix`, `default.nix`), a file a host, larger texts, references to secrets.

mod entries;
mod factored;
mod flake;
mod host;
mod module;
mod printer;
mod tree;
mod unfree;

pub(crate) use flake::write;
