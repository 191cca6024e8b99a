//! What a migration of a fleet needs beside each host's own account: data that must move, hosts that depend on each
//! other, an order, and what of Puppet is used by others.
//!
//! In: translated hosts with their catalogs and machines. Out: rows for the reports.

mod puppet;
mod state;
mod ties;
mod waves;

pub use puppet::{Leftover, leftovers};
pub use state::{StateRow, states};
pub use ties::{Tie, TieKind, ties};
pub use waves::{Wave, waves};

use crate::{
    catalog::Catalog,
    diag::Diagnostic,
    model::{FileKind, HostConfig},
    translate::{Machine, Translated},
};

/// One converted host with what it was made from.
#[derive(Clone, Copy)]
pub struct Converted<'a> {
    /// What it became.
    pub host: &'a Translated,
    /// Its catalog.
    pub catalog: &'a Catalog,
    /// The machine under it.
    pub machine: &'a Machine,
    /// Its roles.
    pub roles: &'a [ecow::EcoString],
    /// What was found while it was compiled.
    pub diagnostics: &'a [Diagnostic],
}

/// The texts of a host's configuration with what holds them: files, jobs, commands, devices. Never a secret.
fn texts(config: &HostConfig) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for file in &config.files {
        if let FileKind::Regular { content: Some(text), .. } = &file.kind {
            found.push((file.path.to_string(), text.masked()));
        }
        if let FileKind::Link { target } = &file.kind {
            found.push((file.path.to_string(), target.to_string()));
        }
    }
    found.extend(config.crons.iter().map(|cron| (format!("cron `{}`", cron.name), cron.command.masked())));
    found.extend(config.execs.iter().map(|exec| (format!("exec `{}`", exec.name), exec.command.masked())));
    let device = |mount: &crate::model::Mount| {
        Some((format!("mount {}", mount.path), mount.device.as_ref()?.to_string()))
    };
    found.extend(config.mounts.iter().filter_map(device));
    found
}
