//! A root folder with what a small host has.

use super::*;
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

fn put(root: &Path, path: &str, text: &str) {
    let place = root.join(path);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(place, text).unwrap();
}

fn host() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    put(root, "etc/hostname", "web01\n");
    put(root, "etc/os-release", "PRETTY_NAME=\"Debian\"\nID=debian\nVERSION_ID=\"12\"\n");
    put(
        root,
        "etc/passwd",
        "root:x:0:0:root:/root:/bin/bash\nalice:x:1001:1001:Alice,,,:/home/alice:/bin/zsh\nbroken\n",
    );
    put(root, "etc/group", "root:x:0:\ndev:x:1500:alice,bob\n");
    put(root, "etc/ssh/ssh_host_ed25519_key.pub", "ssh-ed25519 AAAAC3 root@web01\n");
    put(root, "etc/ssh/ssh_host_ed25519_key", "PRIVATE\n");
    put(
        root,
        "var/lib/dpkg/status",
        "Package: nginx\nStatus: install ok installed\nVersion: 1.22.1-9\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n",
    );
    fs::write(root.join("etc/hostid"), [0xab, 0x10, 0xff, 0x00]).unwrap();
    put(
        root,
        "proc/self/mounts",
        "/dev/vda1 / ext4 rw,relatime 0 0\ntmpfs /run tmpfs rw 0 0\n/dev/vda1 /srv/bind ext4 rw 0 0\nnfs:/x /mnt/my\\040data nfs4 rw 0 0\n",
    );
    put(root, "proc/swaps", "Filename Type Size Used Priority\n/dev/vda2 partition 1 0 -2\n");
    put(
        root,
        "proc/net/route",
        "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n\
        ens18 00000000 010200C0 0003 0 0 0 00000000 0 0 0\nens18 000200C0 00000000 0001 0 0 0 00FFFFFF 0 0 0\n",
    );
    put(
        root,
        "proc/net/fib_trie",
        "Local:\n     |-- 127.0.0.1\n        /32 host LOCAL\n     |-- 192.0.2.11\n        /32 host LOCAL\n",
    );
    put(
        root,
        "proc/net/if_inet6",
        "20010db8000000000000000000000011 02 40 00 80    ens18\n\
        fe80000000000000505400fffe000001 02 40 20 80    ens18\n20010db80000000000000000000000ff 02 40 00 00    ens18\n",
    );
    put(root, "sys/class/net/ens18/address", "52:54:00:00:00:01\n");
    put(root, "sys/class/net/ens18/mtu", "1500\n");
    put(root, "sys/class/net/ens18/device/uevent", "");
    put(root, "sys/block/vda/size", "2048\n");
    put(root, "sys/block/vda/vda1/size", "1024\n");
    put(root, "sys/block/loop0/size", "8\n");
    fs::create_dir_all(root.join("dev/disk/by-uuid")).unwrap();
    std::os::unix::fs::symlink("../../vda1", root.join("dev/disk/by-uuid/aaaa-bbbb")).unwrap();
    folder
}

#[test]
fn a_host_is_captured_and_the_capture_reads_back() {
    let folder = host();
    let root = Root::open(folder.path()).unwrap();
    let found = capture(&root, &["/etc/hostname".to_owned()]).unwrap();
    assert_eq!((found.hostname.as_str(), found.os.as_str()), ("web01", "debian 12"));
    assert_eq!((found.uid("alice"), found.gid("dev"), found.uid("broken")), (Some(1001), Some(1500), None));
    let mounts: Vec<_> = found.mounts.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(mounts, ["/", "/mnt/my data"], "a bind mount is no file system");
    assert_eq!(found.swaps, ["/dev/vda2"]);
    assert_eq!(found.disks["vda"].partitions["vda1"], 512 * 1024);
    assert!(!found.disks.contains_key("loop0"));
    assert_eq!(found.stable_names["/dev/vda1"], "/dev/disk/by-uuid/aaaa-bbbb");
    let interface = &found.interfaces["ens18"];
    assert_eq!(interface.addresses, ["192.0.2.11/24", "2001:db8::11/64"]);
    assert!(interface.physical && interface.mac.as_deref() == Some("52:54:00:00:00:01"));
    assert_eq!(found.gateways, ["192.0.2.1"]);
    assert_eq!(found.host_id.as_deref(), Some("00ff10ab"));
    assert_eq!(found.host_keys, ["ssh-ed25519 AAAAC3"]);
    assert_eq!(found.efi, Some(false));
    assert_eq!(found.packages.len(), 1);
    assert_eq!(found.files["/etc/hostname"].text.as_deref(), Some("web01\n"));
    let json = serde_json::to_string(&found).unwrap();
    assert!(!json.contains("PRIVATE"));
    assert_eq!(serde_json::from_str::<Observed>(&json).unwrap(), found);
}

#[test]
fn what_not_everybody_may_read_is_captured_without_its_content() {
    let folder = host();
    let secret = folder.path().join("etc/secret");
    fs::write(&secret, "hunter2").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o640)).unwrap();
    let root = Root::open(folder.path()).unwrap();
    let found = capture(&root, &["/etc/secret".to_owned()]).unwrap();
    let file = &found.files["/etc/secret"];
    assert_eq!((file.mode.as_str(), &file.text, &file.base64), ("0640", &None, &None));
    assert!(capture(&root, &["/etc/none".to_owned()]).is_err(), "what is not there is said");
}

#[test]
fn a_copy_of_a_root_is_read_by_its_fstab() {
    let folder = tempfile::tempdir().unwrap();
    put(
        folder.path(),
        "etc/fstab",
        "# comment\nUUID=aaaa / ext4 defaults 0 1\nUUID=bbbb none swap sw 0 0\ntmpfs /tmp tmpfs rw 0 0\n",
    );
    let found = capture(&Root::open(folder.path()).unwrap(), &[]).unwrap();
    assert_eq!(found.mounts.len(), 1);
    assert_eq!(found.mounts[0].device, "/dev/disk/by-uuid/aaaa");
    assert_eq!(found.swaps, ["/dev/disk/by-uuid/bbbb"]);
    assert_eq!(found.efi, None, "a copy does not tell");
}
