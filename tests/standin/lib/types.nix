# Types: what fits, how definitions become one value, and the value where there is none.
{ lib }:
let
  make =
    description: check: more:
    {
      inherit description check;
      merge = equal;
    }
    // more;

  # one value, however often it is said
  equal =
    path: definitions:
    let
      first = (builtins.head definitions).value;
    in
    if builtins.all (it: it.value == first) definitions then
      first
    else
      throw "The option `${lib.showOption path}' has conflicting definition values, in ${lib.files definitions}";
  once =
    path: definitions:
    if builtins.length definitions == 1 then (builtins.head definitions).value else equal path definitions;

  # what has no type of its own: sets and lists are put together, all else is said once
  loose =
    path: definitions:
    let
      values = map (it: it.value) definitions;
    in
    if builtins.all (it: builtins.isAttrs it && !lib.isDerivation it) values then
      (types.attrsOf types.anything).merge path definitions
    else if builtins.all builtins.isList values then
      builtins.concatLists values
    else if builtins.any builtins.isFunction values then
      builtins.head values
    else
      equal path definitions;

  isStorePath = it: builtins.isString it && lib.hasPrefix builtins.storeDir it;
  isPackage = it: lib.isDerivation it || isStorePath (toString it);
  isPath = it: (builtins.isPath it || (lib.isStringLike it && lib.hasPrefix "/" (toString it)));
  isSet = it: builtins.isAttrs it;
  isModule = it: isSet it || builtins.isFunction it || builtins.isPath it;
  fits = pattern: text: builtins.match pattern text != null;
  between =
    min: max: it:
    builtins.isInt it && (min == null || min <= it) && (max == null || it <= max);
  joined = between: _: definitions: builtins.concatStringsSep between (map (it: it.value) definitions);
  said = it: if builtins.isString it then "\"${it}\"" else builtins.toJSON it;

  ofTree =
    {
      tree,
      freeform ? null,
    }:
    make "submodule" isModule {
      empty = { };
      merge =
        path: definitions:
        (lib.evalModules {
          modules = map (it: it.value) (builtins.filter (it: !isSet it.value) definitions);
          definitions = builtins.filter (it: isSet it.value) definitions;
          inherit tree path freeform;
          name = lib.last path;
        }).config;
    };

  types = rec {
    inherit ofTree;
    unspecified = make "unspecified value" (_: true) { merge = loose; };
    anything = unspecified;
    raw = make "raw value" (_: true) { merge = once; };
    bool = make "boolean" builtins.isBool { empty = false; };
    int = make "signed integer" builtins.isInt { };
    float = make "floating point number" builtins.isFloat { };
    number = make "integer or floating point number" (it: builtins.isInt it || builtins.isFloat it) { };
    ints = {
      unsigned = make "unsigned integer, meaning >=0" (between 0 null) { };
      positive = make "positive integer, meaning >0" (between 1 null) { };
      between = min: max: make "integer between ${toString min} and ${toString max} (both inclusive)" (between min max) { };
      u8 = ints.between 0 255;
      u16 = ints.between 0 65535;
      u32 = ints.between 0 4294967295;
      s32 = ints.between (-2147483648) 2147483647;
    };
    port = ints.u16;
    str = make "string" builtins.isString { };
    singleLineStr = make "single-line string" (it: builtins.isString it && !lib.hasInfix "\n" it) { };
    nonEmptyStr = make "non-empty string" (it: builtins.isString it && fits "[[:space:]]*[^[:space:]](.|\n)*" it) { };
    strMatching = pattern: make "string matching the pattern ${pattern}" (it: builtins.isString it && fits pattern it) { };
    separatedString =
      between: make "strings concatenated with ${said between}" builtins.isString { empty = ""; merge = joined between; };
    lines = separatedString "\n";
    commas = separatedString ",";
    path = make "path" isPath { };
    package = make "package" isPackage { merge = once; };
    null' = make "null" (it: it == null) { empty = null; };
    attrs = make "attribute set" isSet { empty = { }; merge = loose; };
    functionTo = _: make "function" builtins.isFunction { merge = once; };
    enum = values: make "one of ${builtins.concatStringsSep ", " (map said values)}" (it: builtins.elem it values) { };
    listOf =
      of:
      make "list of ${of.description}" builtins.isList {
        empty = [ ];
        merge =
          path: definitions:
          builtins.concatMap (
            definition:
            builtins.concatMap (
              value:
              let
                found = lib.merged of (path ++ [ "*" ]) [ { inherit (definition) file; inherit value; } ];
              in
              lib.optional found.defined found.value
            ) definition.value
          ) definitions;
      };
    nonEmptyListOf = of: builtins.removeAttrs (addCheck (listOf of) (it: it != [ ])) [ "empty" ];
    attrsOf =
      of:
      make "attribute set of ${of.description}" isSet {
        empty = { };
        merge =
          path: definitions:
          let
            sets = builtins.concatMap lib.pushed definitions;
            names = builtins.attrNames (builtins.foldl' (all: it: all // it.value) { } sets);
            at =
              name:
              lib.merged of (path ++ [ name ]) (
                builtins.concatMap (it: if it.value ? ${name} then [ (it // { value = it.value.${name}; }) ] else [ ]) sets
              );
          in
          builtins.mapAttrs (_: it: it.value) (lib.filterAttrs (_: it: it.defined) (lib.genAttrs names at));
      };
    lazyAttrsOf = attrsOf;
    nullOr = of: (either null' of) // { description = "null or ${of.description}"; };
    either = a: b: oneOf [ a b ];
    oneOf =
      of:
      let
        empty = builtins.filter (it: it ? empty) of;
      in
      make (builtins.concatStringsSep " or " (map (it: it.description) of)) (it: builtins.any (type: type.check it) of) (
        {
          merge =
            path: definitions:
            let
              same = builtins.filter (type: builtins.all (it: type.check it.value) definitions) of;
            in
            if same == [ ] then equal path definitions else (builtins.head same).merge path definitions;
        }
        // lib.optionalAttrs (empty != [ ]) { inherit (builtins.head empty) empty; }
      );
    coercedTo = from: via: to: make to.description (it: to.check it || (from.check it && to.check (via it))) {
      merge = path: definitions: to.merge path (
        map (it: it // { value = if from.check it.value then via it.value else it.value; }) definitions
      );
    };
    addCheck = type: also: type // { check = it: type.check it && also it; };
    uniq = type: type // { merge = once; };
    submodule = module: submoduleWith { modules = lib.toList module; };
    submoduleWith =
      { modules, ... }:
      make "submodule" isModule {
        empty = (lib.evalModules { inherit modules; }).config;
        merge =
          path: definitions:
          (lib.evalModules {
            modules = modules ++ map (it: it.value) (builtins.filter (it: !isSet it.value) definitions);
            definitions = builtins.filter (it: isSet it.value) definitions;
            inherit path;
            name = lib.last path;
          }).config;
      };
  };
in
types
