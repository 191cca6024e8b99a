//! Resources while a catalog is made (`Puppet::Parser::Resource`).

use super::{
    codes,
    definition::{ResourceType, capitalize},
    scope::ScopeId,
};
use crate::{
    catalog::ResourceRef,
    diag::{Diagnostic, Result},
    maps::{IndexMap, IndexSet},
    restypes::TypeFacts,
    source::{Frame, Location, Origin},
    value::Value,
};
use ecow::EcoString;
use std::sync::Arc;

/// A resource of the compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ResourceId(pub(super) usize);

/// A parameter as it was given.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub value: Value,
    /// The class, define or node that gave it; decides who may override.
    pub source: Option<Arc<ResourceType>>,
    /// Whether it was given by `+>`.
    pub add: bool,
    pub at: Option<Location>,
    pub origin: Arc<Origin>,
}

/// What a resource is an instance of.
#[derive(Clone, Debug)]
pub(crate) enum What {
    Class(Arc<ResourceType>),
    Node(Arc<ResourceType>),
    Define(Arc<ResourceType>),
    Builtin(Arc<TypeFacts>),
    /// A resource type that no module here has (collected from another node).
    Unknown,
}

impl What {
    /// Returns the class, define or node.
    pub(crate) fn resource_type(&self) -> Option<&Arc<ResourceType>> {
        match self {
            Self::Class(it) | Self::Node(it) | Self::Define(it) => Some(it),
            Self::Builtin(_) | Self::Unknown => None,
        }
    }

    pub(crate) fn facts(&self) -> Option<&Arc<TypeFacts>> {
        match self {
            Self::Builtin(facts) => Some(facts),
            Self::Class(_) | Self::Node(_) | Self::Define(_) | Self::Unknown => None,
        }
    }
}

/// A resource, an override of one, or a reference while it is looked up.
#[derive(Clone, Debug)]
pub(crate) struct Res {
    /// The type, capitalized by segment.
    pub type_name: EcoString,
    /// The title; of a class its name, capitalized by segment.
    pub title: EcoString,
    /// Whether the title is Ruby's `:main` (`Class[main]`, `Stage[main]`), which is no string.
    pub symbolic: bool,
    pub what: What,
    pub kind: &'static str,
    pub parameters: IndexMap<EcoString, Param>,
    pub tags: IndexSet<EcoString>,
    pub exported: bool,
    pub is_virtual: bool,
    pub evaluated: bool,
    pub tagged_by_scope: bool,
    /// Whether the parameters were checked and none was set since.
    pub checked: bool,
    pub finished: bool,
    /// The place as Puppet stores it.
    pub at: Option<Location>,
    pub scope: ScopeId,
    pub source: Option<Arc<ResourceType>>,
    pub origin: Arc<Origin>,
    /// The way from the node to what lies inside of this resource.
    pub frames: Arc<[Frame]>,
    pub sensitive: IndexSet<EcoString>,
    /// The certname of the node that exported it, where it was collected from elsewhere.
    pub exporter: Option<EcoString>,
}

impl Res {
    pub(crate) fn reference(&self) -> ResourceRef {
        ResourceRef::new(self.type_name.clone(), self.title.clone())
    }

    pub(crate) fn is_class(&self) -> bool {
        self.type_name == "Class"
    }

    pub(crate) fn is_stage(&self) -> bool {
        self.type_name == "Stage"
    }

    /// Returns a parameter that is set and not undef.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.parameters.get(name).map(|param| &param.value).filter(|value| !value.is_undef())
    }

    /// Returns `name`, else the title.
    pub(crate) fn name(&self) -> Value {
        self.get("name").cloned().unwrap_or_else(|| Value::str(self.title.clone()))
    }

    /// Sets a parameter; `tag` tags.
    pub(crate) fn set(&mut self, name: EcoString, param: Param) -> Result<()> {
        if name == "tag" {
            self.tag_value(&param.value)?;
        }
        self.parameters.insert(name, param);
        self.checked = false;
        Ok(())
    }

    /// Adds tags; names with `::` add their segments.
    pub(crate) fn tag_value(&mut self, value: &Value) -> Result<()> {
        match value {
            Value::Array(items) => items.iter().try_for_each(|item| self.tag_value(item)),
            Value::Undef => Ok(()),
            other => add_tag(&mut self.tags, &other.to_str()),
        }
    }

    /// Returns the parameters that relations are made of, namevars included (`uniqueness_key`).
    pub(crate) fn uniqueness_key(&self) -> Vec<Value> {
        let facts = self.what.facts().map(Arc::as_ref);
        uniqueness_key(facts, &self.title, |name| self.get(name).cloned())
    }

    /// Tells whether equal namevars mean the same resource.
    pub(crate) fn isomorphic(&self) -> bool {
        self.what.facts().is_none_or(|facts| facts.isomorphic)
    }
}

