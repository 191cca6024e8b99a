//! `TypeSet`: named types with a version (`Puppet::Pops::Types::PTypeSetType`).

use super::{NoAliases, Type, object, parse_type};
use crate::maps::IndexMap;
use crate::value::{HashMap, Value, semver};
use ecow::EcoString;
use std::{
    hash::{Hash, Hasher},
    sync::{Arc, LazyLock},
};

/// The authority of names that Puppet itself gives.
pub const RUNTIME_AUTHORITY: &str = "http://puppet.com/2016.1/runtime";

/// A set of types.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeSet {
    /// The name it was defined under.
    pub name: EcoString,
    /// Who gives the names.
    pub authority: EcoString,
    /// The version of Pcore, as it was written.
    pub pcore_version: EcoString,
    /// Where that Pcore is specified.
    pub pcore_uri: Option<EcoString>,
    /// Its own version.
    pub version: Option<EcoString>,
    /// Its types by their names in the set.
    pub types: IndexMap<EcoString, Type>,
    /// What it refers to other sets by, as it was written.
    pub references: IndexMap<EcoString, Value>,
}

impl Eq for TypeSet {}

impl Hash for TypeSet {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

static TYPE_SET: LazyLock<Type> = LazyLock::new(|| {
    let simple = r"Pattern[/\A[A-Z]\w*\z/]";
    let qualified = r"Pattern[/\A[A-Z][\w]*(?:::[A-Z][\w]*)*\z/]";
    let uri = r"Pattern[/\A[A-Za-z][A-Za-z0-9+.-]*:.*\z/]";
    let text = format!(
        "Struct[{{Optional[pcore_uri] => {uri}, pcore_version => Variant[String[1], SemVer],
        Optional[name_authority] => {uri}, Optional[name] => {qualified},
        Optional[version] => Variant[String[1], SemVer], Optional[types] => Hash[{simple}, Variant[Type, Hash], 1],
        Optional[references] => Hash[{simple}, Struct[{{name => {qualified},
            version_range => Variant[String[1], SemVerRange], Optional[name_authority] => {uri},
            Optional[annotations] => Hash}}], 1],
        Optional[annotations] => Hash}}]"
    );
    parse_type(&text, &NoAliases).unwrap_or(Type::Any)
});

impl TypeSet {
    /// Makes the set of a definition whose types are made already.
    ///
    /// # Errors
    /// Gives Puppet's message about what is wrong with the definition.
    pub fn define(name: EcoString, init: &HashMap) -> Result<Self, String> {
        let whole = Value::Hash(Arc::new(init.clone()));
        object::assert_instance("TypeSet initializer", &TYPE_SET, &whole)?;
        let text = |key: &str| whole.get(key).map(|it| it.to_str().text().clone());
        let pcore_version = text("pcore_version").unwrap_or_default();
        if !semver::range_includes("1.x", &pcore_version) {
            return Err(format!(
                "The pcore version for TypeSet '{name}' is not understood by this runtime. Expected range 1.x, got \
                 {pcore_version}"
            ));
        }
        let entries = |key: &str| whole.get(key).and_then(Value::as_hash).into_iter().flatten();
        let key = |key: &Value| key.to_str().text().clone();
        let types = entries("types").filter_map(|(name, it)| match it {
            Value::Type(it) => Some((key(name), it.clone())),
            _ => None,
        });
        Ok(Self {
            authority: text("name_authority").unwrap_or_else(|| RUNTIME_AUTHORITY.into()),
            pcore_version,
            pcore_uri: text("pcore_uri"),
            version: text("version"),
            types: types.collect(),
            references: entries("references").map(|(name, it)| (key(name), it.clone())).collect(),
            name,
        })
    }

    /// The set that `TypeSet` without parameters stands for.
    #[must_use]
    pub fn default_set() -> Self {
        Self {
            name: "DefaultTypeSet".into(),
            authority: RUNTIME_AUTHORITY.into(),
            pcore_version: "1.0.0".into(),
            pcore_uri: Some("http://puppet.com/2016.1/pcore".into()),
            version: Some("0.0.0".into()),
            types: IndexMap::default(),
            references: IndexMap::default(),
        }
    }

    /// Tells whether it is the same set in the same version.
    #[must_use]
    pub fn is_version_of(&self, other: &Self) -> bool {
        (&self.authority, &self.name, &self.version) == (&other.authority, &other.name, &other.version)
    }

    /// Returns the name that a type has in the set.
    #[must_use]
    pub fn name_of(&self, it: &Type) -> Option<&EcoString> {
        self.types.iter().find(|(_, known)| known.same(it)).map(|(name, _)| name)
    }
}
