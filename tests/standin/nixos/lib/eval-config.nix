# As NixOS's: modules in, `{ config, options, defined, pkgs, lib }` out.
{
  system ? null,
  modules,
  specialArgs ? { },
  lib ? import ../../lib,
  ...
}:
let
  read = file: builtins.fromJSON (builtins.readFile file);
  pkgs = import ./pkgs.nix {
    inherit lib;
    system = if system == null then "x86_64-linux" else system;
    names = read ../../packages.json;
  };
in
lib.evalModules {
  arguments = {
    inherit pkgs;
    modulesPath = toString ../modules;
  }
  // specialArgs;
  tree = import ../../lib/declared.nix { inherit lib; } (read ../../options.json);
  modules = [ ./semantics.nix ] ++ modules;
}
// {
  inherit lib pkgs;
}
