//! Types by their names.

use super::{Alias, Type, TypeResolver, deferred_type, error_type, lookup_context_type};
use crate::diag::Result;
use ecow::EcoString;
use std::sync::Arc;

/// The names of Pcore's types, as they are written.
pub const NAMES: &[&str] = &[
    "Any",
    "Array",
    "Binary",
    "Boolean",
    "Callable",
    "CatalogEntry",
    "Class",
    "Collection",
    "Data",
    "Default",
    "Deferred",
    "Enum",
    "Error",
    "Float",
    "Hash",
    "Init",
    "Integer",
    "Iterable",
    "Iterator",
    "NotUndef",
    "Numeric",
    "Object",
    "Optional",
    "Pattern",
    "Regexp",
    "Resource",
    "RichData",
    "RichDataKey",
    "Runtime",
    "Scalar",
    "ScalarData",
    "SemVer",
    "SemVerRange",
    "Sensitive",
    "String",
    "Struct",
    "Timespan",
    "Timestamp",
    "Tuple",
    "Type",
    "TypeAlias",
    "TypeReference",
    "TypeSet",
    "URI",
    "Undef",
    "Variant",
];

impl Type {
    /// Finds one of Pcore's own types, without parameters, by its name in any case.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        let any = || Arc::new(Self::Any);
        let lower = name.strip_prefix("::").unwrap_or(name).to_ascii_lowercase();
        Some(match lower.as_str() {
            "any" => Self::Any,
            "array" => Self::any_array(),
            "binary" => Self::Binary,
            "boolean" => Self::Boolean(None),
            "callable" => Self::Callable(None),
            "catalogentry" => Self::Catalogentry,
            "class" => Self::Class(None),
            "collection" => Self::Collection(None, None),
            "data" => Self::Data,
            "default" => Self::Default,
            "deferred" => Self::Object(deferred_type()),
            "enum" => Self::Enum(Arc::default(), false),
            "error" => Self::Object(error_type()),
            "float" => Self::Float(None, None),
            "hash" => Self::any_hash(),
            "init" => Self::Init(any(), Arc::default()),
            "integer" => Self::integer(),
            "iterable" => Self::Iterable(any()),
            "iterator" => Self::Iterator(any()),
            "notundef" => Self::NotUndef(any()),
            "numeric" => Self::Numeric,
            "object" => Self::Object(Arc::default()),
            "optional" => Self::Optional(Arc::new(Self::Unit)),
            "pattern" => Self::Pattern(Arc::default()),
            "regexp" => Self::Regexp(None),
            "resource" => Self::Resource(None, None),
            "puppet::lookupcontext" => Self::Object(lookup_context_type()),
            "richdata" | "puppet::lookupvalue" => Self::RichData,
            "richdatakey" | "puppet::lookupkey" => Self::rich_data_key(),
            "runtime" => Self::Runtime(EcoString::new(), EcoString::new()),
            "scalar" => Self::Scalar,
            "scalardata" => Self::ScalarData,
            "semver" => Self::SemVer(Arc::default()),
            "semverrange" => Self::SemVerRange,
            "sensitive" => Self::Sensitive(any()),
            "string" => Self::string(),
            "struct" => Self::Struct(Arc::default()),
            "timespan" => Self::Timespan(Box::default()),
            "timestamp" => Self::Timestamp(Box::default()),
            "tuple" => Self::Tuple(Arc::default(), None, None),
            "type" => Self::Type(any()),
            "typealias" => Self::Alias(Alias::of(
                "UnresolvedAlias",
                Self::Reference("UnresolvedReference".into(), Arc::default()),
            )),
            "typereference" => Self::Reference(EcoString::new(), Arc::default()),
            "typeset" => Self::TypeSet(None),
            "undef" => Self::Undef,
            "uri" => Self::Uri(None),
            "variant" => Self::Variant(Arc::default()),
            _ => return None,
        })
    }

    /// Finds what a capitalized name means: one of Pcore's types, an alias, or else a reference to a resource type.
    ///
    /// # Errors
    /// Gives the diagnostics of the alias's own file.
    pub fn lookup(name: &str, resolver: &dyn TypeResolver) -> Result<Self> {
        if let Some(found) = Self::by_name(name) {
            return Ok(found);
        }
        let name = name.strip_prefix("::").unwrap_or(name);
        let known = resolver.resolve(name)?;
        Ok(known.unwrap_or_else(|| Self::Resource(Some(capitalize_segments(name)), None)))
    }
}

/// Capitalizes each segment of a qualified name: `apache::vhost` to `Apache::Vhost`.
#[must_use]
pub fn capitalize_segments(name: &str) -> EcoString {
    let mut out = EcoString::new();
    for (index, segment) in name.split("::").enumerate() {
        if index > 0 {
            out.push_str("::");
        }
        let mut chars = segment.chars();
        out.extend(chars.next().into_iter().flat_map(char::to_uppercase));
        out.extend(chars.flat_map(char::to_lowercase));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::types::NoAliases;

    #[test]
    fn every_name_is_found_and_prints_itself() {
        for name in NAMES {
            let found = Type::by_name(name).unwrap();
            if !matches!(*name, "RichDataKey" | "TypeAlias" | "TypeSet" | "TypeReference") {
                assert_eq!(found.to_string(), *name);
            }
        }
    }

    #[test]
    fn other_names_are_resource_types() {
        let found = Type::lookup("apache::vhost", &NoAliases).unwrap();
        assert_eq!(found, Type::Resource(Some("Apache::Vhost".into()), None));
    }
}
