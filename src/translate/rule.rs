//! What a rule is, and the table of rules that turn resources into items of a host's configuration.

use super::{Verdict, attributes::Attributes, compose::Compose, config, sources::Sources};
use crate::{
    catalog::Resource,
    model::{HostConfig, ItemId, Provenance},
};

/// A rule: which resources it claims and what it makes of one. No two rules claim the same resource.
pub struct Rule {
    /// Its stable name, shown in reports.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub doc: &'static str,
    /// Tells whether a resource is this rule's.
    pub claims: fn(&Resource) -> bool,
    pub(crate) apply: fn(&mut Attributes<'_>, &mut Build<'_>) -> Outcome,
}

/// What a rule adds to.
pub(crate) struct Build<'a> {
    pub(crate) config: HostConfig,
    pub(crate) sources: Sources<'a>,
    /// Where the resource at hand comes from.
    pub(crate) from: Provenance,
    /// Paths that have a resource of their own.
    pub(crate) declared: crate::maps::HashSet<ecow::EcoString>,
    /// The place of the resource at hand in the ledger.
    pub(crate) entry: usize,
    /// What several resources make together, for when all are read.
    pub(crate) compose: Compose,
}

/// What became of a resource.
pub(crate) enum Outcome {
    /// It is these items; the target gives their class.
    Items(Vec<ItemId>),
    /// It has a class without being an item.
    Verdict(Verdict),
}

impl Outcome {
    pub(crate) fn item(id: ItemId) -> Self {
        Self::Items(vec![id])
    }
}

/// All rules, one file each.
pub static RULES: &[Rule] = &[
    config::file::RULE,
    config::package::RULE,
    config::service::RULE,
    config::user::RULE,
    config::group::RULE,
    config::key::RULE,
    config::known_host::RULE,
    config::cron::RULE,
    config::exec::RULE,
    config::host::RULE,
    config::mount::RULE,
    config::message::RULE,
    config::purge::RULE,
    config::schedule::RULE,
    config::tidy::RULE,
    config::anchor::RULE,
    config::concat::RULE,
    config::concat_fragment::RULE,
    config::sysctl::RULE,
    config::sysctl_runtime::RULE,
    config::apt_key::RULE,
    config::ini_setting::RULE,
    config::file_line::RULE,
    config::firewall::RULE,
    config::firewall_chain::RULE,
    config::vcsrepo::RULE,
    config::archive::RULE,
    config::augeas::RULE,
    config::alternative::RULE,
];

/// Claims the resources of one type.
macro_rules! claims_type {
    ($($type:literal)|+) => {
        |resource| matches!(resource.reference.type_name.as_str(), $($type)|+)
    };
}
pub(crate) use claims_type;
