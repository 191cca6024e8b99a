//! What machines need to boot and be reached, made from facts, evaluated with the real Nix: nothing is guessed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what is wrong by failing, and prints what it looked at"
)]

mod common;

use serde_json::{Value, json};
use std::{fs, path::Path, process::Command};

fn nix_or_skip() -> bool {
    let found = Command::new("nix-instantiate").arg("--version").output().is_ok();
    if !found {
        common::skip("nix-instantiate");
    }
    found
}

/// A repo with one class for all, and these nodes.
fn repo(folder: &Path, nodes: &[(&str, Value)]) {
    fs::create_dir_all(folder.join("manifests")).unwrap();
    fs::create_dir_all(folder.join("facts")).unwrap();
    fs::write(folder.join("manifests/site.pp"), "file { '/etc/motd': content => \"hi\\n\" }\n").unwrap();
    for (name, facts) in nodes {
        fs::write(folder.join(format!("facts/{name}.json")), facts.to_string()).unwrap();
    }
}

fn convert(repo: &Path, out: &Path, flags: &[&str]) {
    let mut migrate = common::migrate();
    migrate.arg("convert").arg(repo).arg("--facts").arg(repo.join("facts")).arg("--out").arg(out).args(flags);
    let output = common::run(&mut migrate);
    assert!(output.status.success(), "{}", common::stderr(&output));
}