/// Computes what identifies a resource beside its title: its namevars, sorted by name.
pub(crate) fn uniqueness_key(
    facts: Option<&TypeFacts>,
    title: &str,
    parameter: impl Fn(&str) -> Option<Value>,
) -> Vec<Value> {
    let Some(facts) = facts else {
        return vec![parameter("name").unwrap_or_else(|| Value::str(title))];
    };
    let parsed = facts.parse_title(title).unwrap_or_default();
    let from_title =
        |name: &str| parsed.iter().find(|(key, _)| key == name).map(|(_, value)| Value::str(value.clone()));
    let own = |name: &str| parameter(name).or_else(|| from_title(name));
    let namevar = facts.namevar().map_or("name", EcoString::as_str);
    let name = own(namevar).or_else(|| own("name")).unwrap_or_else(|| Value::str(title));
    let mut names: Vec<&EcoString> = facts.namevars.iter().collect();
    names.sort();
    let value = |key: &str| {
        let fallback = || (key == namevar || key == "name").then(|| name.clone());
        own(key).or_else(fallback).unwrap_or_default()
    };
    names.into_iter().map(|key| value(key)).collect()
}

/// Adds one tag and, of a qualified one, its segments.
pub(crate) fn add_tag(tags: &mut IndexSet<EcoString>, tag: &str) -> Result<()> {
    let tag = super::definition::lower_case(tag);
    if tags.contains(&tag) {
        return Ok(());
    }
    if !is_valid_tag(&tag) {
        return Err(Box::new(Diagnostic::error(&codes::TAG, format!("invalid tag `{tag}`"))));
    }
    insert_tag(tags, tag);
    Ok(())
}

/// Adds a title as a tag where it can be one.
pub(crate) fn add_tag_if_valid(tags: &mut IndexSet<EcoString>, tag: &str) {
    if is_valid_tag(tag) {
        insert_tag(tags, super::definition::lower_case(tag));
    }
}

fn insert_tag(tags: &mut IndexSet<EcoString>, tag: EcoString) {
    if tags.insert(tag.clone()) && tag.contains("::") {
        tags.extend(tag.split("::").map(EcoString::from));
    }
}

fn is_valid_tag(tag: &str) -> bool {
    let mut chars = tag.chars();
    let word = |c: char| c.is_alphanumeric() || c == '_';
    chars.next().is_some_and(word) && chars.all(|c| word(c) || matches!(c, ':' | '.' | '-'))
}

/// Brings a type and a title to the form in which they are stored (`Puppet::Resource.type_and_title`).
pub(crate) fn stored_reference(type_name: &str, title: &str) -> ResourceRef {
    let type_name = capitalize(type_name.strip_prefix("::").unwrap_or(type_name));
    if type_name != "Class" {
        return ResourceRef::new(type_name, title);
    }
    match title.strip_prefix("::").unwrap_or(title) {
        "" | "main" => ResourceRef::new(type_name, "main"),
        title => ResourceRef::new(type_name, capitalize(title)),
    }
}

/// Takes `Type[title]` apart.
pub(crate) fn parse_reference(text: &str) -> Option<ResourceRef> {
    let (type_name, rest) = text.split_once('[')?;
    let title = rest.strip_suffix(']')?;
    if type_name.is_empty() || title.is_empty() || type_name.contains(']') {
        return None;
    }
    Some(stored_reference(type_name, title))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::restypes;

    #[test]
    fn tags_of_qualified_names_add_their_segments() {
        let mut tags = IndexSet::default();
        add_tag(&mut tags, "Apache::Vhost").unwrap();
        add_tag_if_valid(&mut tags, "/etc/motd");
        assert_eq!(tags.iter().collect::<Vec<_>>(), ["apache::vhost", "apache", "vhost"]);
        assert!(add_tag(&mut tags, "a b").is_err());
    }

    #[test]
    fn namevars_identify_resources_of_different_titles() {
        let none = |_: &str| None;
        assert_eq!(uniqueness_key(Some(restypes::find("file").unwrap()), "/a/", none), [Value::str("/a")]);
        let name = |name: &str| (name == "name").then(|| Value::str("vim"));
        let key = uniqueness_key(Some(restypes::find("package").unwrap()), "editor", name);
        assert_eq!(key, [Value::Undef, Value::str("vim"), Value::Undef]);
    }

    #[test]
    fn references_are_stored_capitalized() {
        assert_eq!(parse_reference("class[foo::bar]").unwrap().to_string(), "Class[Foo::Bar]");
        assert_eq!(parse_reference("File[/a[1]]").unwrap().title, "/a[1]");
        assert!(parse_reference("File").is_none());
    }
}
