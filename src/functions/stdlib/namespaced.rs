//! The `stdlib::` names of version 9 and later. Most are the old functions under a new name; what writes data keeps
//! `Sensitive` around its text.

use crate::{
    diag::Result,
    functions::{
        Call,
        arguments::OrFail as _,
        catalog,
        collections::{comparison_failed, dig, flat, rejoin, ruby_order},
        iteration::items,
        shell::versioncmp,
        table::{find, rows},
    },
    value::{Type, Value, types::parse_type},
};
use sha2::{Digest, Sha256};
use std::{cmp::Ordering, sync::Arc};

rows! {
    "stdlib::batch_escape" "stdlib" Four Union ["stdlib::batch_escape(Any $string)"] "Escapes a text for a batch shell." => |call| old(call, "batch_escape");
    "stdlib::crc32" "stdlib" Four Union ["stdlib::crc32(Variant[ScalarData, Sensitive[ScalarData], Binary, Sensitive[Binary]] $my_data)"]
        "Gives the CRC-32 of a text, in hexadecimal digits." => |call| Ok(Value::str(format!("{:x}", crc32(&bytes(call.arg(0))))));
    "stdlib::ensure_packages" "stdlib" Four Dropped [
        "stdlib::ensure_packages(Variant[String[1], Array[String[1]]] $packages, Hash $default_attributes?)",
        "stdlib::ensure_packages(Hash[String[1], Any] $packages, Hash $default_attributes?)",
    ] "Declares packages unless they are there." => ensure_packages;
    "stdlib::fqdn_rand_string" "stdlib" Four Union ["stdlib::fqdn_rand_string(Integer[1] $length, Optional[String] $charset?, Any $seed*)"]
        "Gives a random string that depends on the host and the seed." => |call| old(call, "fqdn_rand_string");
    "stdlib::fqdn_rotate" "stdlib" Four Union [
        "stdlib::fqdn_rotate(String $input, Variant[Integer, String] $seeds*)",
        "stdlib::fqdn_rotate(Array $input, Variant[Integer, String] $seeds*)",
    ] "Rotates an array or a text by a number that depends on the host." => |call| old(call, "fqdn_rotate");
    "stdlib::has_function" "stdlib" Four Dropped ["stdlib::has_function(String[1] $function_name)"]
        "Tells whether there is a function of the name." => |call| call.context.has_function(call.text(0)).map(Value::Bool);
    "stdlib::has_interface_with" "stdlib" Four Dropped [
        "stdlib::has_interface_with(String[1] $interface)",
        "stdlib::has_interface_with(Enum['macaddress', 'netmask', 'ipaddress', 'network', 'ip', 'mac'] $kind, String[1] $value)",
    ] "Tells whether the host has an interface, or one with a property." => has_interface_with;
    "stdlib::merge" "stdlib" Four Carried [
        "stdlib::merge(Variant[Hash[Scalar, Any], Undef, String[0, 0]] $args*)",
        "stdlib::merge(Iterable $args*, Callable[3, 3] &$block)",
        "stdlib::merge(Iterable $args*, Callable[2, 2] &$block)",
    ] "Merges hashes, the last wins." => |call| old(call, "merge");
    "stdlib::nested_values" "stdlib" Four Carried ["stdlib::nested_values(Hash $hash)"]
        "Gives the values of a hash and of the hashes in it." => |call| {
            let mut found = Vec::new();
            nested(call.arg(0), &mut found);
            Ok(Value::array(found))
        };
    "stdlib::os_version_gte" "stdlib" Four Dropped ["stdlib::os_version_gte(String[1] $os, String[1] $version)"]
        "Tells whether the host has this operating system in this version or a later one." => os_version_gte;
    "stdlib::parsehocon" "stdlib" Four Union ["stdlib::parsehocon(String $hocon_string, Any $default?)"] "Reads HOCON text." => |call| old(call, "parsehocon");
    "stdlib::powershell_escape" "stdlib" Four Union ["stdlib::powershell_escape(Any $string)"] "Escapes a text for PowerShell." => |call| old(call, "powershell_escape");
    "stdlib::rewrap_sensitive_data" "stdlib" Four Carried ["stdlib::rewrap_sensitive_data(Any $data, Callable[Any] &$block?)"]
        "Takes `Sensitive` away everywhere in the data, calls the block, and wraps its result again." => |call| {
            rewrapped(call.arg(0), |plain| if call.block.is_some() { call.yields(&[plain]) } else { Ok(plain) })
        };
    "stdlib::seeded_rand" "stdlib" Four Union ["stdlib::seeded_rand(Integer[1] $max, String $seed)"]
        "Gives a number below the maximum that depends on the seed." => |call| old(call, "seeded_rand");
    "stdlib::seeded_rand_string" "stdlib" Four Union ["stdlib::seeded_rand_string(Integer[1] $length, String $seed, String[2] $charset?)"]
        "Gives a random text that depends on the seed." => |call| old(call, "seeded_rand_string");
    "stdlib::sha256" "stdlib" Four Union ["stdlib::sha256(Variant[ScalarData, Sensitive[ScalarData], Binary, Sensitive[Binary]] $my_data)"]
        "Gives the SHA-256 of a text, in hexadecimal digits." => |call| {
            Ok(Value::str(crate::functions::digests::hexadecimal(&Sha256::digest(bytes(call.arg(0))))))
        };
    "stdlib::shell_escape" "stdlib" Four Union ["stdlib::shell_escape(Any $string)"] "Escapes a text for a Bourne shell." => |call| old(call, "shell_escape");
    "stdlib::sort_by" "stdlib" Four Carried [
        "stdlib::sort_by(Array $ary, Callable[1, 1] &$block)",
        "stdlib::sort_by(String $str, Callable[1, 1] &$block)",
        "stdlib::sort_by(Hash $hsh, Variant[Callable[1, 1], Callable[2, 2]] &$block)",
    ] "Sorts by what the block gives for each item." => sort_by;
    "stdlib::str2resource" "stdlib" Four Dropped ["stdlib::str2resource(String $res_string)"]
        "Makes a reference of a resource that is there of its text." => str2resource;
    "stdlib::to_json" "stdlib" Four Union ["stdlib::to_json(Any $data)"] "Writes JSON." => |call| written(call, "to_json");
    "stdlib::to_json_pretty" "stdlib" Four Union [
        "stdlib::to_json_pretty(Variant[Hash, Array] $data, Optional[Boolean] $skip_undef?, Struct[{indent => Optional[String], space => Optional[String], space_before => Optional[String], object_nl => Optional[String], array_nl => Optional[String], allow_nan => Optional[Boolean], max_nesting => Optional[Integer[-1, default]]}] $opts?)",
    ] "Writes JSON in lines." => |call| written(call, "to_json_pretty");
    "stdlib::to_python" "stdlib" Four Union ["stdlib::to_python(Any $object)"] "Writes a Python literal." => |call| old(call, "to_python");
    "stdlib::to_ruby" "stdlib" Four Union ["stdlib::to_ruby(Any $object)"] "Writes a Ruby literal." => |call| old(call, "to_ruby");
    "stdlib::to_toml" "stdlib" Four Union ["stdlib::to_toml(Hash $data)"] "Writes TOML." => |call| written(call, "to_toml");
    "stdlib::to_yaml" "stdlib" Four Union ["stdlib::to_yaml(Any $data, Hash $options?)"] "Writes YAML." => |call| written(call, "to_yaml");
    "stdlib::type_of" "stdlib" Four Carried ["stdlib::type_of(Any $value)"]
        "Gives the type of a value." => |call| Ok(Value::Type(Type::infer_set(call.arg(0))));
    "stdlib::validate_domain_name" "stdlib" Four Dropped ["stdlib::validate_domain_name(Any $values*)"]
        "Fails unless all are domain names." => |call| all_are(call, "Variant[Stdlib::Fqdn, Stdlib::Dns::Zone]");
    "stdlib::validate_email_address" "stdlib" Four Dropped ["stdlib::validate_email_address(Any $values*)"]
        "Fails unless all are e-mail addresses." => |call| all_are(call, "Stdlib::Email");
}

