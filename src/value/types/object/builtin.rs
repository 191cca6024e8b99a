//! The `Object` types that Puppet itself defines.

use super::ObjectType;
use crate::value::{
    Value,
    types::{NoAliases, parse::parse_literal},
};
use std::sync::{Arc, LazyLock};

fn builtin(name: &str, definition: &str) -> Arc<ObjectType> {
    let read = parse_literal(definition, &NoAliases);
    let made = match read {
        Ok(Value::Hash(init)) => ObjectType::define(Some(name.into()), &init),
        _ => Ok(ObjectType { name: Some(name.into()), ..ObjectType::default() }),
    };
    Arc::new(made.unwrap_or_default())
}

static ERROR: LazyLock<Arc<ObjectType>> = LazyLock::new(|| {
    builtin(
        "Error",
        "{type_parameters => {
            kind => Optional[Variant[String, Regexp, Type[Enum], Type[Pattern], Type[NotUndef], Type[Undef]]],
            issue_code => Optional[Variant[String, Regexp, Type[Enum], Type[Pattern], Type[NotUndef], Type[Undef]]]},
        attributes => {
            msg => String[1],
            kind => {type => Optional[String[1]], value => undef},
            details => {type => Optional[Hash[String[1], Data]], value => undef},
            issue_code => {type => Optional[String[1]], value => undef}},
        functions => {message => Callable[[], String[1]]}}",
    )
});

static DEFERRED: LazyLock<Arc<ObjectType>> = LazyLock::new(|| {
    builtin(
        "Deferred",
        r"{attributes => {name => {type => Pattern[/\A[$]?[a-z][a-z0-9_]*(?:::[a-z][a-z0-9_]*)*\z/]},
        arguments => {type => Optional[Array[Any]], value => undef}}}",
    )
});

/// `cached_entries` takes three forms of block and is left to the context itself.
static LOOKUP_CONTEXT: LazyLock<Arc<ObjectType>> = LazyLock::new(|| {
    builtin(
        "Puppet::LookupContext",
        "{attributes => {
            environment_name => String[1],
            module_name => Variant[String[1], Undef]},
        functions => {
            not_found => Callable[[0, 0], Undef],
            explain => Callable[[0, 0, Callable[0, 0]], Undef],
            interpolate => Callable[1, 1],
            cache => Callable[[Optional[Scalar], Any], Any],
            cache_all => Callable[[Hash[Optional[Scalar], Any]], Undef],
            cache_has_key => Callable[[Optional[Scalar]], Boolean],
            cached_value => Callable[[Optional[Scalar]], Any],
            cached_file_data => Callable[String, Optional[Callable[1, 1]]]}}",
    )
});

/// Returns the type of the context that data functions of Hiera are given.
#[must_use]
pub fn lookup_context_type() -> Arc<ObjectType> {
    LOOKUP_CONTEXT.clone()
}

/// Returns the type `Error`.
#[must_use]
pub fn error_type() -> Arc<ObjectType> {
    ERROR.clone()
}

/// Returns the type `Deferred`.
#[must_use]
pub fn deferred_type() -> Arc<ObjectType> {
    DEFERRED.clone()
}
