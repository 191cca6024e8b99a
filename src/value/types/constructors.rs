//! What `Type.new` takes: the signatures of each type's constructor (`new_function` of Puppet's types).

use super::{Alias, NoAliases, Signature, Type, TypeResolver, parse_type};
use crate::{diag::Result, value::Value};
use std::sync::LazyLock;

/// A constructor: its name in messages, its signatures, and whether something else answers for arguments that fit
/// none of them.
pub struct Constructor {
    /// The name.
    pub name: &'static str,
    /// The signatures in order.
    pub signatures: Vec<Signature>,
    /// Whether arguments that fit none have a message of their own.
    pub has_fallback: bool,
}

/// Names that a constructor's signatures use, each with its type.
struct Local(Vec<(&'static str, Type)>);

impl TypeResolver for Local {
    fn resolve(&self, name: &str) -> Result<Option<Type>> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        Ok(found.map(|(known, it)| Type::Alias(Alias::of(*known, it.clone()))))
    }
}

fn constructor(
    name: &'static str,
    locals: &[(&'static str, &str)],
    texts: &[&str],
    has_fallback: bool,
) -> Constructor {
    let mut local = Local(Vec::new());
    for (known, text) in locals {
        let of = parse_type(text, &local).unwrap_or(Type::Any);
        local.0.push((known, of));
    }
    let signatures = texts.iter().filter_map(|text| Signature::parse(text, &local).ok()).collect();
    Constructor { name, signatures, has_fallback }
}

const INTEGER: &str = r"Pattern[/\A[+-]?\s*(?:(?:\d+)|(?:0[xX][0-9A-Fa-f]+)|(?:0[bB][01]+))\z/]";
const FLOAT: &str = r"Pattern[/\A[+-]?\s*(?:(?:(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE]-?\d+)?)|(?:0[xX][0-9A-Fa-f]+)|(?:0[0-7]+)|(?:0[bB][01]+))\z/]";
const SEMVER: &str = r"Pattern[/\A(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?\Z/]";

macro_rules! constructors {
    ($($it:ident = $name:literal, $locals:expr, $texts:expr, $fallback:literal;)*) => {
        $(static $it: LazyLock<Constructor> = LazyLock::new(|| constructor($name, $locals, $texts, $fallback));)*
    };
}

constructors! {
    NEW_INTEGER = "new", &[
        ("Radix", "Variant[Default, Integer[2, 2], Integer[8, 8], Integer[10, 10], Integer[16, 16]]"),
        ("Convertible", &format!("Variant[Numeric, Boolean, {INTEGER}, Timespan, Timestamp]")),
        ("NamedArgs", "Struct[{from => Convertible, Optional[radix] => Radix, Optional[abs] => Boolean}]"),
    ], &["(Convertible $from, Radix $radix?, Boolean $abs?)", "(NamedArgs $hash_args)"], true;
    NEW_FLOAT = "new_float", &[
        ("Convertible", &format!("Variant[Numeric, Boolean, {FLOAT}, Timespan, Timestamp]")),
        ("NamedArgs", "Struct[{from => Convertible, Optional[abs] => Boolean}]"),
    ], &["(Convertible $from, Boolean $abs?)", "(NamedArgs $hash_args)"], true;
    NEW_BOOLEAN = "new_boolean", &[],
        &["(Variant[Integer, Float, Boolean, Enum['false', 'true', 'yes', 'no', 'y', 'n', true]] $from)"], true;
    NEW_STRING = "new_string", &[], &["(Any $from, Variant[Default, String[1], Hash] $string_formats?)"], true;
    NEW_ARRAY = "new_array", &[], &[
        "(Variant[Array, Hash, Binary, Iterable] $from, Boolean[false] $wrap?)",
        "(Any $from, Boolean[true] $wrap)",
    ], true;
    NEW_HASH = "new_hash", &[
        ("KeyValueArray", "Array[Tuple[Any, Any], 1]"),
        ("TreeArray", "Array[Tuple[Array, Any], 1]"),
        ("NewHashOption", "Enum[tree, hash_tree]"),
    ], &["(TreeArray $from, NewHashOption $build_option?)", "(KeyValueArray $from)", "(Any $from)"], false;
    NEW_SENSITIVE = "new_Sensitive", &[], &["(Sensitive $value)", "(Any $value)"], false;
    NEW_REGEXP = "new_float", &[], &["(String $pattern, Boolean $escape?)"], false;
    NEW_SEMVER = "new_Version", &[
        ("PositiveInteger", "Integer[0]"),
        ("SemVerQualifier", r"Pattern[/\A(?<part>[0-9A-Za-z-]+)(?:\.\g<part>)*\Z/]"),
        ("SemVerPattern", SEMVER),
        ("SemVerHash", "Struct[{major => PositiveInteger, minor => PositiveInteger, patch => PositiveInteger,
            Optional[prerelease] => SemVerQualifier, Optional[build] => SemVerQualifier}]"),
    ], &[
        "(SemVerPattern $str)",
        "(PositiveInteger $major, PositiveInteger $minor, PositiveInteger $patch, SemVerQualifier $prerelease?,
            SemVerQualifier $build?)",
        "(SemVerHash $hash_args)",
    ], false;
    NEW_RANGE = "new_VersionRange", &[
        ("SemVerRangeString", "String[1]"),
        ("SemVerRangeHash", "Struct[{min => Variant[Default, SemVer], Optional[max] => Variant[Default, SemVer],
            Optional[exclude_max] => Boolean}]"),
    ], &[
        "(SemVerRangeString $str)",
        "(Variant[Default, SemVer] $min, Variant[Default, SemVer] $max, Boolean $exclude_max?)",
        "(SemVerRangeHash $hash_args)",
    ], false;
    NEW_TIMESTAMP = "new_timestamp", &[("Formats", "Variant[String[2], Array[String[2], 1]]")], &[
        "()",
        "(Variant[Integer, Float] $seconds)",
        "(String[1] $string, Formats $format?, String[1] $timezone?)",
        "(Struct[{string => String[1], Optional[format] => Formats, Optional[timezone] => String[1]}] $hash_arg)",
    ], false;
    NEW_TIMESPAN = "new_timespan", &[("Formats", "Variant[String[2], Array[String[2], 1]]")], &[
        "(Variant[Integer, Float] $seconds)",
        "(String[1] $string, Formats $format?)",
        "(Integer $days, Integer $hours, Integer $minutes, Integer $seconds, Integer $milliseconds?,
            Integer $microseconds?, Integer $nanoseconds?)",
        "(Struct[{string => String[1], Optional[format] => Formats}] $hash_arg)",
        "(Struct[{Optional[negative] => Boolean, Optional[days] => Integer, Optional[hours] => Integer,
            Optional[minutes] => Integer, Optional[seconds] => Integer, Optional[milliseconds] => Integer,
            Optional[microseconds] => Integer, Optional[nanoseconds] => Integer}] $hash_arg)",
    ], false;
    NEW_BINARY = "new_Binary", &[
        ("ByteInteger", "Integer[0, 255]"),
        ("Base64Format", "Enum['%b', '%u', '%B', '%s', '%r']"),
        ("StringHash", "Struct[{value => String, format => Optional[Base64Format]}]"),
        ("ArrayHash", "Struct[{value => Array[ByteInteger]}]"),
        ("BinaryArgsHash", "Variant[StringHash, ArrayHash]"),
    ], &["(String $str, Base64Format $format?)", "(Array[ByteInteger] $byte_array)", "(BinaryArgsHash $hash_args)"], false;
    NEW_URI = "new_error", &[], &[
        "(String[1] $uri)",
        "(Struct[{Optional[scheme] => String[1], Optional[userinfo] => String[1], Optional[host] => String[1],
            Optional[port] => Integer[0], Optional[path] => String[1], Optional[query] => String[1],
            Optional[fragment] => String[1], Optional[opaque] => String[1]}] $hash)",
    ], false;
    NEW_TYPE = "new_type", &[], &["(String[1] $type_string)"], false;
    NEW_UNIT = "new_unit", &[], &["(Any $from)"], false;
}

