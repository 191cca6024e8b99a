//! What of Puppet itself is used by others: its certificates, and what watches the agent.

use super::{Converted, texts};
use ecow::EcoString;
use serde::Serialize;

/// Something that stops working when Puppet goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Leftover {
    /// The host.
    pub host: EcoString,
    /// The file, job or command.
    pub holder: String,
    /// What it uses.
    pub uses: String,
    /// What to do.
    pub advice: &'static str,
}

const SSL: [&str; 4] =
    ["/etc/puppetlabs/puppet/ssl", "/var/lib/puppet/ssl", "/etc/puppet/ssl", "/opt/puppetlabs/puppet/ssl"];
const WATCH: [&str; 7] = [
    "last_run_summary.yaml",
    "last_run_report.yaml",
    "agent_catalog_run.lock",
    "agent_disabled.lock",
    "check_puppet",
    "puppet_agent_exporter",
    "/opt/puppetlabs/puppet/cache/state",
];

/// Finds what depends on Puppet, by host.
#[must_use]
pub fn leftovers(hosts: &[Converted<'_>]) -> Vec<Leftover> {
    let mut found = Vec::new();
    for it in hosts {
        let host = &it.host.config.host.certname;
        for (holder, text) in texts(&it.host.config) {
            let own = holder.starts_with("/etc/puppet") || holder.starts_with("/opt/puppetlabs");
            let watched = |words: &[&'static str]| words.iter().find(|word| text.contains(**word)).copied();
            let mut add = |uses: &str, advice| {
                let (host, holder, uses) = (host.clone(), holder.clone(), uses.to_owned());
                found.push(Leftover { host, holder, uses, advice });
            };
            if let Some(uses) = watched(&SSL).filter(|_| !own) {
                add(uses, "give it a certificate of its own, or carry these files before Puppet goes");
            }
            if let Some(uses) = watched(&WATCH).filter(|_| !own) {
                add(
                    uses,
                    "retire this check with the agent; `system.autoUpgrade` or the deployment has its own",
                );
            }
        }
    }
    found
}
