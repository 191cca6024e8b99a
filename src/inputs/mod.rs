//! What a compile is given: the control repo's layout, and each node's facts, ENC answer and trusted data.
//!
//! In: paths, read through a [`World`](crate::source::World). Out: a [`Repo`] and [`NodeInputs`] by certname.
//! YAML is read by a later stage; it comes in as a [`YamlReader`].

mod answers;
mod codes;
mod conf;
mod facts;
mod json;
mod legacy;
mod list;
mod modules;
mod node;
mod observed;
mod programs;
mod puppetdb;
mod puppetfile;
mod reader;
mod repo;
mod target;
mod trusted;

pub use answers::{Answers, Settings};
pub use codes::CODES;
pub(crate) use codes::{CONF_IGNORED, FLAG, NO_NODES, PROGRAM, UNSUPPORTED};
pub use facts::override_fact;
pub use json::json;
pub(crate) use legacy::structured_path;
pub use legacy::{derive_legacy_facts, structured_fact};
pub use list::{NodeList, ReadNode, is_selected, node_inputs, nodes_without_facts};
pub use modules::{Module, Modules};
pub use node::{NodeInputs, NodeSources};
pub use observed::{Account, DiskOf, FileOf, GroupOf, InterfaceOf, MountOf, OBSERVED_SCHEMA, Observed};
pub use programs::{Enc, Programs, RubyCall};
pub use puppetdb::{PuppetDb, PuppetDbSettings, is_address};
pub use puppetfile::{PuppetfileModule, puppetfile};
pub use reader::{Reader, YamlReader};
pub use repo::{Layout, Repo};
pub use target::{SecretsBy, Target};
pub use trusted::trusted;
