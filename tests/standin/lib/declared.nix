# Options from data: a node has `type`, `letters`, `to` where it is an option, and `below`.
{ lib }:
let
  inherit (lib) types;
  isWild = name: builtins.substring 0 1 name == "<";
  node = it: {
    option = if it ? type then option it else null;
    below = builtins.mapAttrs (_: node) (it.below or { });
  };
  has = letter: it: lib.hasInfix letter (it.letters or "");
  option = it: {
    _type = "option";
    fromTable = true;
    type = build it.type (it.below or { }) // { description = it.words; };
    readOnly = has "r" it;
    removed = has "x" it;
    renamed = it.to or null;
  }
  // lib.optionalAttrs (it ? default) { inherit (it) default; };

  # The type that data says, with the options below it.
  build =
    type: below:
    let
      wild = builtins.filter isWild (builtins.attrNames below);
      named = builtins.filter (name: !isWild name && name != "*") (builtins.attrNames below);
      tree = {
        option = null;
        below = builtins.mapAttrs (_: node) below;
      };
      free = of: types.ofTree { inherit tree; freeform = types.attrsOf of; };
      inside =
        of:
        if wild == [ ] then
          build of { }
        else
          let
            it = below.${builtins.head wild};
          in
          build (it.type or of) (it.below or { });
    in
    {
      any = if named == [ ] then types.unspecified else free types.unspecified;
      set = if named == [ ] then types.attrs else free types.unspecified;
      submodule = if named == [ ] then types.unspecified else types.ofTree { inherit tree; };
      null = types.null';
      inherit (types) bool float path package;
      function = types.functionTo null;
      str =
        {
          any = types.str;
          filled = types.nonEmptyStr;
          line = types.singleLineStr;
          end = types.str;
          field = types.addCheck types.str (it: builtins.match "[^\n:]*" it != null);
          pattern = types.strMatching type.pattern or "";
        }
        .${type.rule or "any"};
      lines = types.separatedString type.between or "";
      int = types.addCheck types.int (
        it: (type.min or null == null || type.min <= it) && (type.max or null == null || it <= type.max)
      );
      enum = types.enum type.values or [ ];
      list =
        let
          item = below."*" or { };
          of = build (item.type or type.of) (item.below or { });
        in
        if type.filled or false then types.nonEmptyListOf of else types.listOf of;
      attrs = if named != [ ] then free (build type.of { }) else types.attrsOf (inside type.of);
      either = types.oneOf (map (it: build it below) type.of or [ ]);
    }
    .${type.t};
in
node
