# The options that a tree of nixpkgs declares, for `migrate index`.
#
# In: the tree, and the system that is evaluated. Out: a list with, for each option, its path, the description of its
# type and letters: `r` read only, `n` without a default, `i` internal or not shown, `x` removed; `to` is where a
# renamed option went.
{ nixpkgs, system }:
let
  lib = import (nixpkgs + "/lib");
  evaluated = import (nixpkgs + "/nixos/lib/eval-config.nix") {
    inherit lib;
    system = null;
    modules = [ { nixpkgs.hostPlatform = system; } ];
  };

  # what cannot be asked is left out
  ask =
    default: value:
    let
      tried = builtins.tryEval value;
    in
    if tried.success then tried.value else default;

  text = it: if builtins.isString it then it else it.text or "";
  alias =
    option:
    let
      found = builtins.match ".*Alias of [^`]*`([^`]+)`.*" (text (option.description or ""));
    in
    if found == null then null else builtins.head found;
  isRemoved =
    option:
    !(option ? description)
    && option ? apply
    && (option.visible or true) == false
    && !(builtins.tryEval (option.apply null)).success;

  row =
    option:
    let
      to = ask null (alias option);
      letters =
        lib.optionalString (option.readOnly or false) "r"
        + lib.optionalString (!(option ? default || option ? defaultText)) "n"
        + lib.optionalString (option.internal or false || (option.visible or true) == false) "i"
        + lib.optionalString (ask false (isRemoved option)) "x";
    in
    {
      path = option.loc;
      type = ask "unspecified value" (option.type.description or "unspecified value");
      inherit letters;
    }
    // lib.optionalAttrs (to != null) { inherit to; };

  isOption = it: it._type or null == "option";
  collect = it: if isOption it then [ it ] else if builtins.isAttrs it then rest it else [ ];
  rest = set: lib.concatMap (name: ask [ ] (collect set.${name})) (names set);
  names = set: builtins.filter (name: name != "_module") (builtins.attrNames set);

  rows =
    options:
    lib.concatMap (
      option:
      [ (row option) ]
      ++ lib.optionals ((option.visible or true) == true) (
        rows (ask [ ] (collect (option.type.getSubOptions option.loc)))
      )
    ) options;
in
{
  release = lib.trivial.release;
  options = rows (collect evaluated.options);
}
