//! Flags that every command takes.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Flags that every command takes.
#[derive(Clone, Debug, Default, Args)]
pub struct Common {
    /// The form of the result
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Where the result goes; default stdout
    #[arg(long, global = true, value_name = "FILE|DIR")]
    pub out: Option<PathBuf>,
    /// Colours on the terminal
    #[arg(long, global = true, value_enum, default_value_t)]
    pub color: ColorChoice,
    /// Print errors only
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Print more; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// How many threads; default one a core
    #[arg(long, global = true, value_name = "N")]
    pub jobs: Option<usize>,
    /// Settings of a migration
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The form of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// Counts and names, for people
    Summary,
    /// A page
    Html,
    /// For code scanning
    Sarif,
    /// For test reports
    Junit,
    /// Annotations of GitHub's workflows
    Github,
}

/// Whether there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
