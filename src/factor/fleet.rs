//! The input: translated hosts with their catalogs and facts, and which modules are the site's own.

use super::transliterate::Sources;
use crate::{
    catalog::{Catalog, Resource, ResourceRef},
    maps::{HashMap, IndexMap},
    model::{ItemId, Provenance},
    source::{Frame, Origin},
    translate::Translated,
    value::{Value, types::capitalize_segments},
};
use ecow::{EcoString, eco_format};
use std::collections::BTreeSet;

/// One host.
#[derive(Clone, Copy)]
pub struct Member<'a> {
    /// The certname.
    pub certname: &'a EcoString,
    /// What it is on NixOS.
    pub translated: &'a Translated,
    /// The catalog it was translated from.
    pub catalog: &'a Catalog,
    /// Its facts, a hash.
    pub facts: &'a Value,
    /// `$trusted`.
    pub trusted: &'a Value,
    /// The parameters that the ENC gives it.
    pub variables: &'a IndexMap<EcoString, Value>,
}

impl<'a> Member<'a> {
    /// Returns where each of its items comes from.
    pub(crate) fn origins(&self) -> HashMap<ItemId, &'a Provenance> {
        self.translated.config.ids().collect()
    }
}

/// All hosts of a conversion, sorted by certname.
pub struct Fleet<'a> {
    /// The name under which the site's options stand.
    pub site: EcoString,
    /// The modules that are the site's own; those of others fold into the class that declared them.
    pub own: BTreeSet<EcoString>,
    /// The facts that the hierarchy of the data reads, by their path.
    pub hierarchy: Vec<Vec<EcoString>>,
    /// The hosts.
    pub members: Vec<Member<'a>>,
    /// The code behind the catalogs, where it is at hand.
    pub sources: Option<&'a (dyn Sources + Sync)>,
}

/// What settings are put together by: a class of the site, a node definition, or `main`.
///
/// A class of somebody else's module is a unit only where no class of the site declared it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UnitName {
    /// What stands in the site's manifests outside of nodes.
    Main,
    /// A node definition, by its name.
    Node(EcoString),
    /// A class, by its name in lower case.
    Class(EcoString),
}

impl UnitName {
    /// Returns the names of which its option and its file are made.
    pub(crate) fn parts(&self) -> Vec<EcoString> {
        match self {
            Self::Main => vec!["common".into()],
            Self::Node(name) => vec!["nodes".into(), plain(name)],
            Self::Class(name) => name.split("::").map(Into::into).collect(),
        }
    }

    /// Returns the name for comments and descriptions.
    pub(crate) fn title(&self) -> EcoString {
        match self {
            Self::Main => "the site's manifests".into(),
            Self::Node(name) => eco_format!("node {name}"),
            Self::Class(name) => eco_format!("class {name}"),
        }
    }
}

/// The reference of a class, by its name in lower case.
pub(crate) fn class_ref(class: &str) -> ResourceRef {
    ResourceRef::new("Class", capitalize_segments(class))
}

/// Letters, digits and dashes only.
pub(crate) fn plain(text: &str) -> EcoString {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let mut name = text.chars().map(letter).collect::<String>();
    while name.contains("--") {
        name = name.replace("--", "-");
    }
    let name = name.trim_matches('-');
    if name.is_empty() { "node".into() } else { name.to_lowercase().into() }
}

impl Fleet<'_> {
    /// Returns the unit to which what stands in these frames belongs, innermost first.
    pub(crate) fn unit(&self, frames: &[Frame]) -> UnitName {
        let mut outermost = None;
        for frame in frames.iter().rev() {
            let Some(reference) = ResourceRef::parse(&frame.container) else { continue };
            let name: EcoString = reference.title.to_lowercase();
            match reference.type_name.as_str() {
                "Node" => return outermost.unwrap_or(UnitName::Node(name)),
                "Class" if name == "main" => return outermost.unwrap_or(UnitName::Main),
                "Class" if self.is_own(&name) => return UnitName::Class(name),
                "Class" => outermost = Some(UnitName::Class(name)),
                _ => {}
            }
        }
        outermost.unwrap_or(UnitName::Main)
    }

    /// Returns the unit of a resource: a class of the site is one of its own.
    pub(crate) fn unit_of_class(&self, resource: &Resource) -> Option<UnitName> {
        let name = resource.reference.title.to_lowercase();
        let class = resource.reference.type_name == "Class" && name != "main" && name != "settings";
        let parent_is_top = || !matches!(self.unit(&resource.origin.frames), UnitName::Class(_));
        (class && (self.is_own(&name) || parent_is_top())).then_some(UnitName::Class(name))
    }

    fn is_own(&self, class: &str) -> bool {
        self.own.contains(class.split("::").next().unwrap_or(class))
    }

    /// Returns the unit of an origin on a host; what has none is the site's, and so is what was collected from a host
    /// that has another unit.
    pub(crate) fn unit_of(&self, member: &Member<'_>, origin: Option<&Origin>) -> UnitName {
        let unit = origin.map_or(UnitName::Main, |origin| self.unit(&origin.frames));
        let there = match &unit {
            UnitName::Main => true,
            UnitName::Class(class) => member.catalog.resources.contains_key(&class_ref(class)),
            UnitName::Node(node) => {
                let nodes = member.catalog.resources.keys().filter(|it| it.type_name == "Node");
                nodes.into_iter().any(|it| it.title.to_lowercase() == *node)
            }
        };
        if there { unit } else { UnitName::Main }
    }
}
