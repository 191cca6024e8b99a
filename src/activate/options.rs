//! What a user decides about an activation.

use std::{path::PathBuf, time::SystemTime};

/// What is done about owners and groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Owners {
    /// Each is set; one that is not known refuses the activation.
    #[default]
    Enforce,
    /// Those that are known are set, the others are told and left.
    Known,
    /// None is looked at or set: for trying a host file out as an ordinary user.
    Leave,
}

/// The options of an activation.
#[derive(Clone, Debug)]
pub struct Options {
    /// A folder with one file for each secret, named by its id.
    pub secrets: Option<PathBuf>,
    /// Whether validation commands may run.
    pub allow_exec: bool,
    /// What is done about owners.
    pub owners: Owners,
    /// The time that a new generation carries.
    pub now: SystemTime,
}

impl Default for Options {
    fn default() -> Self {
        Self { secrets: None, allow_exec: false, owners: Owners::default(), now: SystemTime::UNIX_EPOCH }
    }
}
