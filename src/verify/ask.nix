# What an evaluated host has at the places that are asked for, beside what is wanted there.
#
# In: the host as `eval-config.nix` gives it, and a function from `{ config, lib, pkgs }` to a list of
# `{ path; want; }`. A path below `§pkgs` is one of packages. Out: for each, `{ want; got; own; }` in plain data: a package is `{ "§package" }`, a file
# `{ "§file" }` with its hash, what is not there `{ "§missing" }`, what cannot be evaluated `{ "§error" }`. Of a set,
# only the names that are wanted are looked at.
{ host, folder, asks }:
let
  missing = {
    "§missing" = true;
  };
  isPackage = it: builtins.isAttrs it && it ? outPath;
  # `mkForce` and its kind around a wanted value
  bare =
    it:
    if builtins.isAttrs it && it ? _type && it ? content then
      (if it._type == "if" && !it.condition then missing else bare it.content)
    else
      it;
  # old releases of Nix tell what a path is by its folder alone
  isFile = it: builtins.pathExists it && (builtins.readDir (dirOf it)).${baseNameOf it} == "regular";
  file = it: if isFile it then { "§file" = builtins.hashFile "sha256" it; } else { "§path" = toString it; };
  package =
    it:
    {
      "§package" = builtins.unsafeDiscardStringContext (toString it.outPath);
    }
    // (if it ? text && builtins.isString it.text then { text = builtins.unsafeDiscardStringContext it.text; } else { });
  plain =
    given:
    let
      it = bare given;
    in
    if isPackage it then
      package it
    else if builtins.isAttrs it then
      builtins.mapAttrs (_: plain) it
    else if builtins.isList it then
      map plain it
    else if builtins.isPath it then
      file it
    else if builtins.isString it then
      builtins.unsafeDiscardStringContext it
    else if builtins.isFunction it then
      { "§function" = true; }
    else
      it;
  at =
    path: it:
    if path == [ ] then
      it
    else if builtins.isAttrs it && it ? ${builtins.head path} then
      at (builtins.tail path) it.${builtins.head path}
    else
      missing;
  among =
    want: got:
    # whatever is there is too much where nothing is to be
    if want == missing then
      (if got == missing then missing else "there")
    else if builtins.isAttrs want && builtins.isAttrs got && !isPackage want && !isPackage got then
      builtins.mapAttrs (name: it: if got ? ${name} then among (bare it) got.${name} else missing) want
    else
      plain got;
  tried =
    it:
    let
      done = builtins.tryEval (builtins.deepSeq it it);
    in
    if done.success then done.value else { "§error" = true; };
  # what the folder's own modules say of a text, without what NixOS adds to it
  own =
    path:
    let
      inside = toString folder;
      isOwn = it: builtins.substring 0 (builtins.stringLength inside) (toString it.file) == inside;
      all = (at path host.options).definitionsWithLocations or [ ];
      texts = map (it: it.value) (builtins.filter isOwn all);
    in
    if texts != [ ] && builtins.all builtins.isString texts then
      builtins.unsafeDiscardStringContext (builtins.concatStringsSep "\n" texts)
    else
      null;
  isThere =
    path:
    let
      found = at path host.pkgs;
    in
    if isPackage found then true else missing;
  answer =
    ask:
    let
      want = bare ask.want;
      got = at ask.path host.config;
    in
    if builtins.head ask.path == "§pkgs" then
      {
        want = true;
        got = tried (isThere (builtins.tail ask.path));
        own = null;
      }
    else
      {
        want = tried (plain want);
        got = tried (among want got);
        own = tried (if builtins.isString want && builtins.isString got && want != got then own ask.path else null);
      };
in
map answer (asks { inherit (host) config lib pkgs; })
