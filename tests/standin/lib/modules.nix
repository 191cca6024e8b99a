# The module system: definitions with their conditions and priorities, and what becomes of them.
{ lib }:
let
  mark = _type: more: { inherit _type; } // more;
  kind = value: if builtins.isAttrs value then value._type or null else null;

  # A definition with its conditions and priorities taken off: a list, empty where its condition does not hold.
  discharge =
    definition:
    let
      inside = value: discharge (definition // { inherit value; });
      inherit (definition) value;
    in
    {
      merge = builtins.concatMap inside value.contents or [ ];
      "if" = if value.condition or false then inside value.content else [ ];
      override = map (it: it // { inherit (value) priority; }) (inside value.content or null);
      order = map (it: it // { order = value.priority; }) (inside value.content or null);
    }
    .${toString (kind value)} or [ definition ];

  # What a definition of a set says of each name below it; conditions stay where they are, so that the names are
  # known before the values.
  pushed =
    definition:
    let
      inherit (definition) value;
      each =
        wrap: content:
        map (it: it // { value = builtins.mapAttrs (_: wrap) it.value; }) (
          pushed (definition // { value = content; })
        );
    in
    {
      merge = builtins.concatMap (it: pushed (definition // { value = it; })) value.contents or [ ];
      "if" = each (mkIf value.condition or false) value.content or { };
      override = each (mkOverride value.priority or 0) value.content or { };
      order = each (mkOrder value.priority or 0) value.content or { };
    }
    .${toString (kind value)} or [ definition ];

  mkIf = condition: content: mark "if" { inherit condition content; };
  mkOverride = priority: content: mark "override" { inherit priority content; };
  mkOrder = priority: content: mark "order" { inherit priority content; };

  files = definitions: builtins.concatStringsSep ", " (map (it: "`${it.file}'") definitions);

  # The value of definitions of one option, or of one name in a set.
  merged =
    type: path: definitions:
    let
      there = builtins.concatMap discharge definitions;
      priority = builtins.foldl' (low: it: if it.priority or 100 < low then it.priority or 100 else low) 9999 there;
      strongest = builtins.filter (it: it.priority or 100 == priority) there;
      ordered = builtins.sort (a: b: a.order or 1000 < b.order or 1000) strongest;
      wrong = builtins.filter (it: !type.check it.value) ordered;
    in
    if wrong != [ ] then
      throw "A definition for option `${lib.showOption path}' is not of type `${type.description}', in ${files wrong}"
    else
      {
        defined = there != [ ];
        value = type.merge path ordered;
      };

  optionValue =
    path: option: definitions:
    let
      name = lib.showOption path;
      found = merged option.type path definitions;
      fallback =
        if option ? default then
          (merged option.type path [ { file = "the default"; value = option.default; } ]).value
        else if option.type ? empty then
          option.type.empty
        else if option.fromTable or false && option.type.description == "package" then
          {
            type = "derivation";
            inherit name;
            outPath = "/nix/store/00000000000000000000000000000000-${name}";
          }
        else if option.fromTable or false then
          "what NixOS has for ${name}"
        else
          throw "The option `${name}' was accessed but has no value defined. Try setting the option.";
      value =
        if !found.defined then
          fallback
        else if option.renamed or null != null then
          throw "The option `${name}' has been renamed to `${option.renamed}', in ${files definitions}"
        else if option.removed or false then
          throw "The option `${name}' can no longer be used since it's been removed, in ${files definitions}"
        else if option.readOnly or false && option.fromTable or false then
          throw "The option `${name}' is read-only, in ${files definitions}"
        else
          found.value;
    in
    {
      inherit (found) defined;
      value = (option.apply or (it: it)) value;
    };

  # A tree of options with definitions: its value, lazily, and each option that somebody defines.
  evaluated =
    {
      tree,
      path,
      definitions,
      freeform ? null,
      name ? null,
    }:
    let
      sets = builtins.concatMap pushed definitions;
      notSets = builtins.filter (it: !builtins.isAttrs it.value) sets;
      named = builtins.foldl' (all: it: all // it.value) { } sets;
      of =
        key: builtins.concatMap (it: if it.value ? ${key} then [ (it // { value = it.value.${key}; }) ] else [ ]) sets;
      isName = key: builtins.substring 0 1 key != "<" && key != "*";
      below = lib.filterAttrs (key: _: isName key) tree.below;
      # what NixOS takes from the name of the set that it is in
      given =
        key:
        let
          own = value: [ { file = "its name"; value = mkOverride 1000 value; } ];
        in
        if name == null then
          [ ]
        else if builtins.elem key [ "name" "mountPoint" "target" ] then
          own name
        else if key == "home" && name != "root" && path == [ "users" "users" name ] then
          own "/home/${name}"
        else
          [ ];
      child =
        key: node:
        if node.option != null then
          optionValue (path ++ [ key ]) node.option (
            of key ++ (if node.option.fromTable or false then given key else [ ])
          )
        else
          evaluated {
            tree = node;
            path = path ++ [ key ];
            definitions = of key;
          };
      children = builtins.mapAttrs child below;
      unknown = builtins.filter (key: !(below ? ${key})) (builtins.attrNames named);
      others = map (it: it // { value = builtins.intersectAttrs (lib.genAttrs unknown lib.id) it.value; }) sets;
      check =
        if notSets != [ ] then
          throw "The option `${lib.showOption path}' is a set of options, in ${files notSets}"
        else if unknown != [ ] && freeform == null then
          throw "The option `${lib.showOption (path ++ [ (builtins.head unknown) ])}' does not exist, in ${files (of (builtins.head unknown))}"
        else
          true;
      dotted = key: lib.showOption (path ++ [ key ]);
    in
    {
      value =
        assert check;
        builtins.mapAttrs (_: it: it.value) children
        // lib.optionalAttrs (unknown != [ ]) (freeform.merge path others);
      # every name is known, however deep; no value is looked at
      checked =
        assert check;
        builtins.all (key: below.${key}.option != null || children.${key}.checked) (
          builtins.filter (key: below ? ${key}) (builtins.attrNames named)
        );
      defined =
        assert check;
        builtins.foldl' (
          all: key:
          all
          // (
            if below.${key}.option == null then
              children.${key}.defined
            else
              lib.optionalAttrs children.${key}.defined { ${dotted key} = children.${key}.value; }
          )
        ) { } (builtins.filter (key: below ? ${key}) (builtins.attrNames named));
    };

  own =
    it:
    if kind it == "option" then
      {
        option = it;
        below = { };
      }
    else
      {
        option = null;
        below = builtins.mapAttrs (_: own) it;
      };

  joined =
    path: a: b:
    if a.option != null && b.option != null && b.option.computed or false then
      {
        option = a.option // b.option;
        inherit (a) below;
      }
    else if a.option != null && b.option != null then
      throw "The option `${lib.showOption path}' is declared twice"
    else
      {
        option = if a.option != null then a.option else b.option;
        below =
          a.below
          // builtins.mapAttrs (
            key: node: if a.below ? ${key} then joined (path ++ [ key ]) a.below.${key} node else node
          ) b.below;
      };

  aside = [ "imports" "_file" "key" "_class" "meta" "disabledModules" "freeformType" ];

  # A module as it is written (a path, a function, a set) with its parts.
  loaded =
    arguments: file: module:
    if builtins.isPath module || builtins.isString module then
      loaded arguments (toString module) (import module)
    else if builtins.isFunction module then
      let
        wanted = builtins.functionArgs module;
        missing = builtins.filter (key: !wanted.${key} && !(arguments ? ${key})) (builtins.attrNames wanted);
      in
      if missing != [ ] then
        throw "module `${file}' wants `${builtins.head missing}', which nothing gives"
      else
        loaded arguments file (module arguments)
    else
      let
        parts = module ? config || module ? options;
        beside = builtins.removeAttrs module (aside ++ [ "config" "options" ]);
      in
      {
        inherit file;
        imports = module.imports or [ ];
        options = module.options or { };
        freeform = module.freeformType or null;
        config =
          if !parts then
            builtins.removeAttrs module aside
          else if beside != { } then
            throw "Module `${file}' has an unsupported attribute `${builtins.head (builtins.attrNames beside)}'"
          else
            module.config or { };
      };

  evalModules =
    {
      modules,
      arguments ? { },
      tree ? {
        option = null;
        below = { };
      },
      path ? [ ],
      definitions ? [ ],
      freeform ? null,
      name ? null,
    }:
    let
      given = arguments // {
        inherit lib config;
        inherit (top) options;
      } // lib.optionalAttrs (name != null) { inherit name; };
      item = at: module: {
        key = if builtins.isPath module then toString module else at;
        module = loaded given (if builtins.isPath module then toString module else "an inline module") module;
      };
      gathered = builtins.genericClosure {
        startSet = lib.imap0 (at: item (toString at)) modules;
        operator = it: lib.imap0 (at: item "${it.key}.${toString at}") it.module.imports;
      };
      all = map (it: it.module) gathered;
      free = builtins.filter (it: it != null) (map (it: it.freeform) all ++ [ freeform ]);
      top = {
        options = builtins.foldl' (found: module: joined path found (own module.options)) tree all;
        result = evaluated {
          tree = top.options;
          inherit path name;
          freeform = if free == [ ] then null else builtins.head free;
          definitions =
            map (module: {
              inherit (module) file;
              value = module.config;
            }) all
            ++ definitions;
        };
      };
      config =
        assert top.result.checked;
        top.result.value;
    in
    {
      inherit config;
      inherit (top) options;
      inherit (top.result) defined;
    };
in
{
  inherit
    mkIf
    mkOverride
    mkOrder
    merged
    pushed
    evaluated
    evalModules
    files
    ;
  mkMerge = contents: mark "merge" { inherit contents; };
  mkDefault = mkOverride 1000;
  mkOptionDefault = mkOverride 1500;
  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;
  mkOption = more: mark "option" ({ type = lib.types.unspecified; } // more);
  mkEnableOption = what: mark "option" {
    type = lib.types.bool;
    default = false;
    description = "Whether to enable ${what}.";
  };
  mkPackageOption = pkgs: name: _: mark "option" {
    type = lib.types.package;
    default = pkgs.${name};
  };
}
