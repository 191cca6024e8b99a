# The functions of nixpkgs' `lib` that configurations use, with those of the module system.
let
  strings = import ./strings.nix;
  modules = import ./modules.nix { inherit lib; };
  types = import ./types.nix { inherit lib; };
  lib =
    builtins
    // strings
    // modules
    // rec {
      inherit types;
      id = x: x;
      const = x: _: x;
      pipe = builtins.foldl' (x: f: f x);
      xor = a: b: (a || b) && !(a && b);
      flip =
        f: a: b:
        f b a;
      last = list: builtins.elemAt list (builtins.length list - 1);
      init = list: builtins.genList (builtins.elemAt list) (builtins.length list - 1);
      toList = x: if builtins.isList x then x else [ x ];
      singleton = x: [ x ];
      range = a: b: if a > b then [ ] else builtins.genList (n: a + n) (b - a + 1);
      imap0 = f: list: builtins.genList (n: f n (builtins.elemAt list n)) (builtins.length list);
      imap1 = f: imap0 (n: f (n + 1));
      flatten = x: if builtins.isList x then builtins.concatMap flatten x else [ x ];
      unique = builtins.foldl' (found: it: if builtins.elem it found then found else found ++ [ it ]) [ ];
      sublist =
        start: count: list:
        let
          length = builtins.length list;
          there = if start >= length then 0 else if start + count > length then length - start else count;
        in
        builtins.genList (n: builtins.elemAt list (n + start)) there;
      take = sublist 0;
      drop = count: list: sublist count (builtins.length list) list;
      reverseList =
        list:
        let
          length = builtins.length list;
        in
        builtins.genList (n: builtins.elemAt list (length - n - 1)) length;
      count = holds: list: builtins.length (builtins.filter holds list);
      foldl = f: start: list: if list == [ ] then start else foldl f (f start (builtins.head list)) (builtins.tail list);
      min = a: b: if a < b then a else b;
      max = a: b: if a > b then a else b;
      mod = a: b: a - b * (a / b);
      intersectLists = a: builtins.filter (it: builtins.elem it a);
      subtractLists = gone: builtins.filter (it: !builtins.elem it gone);
      optional = condition: it: if condition then [ it ] else [ ];
      optionals = condition: list: if condition then list else [ ];
      optionalAttrs = condition: set: if condition then set else { };
      optionalString = condition: text: if condition then text else "";
      nameValuePair = name: value: { inherit name value; };
      mapAttrsToList = f: set: map (name: f name set.${name}) (builtins.attrNames set);
      mapAttrs' = f: set: builtins.listToAttrs (mapAttrsToList f set);
      concatMapAttrs = f: set: builtins.foldl' (a: b: a // b) { } (mapAttrsToList f set);
      filterAttrs = keep: set: builtins.removeAttrs set (builtins.filter (name: !keep name set.${name}) (builtins.attrNames set));
      genAttrs = names: f: builtins.listToAttrs (map (name: nameValuePair name (f name)) names);
      mergeAttrsList = builtins.foldl' (a: b: a // b) { };
      attrByPath =
        path: default: set:
        if path == [ ] then
          set
        else if builtins.isAttrs set && set ? ${builtins.head path} then
          attrByPath (builtins.tail path) default set.${builtins.head path}
        else
          default;
      hasAttrByPath = path: set: attrByPath path null set != null;
      getAttrFromPath = path: attrByPath path (throw "no attribute `${showOption path}'");
      setAttrByPath = path: value: if path == [ ] then value else { ${builtins.head path} = setAttrByPath (builtins.tail path) value; };
      recursiveUpdateUntil =
        stop: a: b:
        if builtins.isAttrs a && builtins.isAttrs b && !stop a b then
          a // builtins.mapAttrs (name: it: if a ? ${name} then recursiveUpdateUntil stop a.${name} it else it) b
        else
          b;
      recursiveUpdate = recursiveUpdateUntil (_: _: false);
      # a package that has packages below it keeps them
      recursiveUpdateUntilDerivation =
        a: b:
        a
        // builtins.mapAttrs (
          name: it:
          if !(a ? ${name}) then
            it
          else if isDerivation it then
            it // builtins.removeAttrs a.${name} (builtins.attrNames it)
          else
            recursiveUpdateUntilDerivation a.${name} it
        ) b;
      isDerivation = x: x.type or null == "derivation";
      showOption = builtins.concatStringsSep ".";
      throwIf = condition: message: if condition then throw message else id;
      throwIfNot = condition: throwIf (!condition);
      warn = _: id;
      warnIf = _: _: id;
      assertMsg = condition: message: condition || throw message;
      literalExpression = text: { _type = "literalExpression"; inherit text; };
      mdDoc = id;
      getName = it: it.pname or it.name;
      getVersion = it: it.version or "";
      getExe = it: "${it}/bin/${it.meta.mainProgram or (getName it)}";
      getExe' = it: name: "${it}/bin/${name}";
      getBin = id;
      boolToString = it: if it then "true" else "false";
      toInt = builtins.fromJSON;
      makeBinPath = list: builtins.concatStringsSep ":" (map (it: "${it}/bin") list);
      makeSearchPath = below: list: builtins.concatStringsSep ":" (map (it: "${it}/${below}") list);
      fileContents = file: strings.removeSuffix "\n" (builtins.readFile file);
      # a value without the marks of priorities, for comparing
      plain = it: if builtins.isAttrs it && it ? content then plain it.content else it;
      licenses = { };
      trivial.release = "24.11";
      version = "24.11";
    };
in
lib
