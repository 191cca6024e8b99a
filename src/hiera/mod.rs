//! Hiera: data files to values, hierarchies to answers.
//!
//! In: the text of data files, `hiera.yaml`, a scope through [`Host`](crate::hiera). Out: values with the file and
//! line they came from.

pub mod yaml;

pub use yaml::CODES;
