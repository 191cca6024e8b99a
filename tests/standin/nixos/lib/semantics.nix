# What NixOS's modules assert across options, as far as the stand-in knows it.
{ config, lib, ... }:
let
  inherit (lib)
    attrValues
    filterAttrs
    mapAttrsToList
    concatLists
    ;
  users = attrValues config.users.users;
  groups = attrValues config.users.groups;

  twice =
    what: ids:
    let
      same = filterAttrs (_: those: builtins.length those > 1) (
        builtins.groupBy (it: toString it.id) (builtins.filter (it: it.id != null) ids)
      );
    in
    mapAttrsToList (id: those: {
      assertion = false;
      message = "${what} ${id} is given twice: ${toString (map (it: it.name) those)}";
    }) same;

  # directives whose values systemd, or NixOS itself, checks
  words = {
    Type = [ "exec" "simple" "forking" "oneshot" "dbus" "notify" "notify-reload" "idle" ];
    Restart = [ "no" "on-success" "on-failure" "on-abnormal" "on-abort" "on-watchdog" "always" ];
    KillMode = [ "control-group" "process" "mixed" "none" ];
    ProtectSystem = [ true false "yes" "no" "full" "strict" ];
  };
  unit =
    name: service:
    concatLists (
      mapAttrsToList (directive: values: [
        {
          assertion =
            !(service.serviceConfig ? ${directive}) || builtins.elem (lib.plain service.serviceConfig.${directive}) values;
          message = "systemd.services.${name}.serviceConfig.${directive} has a value that systemd does not know";
        }
      ]) words
    );
in
{
  # what NixOS computes and hosts read
  options.networking.fqdn = lib.mkOption {
    computed = true;
    readOnly = true;
    type = lib.types.str;
    default = "${config.networking.hostName}.${config.networking.domain}";
  };

  # NixOS's own account
  config.users.users.root = {
    uid = lib.mkDefault 0;
    home = lib.mkDefault "/root";
  };

  config.assertions =
    mapAttrsToList (name: it: {
      assertion = it.device != null || it.label != null || builtins.elem it.fsType [ "tmpfs" "overlay" ];
      message = "No device specified for mount point `${name}'";
    }) config.fileSystems
    ++ map (it: {
      assertion = lib.xor it.isNormalUser it.isSystemUser;
      message = "Exactly one of users.users.${it.name}.isSystemUser and isNormalUser must be set";
    }) (builtins.filter (it: it.name != "root") users)
    ++ map (it: {
      assertion = it.group != "";
      message = "users.users.${it.name}.group is unset";
    }) (builtins.filter (it: it.name != "root" && !it.isNormalUser) users)
    ++ twice "the uid" (map (it: { inherit (it) name; id = it.uid; }) users)
    ++ twice "the gid" (map (it: { inherit (it) name; id = it.gid; }) groups)
    ++ concatLists (mapAttrsToList unit config.systemd.services);
}