/// Returns the constructor of a type; `None` where it makes no instances, or an `Object` does.
#[must_use]
pub fn constructor_of(it: &Type) -> Option<&'static Constructor> {
    Some(match it {
        Type::Integer(..) => &NEW_INTEGER,
        Type::Float(..) | Type::Numeric => &NEW_FLOAT,
        Type::Boolean(_) => &NEW_BOOLEAN,
        Type::String(..) | Type::StringValue(_) => &NEW_STRING,
        Type::Array(..) | Type::Tuple(..) => &NEW_ARRAY,
        Type::Hash(..) | Type::Struct(_) => &NEW_HASH,
        Type::Sensitive(_) => &NEW_SENSITIVE,
        Type::Regexp(_) => &NEW_REGEXP,
        Type::SemVer(_) => &NEW_SEMVER,
        Type::SemVerRange => &NEW_RANGE,
        Type::Timestamp(..) => &NEW_TIMESTAMP,
        Type::Timespan(..) => &NEW_TIMESPAN,
        Type::Binary => &NEW_BINARY,
        Type::Uri(_) => &NEW_URI,
        Type::Type(_) => &NEW_TYPE,
        Type::Unit => &NEW_UNIT,
        Type::NotUndef(inner) if **inner == Type::Any => &NEW_UNIT,
        _ => return None,
    })
}

/// What `Init[T, …]` takes: an instance of one of these types, or the arguments of `T.new` as an array.
pub(super) struct InitTypes {
    /// The types of single values.
    pub single: Type,
    /// The tuples of several arguments.
    pub several: Option<Type>,
    /// Whether one value alone may stand for such a tuple.
    pub one_may_do: bool,
}

fn tuple(it: &Signature) -> Type {
    let (least, most) = it.bounds();
    let count = |it: usize| i64::try_from(it).ok();
    Type::Tuple(it.parameters.iter().map(|it| it.of.clone()).collect(), count(least), most.and_then(count))
}

/// Finds what `Init[T, …]` takes (`PInitType#assert_initialized`); `None` where there is nothing of that kind.
pub(super) fn init_types(of: &Type, arguments: &[Value]) -> Option<InitTypes> {
    let signatures: Vec<Signature> = match of.unaliased() {
        Type::Object(it) if !it.is_default() => it.constructors().to_vec(),
        other => constructor_of(&other)?.signatures.clone(),
    };
    let mut single = vec![of.clone()];
    let mut several = Vec::new();
    let mut one_may_do = false;
    for it in &signatures {
        let (least, most) = it.bounds();
        let first = it.parameters.first().map(|it| it.of.clone());
        if arguments.is_empty() {
            if (least, most) == (1, Some(1)) {
                single.extend(first);
            } else {
                one_may_do |= least == 1;
                several.push(tuple(it));
            }
        } else if least <= arguments.len() + 1 && most.is_none_or(|most| arguments.len() < most) {
            let fits = |(argument, parameter): (&Value, &super::Parameter)| {
                parameter.of.assignable(&Type::infer_set(argument), &NoAliases)
            };
            if arguments.iter().zip(it.parameters.iter().skip(1)).all(fits) {
                single.extend(first);
            }
        }
    }
    let several = (!several.is_empty()).then(|| Type::variant(several));
    Some(InitTypes { single: Type::variant(single), several, one_may_do })
}