/// Runs the function of an old name, whose arguments the new one has checked.
fn old(call: &Call<'_>, name: &str) -> Result<Value> {
    match find(name) {
        Some(function) => (function.run)(call),
        None => Err(call.fail(format!("Unknown function: '{name}'"))),
    }
}

/// Runs what writes data, `Sensitive` taken away in it and put around the text again; versions before 9.5 write that
/// there is something sensitive.
fn written(call: &Call<'_>, name: &str) -> Result<Value> {
    if !call.context.has_function("stdlib::rewrap_sensitive_data")? {
        return old(call, name);
    }
    rewrapped(call.arg(0), |plain| {
        let mut arguments = call.arguments.to_vec();
        if let Some(first) = arguments.first_mut() {
            *first = plain;
        }
        old(&Call { arguments: &arguments, ..*call }, name)
    })
}

fn rewrapped(data: &Value, run: impl FnOnce(Value) -> Result<Value>) -> Result<Value> {
    let mut found = false;
    let result = run(unwrapped(data, &mut found))?;
    Ok(if found { Value::Sensitive(Arc::new(result)) } else { result })
}

fn unwrapped(data: &Value, found: &mut bool) -> Value {
    match data {
        Value::Sensitive(inner) => {
            *found = true;
            unwrapped(inner, found)
        }
        Value::Array(items) => {
            Value::array(items.iter().map(|item| unwrapped(item, found)).collect::<Vec<_>>())
        }
        Value::Hash(entries) => Value::hash(
            entries
                .iter()
                .map(|(key, item)| {
                    let key = if let Value::Sensitive(inner) = key {
                        *found = true;
                        (**inner).clone()
                    } else {
                        key.clone()
                    };
                    (key, unwrapped(item, found))
                })
                .collect::<Vec<_>>(),
        ),
        other => other.clone(),
    }
}

