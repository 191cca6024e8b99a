//! The table of known functions of `builtins` and `lib`.

use super::{fault::Fault, machine::Machine, rows, value::Value};
use crate::maps::HashMap;
use std::sync::LazyLock;

/// A function.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    home: Home,
    pub(super) arity: usize,
    pub(super) run: Run,
}

/// What a function does with all its arguments.
pub(super) type Run = fn(&Machine<'_>, &[Value]) -> Result<Value, Fault>;

/// Where a function is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    /// `builtins.x`.
    Builtins,
    /// `lib.x`.
    Lib,
    /// Both.
    Both,
    /// Both and by its name alone.
    Global,
}

use Home::{Both, Builtins, Global, Lib};

const fn row(name: &'static str, home: Home, arity: usize, run: Run) -> Row {
    Row { name, home, arity, run }
}

/// Every function, by name; only what all supported releases of nixpkgs do alike.
static TABLE: &[Row] = &[
    row("all", Both, 2, rows::all),
    row("any", Both, 2, rows::any),
    row("attrByPath", Lib, 3, rows::attr_by_path),
    row("attrNames", Both, 1, rows::attr_names),
    row("attrValues", Both, 1, rows::attr_values),
    row("boolToString", Lib, 1, rows::bool_to_string),
    row("concatLines", Lib, 1, rows::concat_lines),
    row("concatLists", Both, 1, rows::concat_lists),
    row("concatMap", Both, 2, rows::concat_map),
    row("concatMapStrings", Lib, 2, rows::concat_map_strings),
    row("concatMapStringsSep", Lib, 3, rows::concat_map_strings_sep),
    row("concatStrings", Lib, 1, rows::concat_strings),
    row("concatStringsSep", Both, 2, rows::concat_strings_sep),
    row("count", Lib, 2, rows::count),
    row("drop", Lib, 2, rows::drop),
    row("elem", Both, 2, rows::elem),
    row("elemAt", Both, 2, rows::elem_at),
    row("filter", Both, 2, rows::filter),
    row("filterAttrs", Lib, 2, rows::filter_attrs),
    row("flatten", Lib, 1, rows::flatten),
    row("foldl", Lib, 3, rows::fold_left),
    row("foldl'", Both, 3, rows::fold_left),
    row("genList", Both, 2, rows::gen_list),
    row("getAttr", Both, 2, rows::get_attr),
    row("hasAttr", Both, 2, rows::has_attr),
    row("hasInfix", Lib, 2, rows::has_infix),
    row("hasPrefix", Lib, 2, rows::has_prefix),
    row("hasSuffix", Lib, 2, rows::has_suffix),
    row("head", Both, 1, rows::head),
    row("id", Lib, 1, rows::id),
    row("imap0", Lib, 2, rows::imap0),
    row("imap1", Lib, 2, rows::imap1),
    row("init", Lib, 1, rows::init),
    row("intersectLists", Lib, 2, rows::intersect_lists),
    row("isAttrs", Both, 1, rows::is_attrs),
    row("isBool", Both, 1, rows::is_bool),
    row("isFloat", Both, 1, rows::is_float),
    row("isInt", Both, 1, rows::is_int),
    row("isList", Both, 1, rows::is_list),
    row("isNull", Global, 1, rows::is_null),
    row("isString", Both, 1, rows::is_string),
    row("last", Lib, 1, rows::last),
    row("length", Both, 1, rows::length),
    row("lessThan", Both, 2, rows::less_than),
    row("listToAttrs", Both, 1, rows::list_to_attrs),
    row("map", Global, 2, rows::map),
    row("mapAttrs", Both, 2, rows::map_attrs),
    row("mapAttrs'", Lib, 2, rows::map_attrs_pairs),
    row("mapAttrsToList", Lib, 2, rows::map_attrs_to_list),
    row("max", Lib, 2, rows::max),
    row("min", Lib, 2, rows::min),
    row("mod", Lib, 2, rows::modulo),
    row("nameValuePair", Lib, 2, rows::name_value_pair),
    row("optional", Lib, 2, rows::optional),
    row("optionalAttrs", Lib, 2, rows::optional_attrs),
    row("optionalString", Lib, 2, rows::optional_string),
    row("optionals", Lib, 2, rows::optionals),
    row("range", Lib, 2, rows::range),
    row("removeAttrs", Global, 2, rows::remove_attrs),
    row("removePrefix", Lib, 2, rows::remove_prefix),
    row("removeSuffix", Lib, 2, rows::remove_suffix),
    row("replaceStrings", Both, 3, rows::replace_strings),
    row("reverseList", Lib, 1, rows::reverse_list),
    row("sort", Both, 2, rows::sort),
    row("splitString", Lib, 2, rows::split_string),
    row("stringLength", Both, 1, rows::string_length),
    row("sublist", Lib, 3, rows::sublist),
    row("substring", Both, 3, rows::substring),
    row("subtractLists", Lib, 2, rows::subtract_lists),
    row("tail", Both, 1, rows::tail),
    row("take", Lib, 2, rows::take),
    row("throw", Global, 1, rows::throw),
    row("toInt", Lib, 1, rows::to_int),
    row("toJSON", Builtins, 1, rows::to_json),
    row("toList", Lib, 1, rows::to_list),
    row("toLower", Lib, 1, rows::to_lower),
    row("toString", Global, 1, rows::to_string),
    row("toUpper", Lib, 1, rows::to_upper),
    row("trim", Lib, 1, rows::trim),
    row("unique", Lib, 1, rows::unique),
];

/// Parts of `lib` that its functions are found in too.
const PARTS: [&str; 4] = ["attrsets", "lists", "strings", "trivial"];

/// Rows by name.
static BY_NAME: LazyLock<HashMap<&'static str, &'static Row>> =
    LazyLock::new(|| TABLE.iter().map(|row| (row.name, row)).collect());

/// Finds a function by its path: `map`, `builtins.map`, `lib.toLower`, `lib.strings.toLower`.
pub(super) fn find<'p>(path: impl IntoIterator<Item = &'p str>) -> Option<&'static Row> {
    let mut path = path.into_iter();
    let (first, second, third, rest) = (path.next()?, path.next(), path.next(), path.next());
    if rest.is_some() {
        return None;
    }
    let (name, homes): (&str, &[Home]) = match (first, second, third) {
        (name, None, None) => (name, &[Global]),
        ("builtins", Some(name), None) => (name, &[Builtins, Both, Global]),
        ("lib", Some(name), None) => (name, &[Lib, Both]),
        ("lib", Some(part), Some(name)) if PARTS.contains(&part) => (name, &[Lib, Both]),
        _ => return None,
    };
    BY_NAME.get(name).copied().filter(|row| homes.contains(&row.home))
}
