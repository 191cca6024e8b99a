//! Functions that change or ask the catalog.

use super::{Call, Inclusion, collections::flat, table::rows};
use crate::{
    catalog::ResourceRef,
    diag::Result,
    value::{Type, Value, types::capitalize_segments},
};

rows! {
    "contain" "puppet" Four Dropped ["contain(Any $names+)"]
        "Declares classes that the calling container contains." => |call| include(call, Inclusion::Contain);
    "create_resources" "puppet" Three Dropped ["create_resources(String $type, Hash $instances, Hash $defaults?)"]
        "Declares a resource for each entry of a hash." => create_resources;
    "defined" "puppet" Four Dropped ["defined(Variant[String, Type[CatalogEntry], Type[Type[CatalogEntry]]] $vals+)"]
        "Tells whether a variable, type, class or resource is there." => defined;
    "include" "puppet" Four Dropped ["include(Any $names+)"]
        "Declares classes." => |call| include(call, Inclusion::Include);
    "realize" "puppet" Three Dropped ["realize(Any $references+)"]
        "Makes virtual resources real." => realize;
    "require" "puppet" Four Dropped ["require(Any $names+)"]
        "Declares classes that the calling container depends on." => |call| include(call, Inclusion::Require);
    "tag" "puppet" Three Dropped ["tag(Any $tags+)"]
        "Adds tags to the calling container." => |call| {
            call.context.tag(&flat(call.arguments));
            Ok(Value::Undef)
        };
    "tagged" "puppet" Three Dropped ["tagged(Any $tags+)"]
        "Tells whether the calling container has all the tags." =>
        |call| Ok(Value::Bool(call.context.is_tagged(&flat(call.arguments))));
    "assert_private" "stdlib" Three Dropped ["assert_private(String $message?)"]
        "Fails where another module calls." => assert_private;
    "private" "stdlib" Three Dropped ["private(String $message?)"]
        "Fails where another module calls (the old name of `assert_private`)." => assert_private;
    "defined_with_params" "stdlib" Three Dropped ["defined_with_params(Any $reference, Any $params?)"]
        "Tells whether a resource with these parameters is there." => |call| {
            if call.arguments.is_empty() {
                return Err(call.fail("defined_with_params(): Must specify a reference"));
            }
            has_parameters(call, call.arg(0), call.arg(1)).map(Value::Bool)
        };
    "ensure_packages" "stdlib" Four Dropped ["ensure_packages(Variant[String[1], Array[String[1]], Hash[String[1], Any]] $packages, Hash $default_attributes?)"]
        "Declares packages unless they are there." => ensure_packages;
    "ensure_resource" "stdlib" Three Dropped ["ensure_resource(Any $type, Any $title, Any $params?)"]
        "Declares a resource unless it is there." => ensure_resource;
    "ensure_resources" "stdlib" Three Dropped ["ensure_resources(Any $type, Any $resources, Any $defaults?)"]
        "Declares resources unless they are there." => ensure_resources;
    "getparam" "stdlib" Three Carried ["getparam(Any $reference, Any $name)"]
        "Gives a parameter of a resource." => getparam;
}

fn include(call: &Call<'_>, kind: Inclusion) -> Result<Value> {
    call.context.declare_classes(&flat(call.arguments), kind)
}