/// A host's machine: its own file with the shared one it imports, defaults as they are.
fn machine(out: &Path, host: &str) -> Value {
    let text = format!(
        "let arguments = {{ lib.mkDefault = it: it; modulesPath = \"/modules\"; }}; \
         own = import {}/hardware/hosts/{host}.nix arguments; shared = import (builtins.head own.imports) arguments; in \
         {{ own = builtins.removeAttrs own [ \"imports\" ]; shared = shared // {{ imports = shared.imports or [ ]; }}; }}",
        out.display()
    );
    let output =
        common::run(Command::new("nix-instantiate").args(["--eval", "--strict", "--json", "--expr", &text]));
    assert!(output.status.success(), "{host}: {}", common::stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn messages(machine: &Value) -> Vec<&str> {
    let all = machine["own"]["assertions"].as_array();
    let all = all.map(Vec::as_slice).unwrap_or_default();
    assert!(all.iter().all(|it| it["assertion"] == false));
    all.iter().map(|it| it["message"].as_str().unwrap()).collect()
}

fn interface(address: &str, mac: &str) -> Value {
    json!({"mac": mac, "mtu": 1500, "bindings": [{"address": address, "netmask": "255.255.255.0"}]})
}

fn mount(device: &str, kind: &str) -> Value {
    json!({"device": device, "filesystem": kind, "options": ["rw", "relatime", "nodev"], "size_bytes": 1_000_000_000_u64})
}

#[test]
fn what_facts_tell_is_declared_and_what_they_do_not_is_an_assertion() {
    if !nix_or_skip() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let disk = |size: u64| json!({"size_bytes": size});
    repo(
        folder.path(),
        &[
            // EFI, ZFS, a VLAN
            (
                "zfs.example.net",
                json!({
                    "virtual": "physical", "uniqueid": "00ff10ab", "processors": {"models": ["Intel(R) Xeon"]},
                    "mountpoints": {"/": mount("rpool/ROOT/debian", "zfs"), "/boot/efi": mount("/dev/sda1", "vfat"), "/run": mount("tmpfs", "tmpfs")},
                    "partitions": {"/dev/sda1": {"uuid": "AAAA-BBBB"}},
                    "disks": {"sda": disk(1 << 40), "sdb": disk(1 << 40)},
                    "networking": {"interfaces": {
                        "lo": {"bindings": [{"address": "127.0.0.1", "netmask": "255.0.0.0"}]},
                        "eno1": interface("192.0.2.5", "AA:00:00:00:00:01"),
                        "eno1.30": interface("198.51.100.5", "AA:00:00:00:00:01"),
                        "docker0": interface("172.17.0.1", "02:00:00:00:00:09"),
                    }},
                }),
            ),
            // LVM over two disks: nobody tells which one has the boot sector; no hostid for the pool
            (
                "lvm.example.net",
                json!({
                    "virtual": "vmware", "mountpoints": {"/": mount("/dev/mapper/vg-root", "ext4"), "/tank": mount("tank", "zfs")},
                    "disks": {"sda": disk(1 << 30), "sdb": disk(1 << 30)},
                    "networking": {"interfaces": {"ens192": {"mac": "00:50:56:00:00:01", "dhcp": "192.0.2.1", "bindings": [{"address": "192.0.2.9", "netmask": "255.255.255.0"}]}}},
                }),
            ),
            (
                "bond.example.net",
                json!({
                    "virtual": "kvm", "mountpoints": {"/": mount("/dev/vda1", "xfs")}, "disks": {"vda": disk(1 << 35)},
                    "networking": {"interfaces": {
                        "bond0": interface("192.0.2.6", "aa:00:00:00:00:06"), "eth0": {"mac": "aa:00:00:00:00:06"}, "eth1": {"mac": "aa:00:00:00:00:06"},
                    }},
                }),
            ),
            ("box.example.net", json!({"virtual": "lxc"})),
            ("nothing.example.net", json!({"kernel": "Linux"})),
        ],
    );
    let out = folder.path().join("out");
    let settings = folder.path().join("migrate.toml");
    fs::write(&settings, "[gateways]\n\"192.0.2.0/24\" = \"192.0.2.1\"\n").unwrap();
    convert(folder.path(), &out, &["--config", settings.to_str().unwrap()]);

    let zfs = machine(&out, "zfs.example.net");
    assert_eq!(messages(&zfs), Vec::<&str>::new(), "all is told");
    assert_eq!(zfs["own"]["networking"]["hostId"], "00ff10ab");
    assert_eq!(zfs["own"]["fileSystems"]["/"]["device"], "rpool/ROOT/debian");
    assert_eq!(zfs["own"]["fileSystems"]["/boot/efi"]["device"], "/dev/disk/by-uuid/AAAA-BBBB");
    assert!(zfs["own"]["fileSystems"].get("/run").is_none());
    assert_eq!(zfs["shared"]["fileSystems"]["/"]["options"], json!(["nodev", "zfsutil"]));
    assert_eq!(zfs["shared"]["boot"]["loader"]["grub"]["device"], "nodev");
    assert_eq!(zfs["shared"]["hardware"]["cpu"]["intel"]["updateMicrocode"], true);
    let networks = &zfs["own"]["systemd"]["network"]["networks"];
    assert_eq!(networks["10-eno1"]["matchConfig"]["MACAddress"], "aa:00:00:00:00:01");
    assert_eq!(networks["10-eno1"]["address"], json!(["192.0.2.5/24"]));
    assert_eq!(networks["10-eno1"]["gateway"], json!(["192.0.2.1"]));
    assert_eq!(networks["10-eno1"]["vlan"], json!(["eno1.30"]));
    assert_eq!(networks["10-eno1.30"]["matchConfig"]["Name"], "eno1.30");
    assert_eq!(zfs["own"]["systemd"]["network"]["netdevs"]["20-eno1.30"]["vlanConfig"]["Id"], 30);
    assert!(networks.get("10-docker0").is_none() && networks.get("10-lo").is_none());

    let lvm = machine(&out, "lvm.example.net");
    let said = messages(&lvm).join("\n");
    assert!(said.contains("boot.loader.grub.devices") && said.contains("/dev/sda, /dev/sdb"), "{said}");
    assert!(said.contains("networking.hostId"), "{said}");
    assert_eq!(messages(&lvm).len(), 2, "{said}");
    assert_eq!(lvm["own"]["systemd"]["network"]["networks"]["10-ens192"]["DHCP"], "yes");
    assert_eq!(lvm["shared"]["virtualisation"]["vmware"]["guest"]["enable"], true);

    let bond = machine(&out, "bond.example.net");
    assert!(messages(&bond).iter().any(|it| it.contains("`bond0`")), "{bond}");
    assert!(bond["own"].get("systemd").is_none(), "members of a bond are not declared by themselves");
    assert_eq!(bond["shared"]["boot"]["loader"]["grub"]["device"], "/dev/vda");
    assert_eq!(bond["shared"]["imports"][0], "/modules/profiles/qemu-guest.nix");

    let container = machine(&out, "box.example.net");
    assert_eq!(container["shared"]["boot"]["isContainer"], true);
    assert!(container["shared"]["boot"].get("loader").is_none());

    let nothing = machine(&out, "nothing.example.net");
    let said = messages(&nothing).join("\n");
    assert!(said.contains("root file system is unknown") && said.contains("no interface is known"), "{said}");
}

#[test]
fn the_state_version_is_written_once_and_names_of_likenesses_stay() {
    let folder = tempfile::tempdir().unwrap();
    let node = |device: &str| json!({"virtual": "kvm", "mountpoints": {"/": mount(device, "ext4")}, "disks": {"vda": {"size_bytes": 1 << 30}, "vdb": {"size_bytes": 1 << 30}}});
    repo(folder.path(), &[("b.example.net", node("/dev/vdb1"))]);
    let out = folder.path().join("out");
    convert(folder.path(), &out, &[]);
    let read = |path: &str| fs::read_to_string(out.join(path)).unwrap();
    let before = read("hardware/hosts/b.example.net.nix");
    assert!(before.contains("system.stateVersion = \"24.11\";"), "{before}");
    // one more machine, of another likeness with the same stem that sorts before, and a new release
    repo(folder.path(), &[("a.example.net", node("/dev/vda1"))]);
    let settings = folder.path().join("migrate.toml");
    fs::write(&settings, "[target]\nnixos = \"25.05\"\n").unwrap();
    convert(folder.path(), &out, &["--config", settings.to_str().unwrap()]);
    assert_eq!(read("hardware/hosts/b.example.net.nix"), before);
    assert!(read("hardware/hosts/a.example.net.nix").contains("system.stateVersion = \"25.05\";"));
    assert!(read("hardware/hosts/a.example.net.nix").contains("../kvm-bios-ext4-2.nix"));
    assert!(read("flake.nix").contains("nixos-25.05"));
}