fn nested(hash: &Value, found: &mut Vec<Value>) {
    for (_, value) in hash.as_hash().into_iter().flatten() {
        if value.as_hash().is_some() {
            nested(value, found);
        } else {
            found.push(value.clone());
        }
    }
}

/// The bytes of a text or a number, in `Sensitive` or not.
fn bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::Sensitive(inner) => bytes(inner),
        other => other.to_str().as_bytes().to_vec(),
    }
}

/// The CRC of zip and Ethernet.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 },
        )
    };
    !bytes.iter().fold(u32::MAX, step)
}

fn sort_by(call: &Call<'_>) -> Result<Value> {
    let hash = call.hash(0).is_some();
    let mut keyed = Vec::new();
    for item in items(call.arg(0)).or_fail(call)? {
        let key = match item.as_array() {
            Some([key, value]) if hash && call.block_takes(2) => {
                call.yields(&[key.clone(), value.clone()])?
            }
            _ => call.yields(std::slice::from_ref(&item))?,
        };
        keyed.push((key, item));
    }
    let mut failure = None;
    keyed.sort_by(|(left, _), (right, _)| {
        ruby_order(left, right).unwrap_or_else(|| {
            failure.get_or_insert_with(|| comparison_failed(call, left, right));
            Ordering::Equal
        })
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    let sorted: Vec<Value> = keyed.into_iter().map(|(_, item)| item).collect();
    let pair = |item: &Value| match item.as_array() {
        Some([key, value]) => Some((key.clone(), value.clone())),
        _ => None,
    };
    Ok(if hash { Value::hash(sorted.iter().filter_map(pair)) } else { rejoin(call.arg(0), sorted) })
}

fn has_interface_with(call: &Call<'_>) -> Result<Value> {
    let networking = call.context.fact("networking").unwrap_or_default();
    let interfaces = dig(call, &networking, &["interfaces".into()])?;
    let Some(interfaces) = interfaces.as_hash() else {
        return Err(call.fail("undefined method `key?' for nil"));
    };
    let Some(wanted) = call.arguments.get(1) else {
        return Ok(Value::Bool(interfaces.contains_key(call.arg(0))));
    };
    let kind = match call.text(0) {
        "ipaddress" => "ip",
        "macaddress" => "mac",
        other => other,
    };
    Ok(Value::Bool(interfaces.values().any(|it| it.get(kind) == Some(wanted))))
}

fn os_version_gte(call: &Call<'_>) -> Result<Value> {
    let os = call.context.fact("os").unwrap_or_default();
    if os.get("name") != Some(call.arg(0)) {
        return Ok(Value::Bool(false));
    }
    let major = dig(call, &os, &["release".into(), "major".into()])?.to_str();
    Ok(Value::Bool(versioncmp(&major, call.text(1)) != Ordering::Less))
}

fn ensure_packages(call: &Call<'_>) -> Result<Value> {
    let defaults = call.arg(1);
    if let Some(packages) = call.hash(0) {
        for (title, own) in packages {
            ensure_package(call, title, &catalog::merged(defaults, own))?;
        }
        return Ok(Value::Undef);
    }
    for title in flat(std::slice::from_ref(call.arg(0))) {
        ensure_package(call, &title, defaults)?;
    }
    Ok(Value::Undef)
}

/// Declares a package; `present` and `installed` are what a declaration that is there already says.
fn ensure_package(call: &Call<'_>, title: &Value, attributes: &Value) -> Result<()> {
    let ensure = |value: &str| Value::hash([("ensure".into(), value.into())]);
    let mut attributes = catalog::merged(&ensure("installed"), attributes);
    if matches!(attributes.get("ensure").and_then(Value::as_str), Some("present" | "installed")) {
        let reference = Value::str(format!("Package[{}]", title.to_str()));
        let there = catalog::has_parameters(call, &reference, &ensure("present"))?;
        attributes = catalog::merged(&attributes, &ensure(if there { "present" } else { "installed" }));
    }
    catalog::ensure_one(call, "package", title, &attributes)
}

fn str2resource(call: &Call<'_>) -> Result<Value> {
    let found = catalog::reference(call.arg(0));
    if let Some(reference) = found {
        let kind = catalog::as_type(&reference);
        if call.context.is_defined(&kind)? {
            return Ok(kind);
        }
    }
    Err(call.fail(format!(
        "stdlib::str2resource(): could not find {}, this is parse order dependent and values should not be quoted",
        call.text(0)
    )))
}

/// Fails unless all arguments are of one of the module's own types.
fn all_are(call: &Call<'_>, wanted: &str) -> Result<Value> {
    let kind = parse_type(wanted, call.context).or_fail(call)?;
    if call.arguments.is_empty() {
        return Err(call.fail(format!("{}(): Wrong number of arguments need at least one", call.name)));
    }
    match call.arguments.iter().position(|it| !kind.instance(it, call.context)) {
        None => Ok(Value::Undef),
        Some(at) => {
            Err(call.fail(format!("'{}' argument {} expects a value of type {wanted}", call.name, at + 1)))
        }
    }
}