fn defined(call: &Call<'_>) -> Result<Value> {
    for what in call.arguments {
        if call.context.is_defined(what)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn create_resources(call: &Call<'_>) -> Result<Value> {
    let given = call.arguments.len();
    if given > 3 {
        return Err(
            call.fail(format!("create_resources(): wrong number of arguments ({given}; must be 2 or 3)"))
        );
    }
    if call.hash(1).is_none() {
        return Err(call.fail("create_resources(): second argument must be a hash"));
    }
    if given == 3 && call.hash(2).is_none() {
        return Err(call.fail("create_resources(): third argument, if provided, must be a hash"));
    }
    let wrong = call.hash(1).into_iter().flatten().find(|(_, own)| own.as_hash().is_none());
    if let Some((_, own)) = wrong {
        return Err(no_hash(call, own));
    }
    let kind = call.string(0);
    call.context.create_resources(&kind, call.arg(1), (given == 3).then(|| call.arg(2)))?;
    Ok(Value::Undef)
}

/// Ruby's complaint of parameters that are no hash.
fn no_hash(call: &Call<'_>, value: &Value) -> Box<crate::diag::Diagnostic> {
    let kind = match value {
        Value::Undef => "nil",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        other => super::collections::class_name(other),
    };
    call.fail(format!("no implicit conversion of {kind} into Hash"))
}

/// The reference that a value is, or Puppet's complaint.
fn known_reference(call: &Call<'_>, value: &Value) -> Result<ResourceRef> {
    let complaint = || {
        call.fail(format!("No title provided and \"{}\" is not a valid resource reference", value.to_str()))
    };
    reference(value).ok_or_else(complaint)
}

/// Reads a reference: `File['/a']`, `Class['a']`, or the text of one.
pub(super) fn reference(value: &Value) -> Option<ResourceRef> {
    match value {
        Value::Type(Type::Resource(Some(kind), Some(title))) => {
            Some(ResourceRef::new(kind.clone(), title.clone()))
        }
        Value::Type(Type::Class(Some(name))) => Some(ResourceRef::new("Class", capitalize_segments(name))),
        Value::Str(text) => {
            let (kind, rest) = text.split_once('[')?;
            let title = rest.strip_suffix(']')?.trim_matches(['\'', '"']);
            let kind = capitalize_segments(kind);
            let title = if kind == "Class" { capitalize_segments(title) } else { title.into() };
            Some(ResourceRef::new(kind, title))
        }
        _ => None,
    }
}

fn realize(call: &Call<'_>) -> Result<Value> {
    let mut found = Vec::new();
    for value in flat(call.arguments) {
        found.push(known_reference(call, &value)?);
    }
    call.context.realize(&found)?;
    Ok(Value::Undef)
}

fn assert_private(call: &Call<'_>) -> Result<Value> {
    let name = |it: &str| call.context.variable(it).map(|value| value.to_str().as_str().to_owned());
    let caller = name("caller_module_name").unwrap_or_default();
    let module = name("module_name").unwrap_or_default();
    if caller == module {
        return Ok(Value::Undef);
    }
    let given = call.text(0);
    if !given.is_empty() {
        return Err(call.fail(given));
    }
    let what = name("name").or_else(|| name("title")).unwrap_or_default();
    let from = if caller.is_empty() { String::new() } else { format!(" from {caller}") };
    Err(call.fail(format!("Class {what} is private{from}")))
}

/// Whether the resource is there and its parameters have these values, compared as text.
pub(super) fn has_parameters(call: &Call<'_>, what: &Value, wanted: &Value) -> Result<bool> {
    let reference = known_reference(call, what)?;
    if !call.context.is_defined(&as_type(&reference))? {
        return Ok(false);
    }
    let fits = |(name, value): (&Value, &Value)| {
        let found = call.context.resource_parameter(&reference, &name.to_str());
        found.unwrap_or_default().to_str() == value.to_str()
    };
    Ok(wanted.as_hash().is_none_or(|wanted| wanted.iter().filter(|(_, value)| !value.is_undef()).all(fits)))
}

pub(super) fn as_type(reference: &ResourceRef) -> Value {
    Value::Type(if reference.type_name == "Class" {
        Type::Class(Some(reference.title.to_lowercase().as_str().into()))
    } else {
        Type::Resource(Some(reference.type_name.clone()), Some(reference.title.clone()))
    })
}

pub(super) fn ensure_one(call: &Call<'_>, kind: &str, title: &Value, parameters: &Value) -> Result<()> {
    let reference = ResourceRef::new(capitalize_segments(kind), title.to_str().text().clone());
    let reference = if reference.type_name == "Class" {
        ResourceRef::new("Class", capitalize_segments(&reference.title))
    } else {
        reference
    };
    if has_parameters(call, &as_type(&reference), parameters)? {
        return Ok(());
    }
    let instances = Value::hash([(title.clone(), parameters.clone())]);
    call.context.create_resources(&kind.to_lowercase(), &instances, None)
}

fn parameters(call: &Call<'_>, value: &Value) -> Result<Value> {
    match value {
        Value::Hash(_) => Ok(value.clone()),
        Value::Undef => Ok(Value::hash([])),
        other => Err(no_hash(call, other)),
    }
}

fn ensure_resource(call: &Call<'_>) -> Result<Value> {
    if call.arguments.len() > 3 {
        return Err(call.fail("ensure_resource(): takes two or three arguments"));
    }
    let kind = call.string(0);
    let parameters = parameters(call, call.arg(2))?;
    for title in flat(std::slice::from_ref(call.arg(1))) {
        ensure_one(call, &kind, &title, &parameters)?;
    }
    Ok(Value::Undef)
}

/// The first hash with the entries of the second over it.
pub(super) fn merged(under: &Value, over: &Value) -> Value {
    let entries = [under, over].into_iter().filter_map(Value::as_hash).flatten();
    Value::hash(entries.map(|(key, value)| (key.clone(), value.clone())))
}

fn ensure_resources(call: &Call<'_>) -> Result<Value> {
    let Some(resources) = call.hash(1) else {
        return Err(call.fail("ensure_resources(): Requires second argument to be a Hash"));
    };
    let kind = call.string(0);
    for (title, own) in resources {
        ensure_one(call, &kind, title, &merged(call.arg(2), own))?;
    }
    Ok(Value::Undef)
}

fn ensure_packages(call: &Call<'_>) -> Result<Value> {
    let installed = Value::hash([("ensure".into(), "installed".into())]);
    let mut defaults = merged(&installed, call.arg(1));
    if defaults.get("ensure").and_then(Value::as_str) == Some("present") {
        defaults = merged(&defaults, &installed);
    }
    if let Some(packages) = call.hash(0) {
        for (title, own) in packages {
            ensure_one(call, "package", title, &merged(&defaults, own))?;
        }
        return Ok(Value::Undef);
    }
    for title in flat(std::slice::from_ref(call.arg(0))) {
        ensure_one(call, "package", &title, &defaults)?;
    }
    Ok(Value::Undef)
}

fn getparam(call: &Call<'_>) -> Result<Value> {
    let reference = known_reference(call, call.arg(0))?;
    let found = call.context.resource_parameter(&reference, &call.string(1));
    Ok(found.filter(|value| !value.is_undef()).unwrap_or_else(|| "".into()))
}
