# Packages that are names: what the package map knows, and the functions that make files.
{
  lib,
  system,
  names,
}:
let
  fake =
    name: more:
    let
      safe = builtins.replaceStrings [ " " "/" "@" "+" ":" ] [ "-" "-" "-" "-" "-" ] (toString name);
      self = {
        type = "derivation";
        name = "${safe}-0";
        pname = safe;
        version = "0";
        outPath = "/nix/store/00000000000000000000000000000000-${safe}-0";
        drvPath = "/nix/store/00000000000000000000000000000000-${safe}-0.drv";
        outputs = [ "out" ];
        meta.mainProgram = safe;
        override = _: self;
        overrideAttrs = _: self;
        withPackages = _: self;
      }
      // builtins.listToAttrs (
        map (output: lib.nameValuePair output self) [
          "out"
          "bin"
          "dev"
          "lib"
          "man"
          "doc"
        ]
      )
      // more;
    in
    self;
  # `a.b` is an attribute of a set of packages
  place = path: lib.setAttrByPath path (fake (lib.last path) { });
  known = lib.foldl' lib.recursiveUpdateUntilDerivation { } (map (name: place (lib.splitString "." name)) names);
  text = name: text: fake name { inherit text; };
  generated = {
    type = lib.types.anything;
    generate = name: value: fake name { inherit value; };
  };
in
known
// {
  inherit lib system;
  stdenv = fake "stdenv" { hostPlatform = { inherit system; }; };
  writeText = text;
  writeScript = text;
  writeScriptBin = text;
  writeShellScript = text;
  writeShellScriptBin = text;
  writeTextDir = path: text (baseNameOf path);
  writeTextFile = args: text args.name args.text;
  writeShellApplication = args: text args.name args.text;
  runCommand = name: _: _: fake name { };
  runCommandLocal = name: _: _: fake name { };
  symlinkJoin = args: fake args.name { };
  buildEnv = args: fake args.name { };
  linkFarm = name: _: fake name { };
  concatText = name: _: fake name { };
  formats = builtins.listToAttrs (
    map (name: lib.nameValuePair name (_: generated)) [
      "json"
      "yaml"
      "toml"
      "ini"
      "keyValue"
    ]
  );
}
