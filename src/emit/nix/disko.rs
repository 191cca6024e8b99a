//! A proposal for disko: the disks of a likeness as they are today, for a machine that is installed anew. Nothing imports
//! it.

use super::host;
use crate::{
    diag::Result,
    translate::machine::{Boot, Disk, FileSystem, Kind, Machine},
};

/// How much each step of a size has; sizes are rounded up to whole gibibytes.
const GIB: u64 = 1 << 30;

/// Prints the proposal; `None` where too little is known for one.
///
/// # Errors
/// Gives a text that nixfmt does not accept: a fault of this program.
pub(super) fn proposal(name: &str, machine: &Machine) -> Result<Option<String>> {
    let root = machine.file_systems.iter().find(|it| it.path == "/");
    let (Some(root), Some(_)) = (root, &machine.boot) else { return Ok(None) };
    if machine.kind == Kind::Container || !matches!(root.kind.as_str(), "ext4" | "xfs" | "btrfs") {
        return Ok(None);
    }
    let Some(first) = disk_of(root, &machine.disks) else { return Ok(None) };
    let mut disks = String::new();
    for disk in &machine.disks {
        let is_first = disk.device == first.device;
        let others = machine.file_systems.iter().filter(|it| {
            it.path != "/" && !it.path.starts_with("/boot") && disk_of(it, &machine.disks) == Some(disk)
        });
        let parts = parts(machine, root, is_first, &others.collect::<Vec<_>>());
        if !parts.is_empty() {
            let key = disk.device.trim_start_matches("/dev/");
            disks.push_str(&format!(
                "{key} = {{\ntype = \"disk\";\ndevice = \"{}\";\ncontent = {{\ntype = \"gpt\";\npartitions = {{\n\
                 {parts}}};\n}};\n}};\n",
                disk.device
            ));
        }
    }
    let text = format!(
        "# A proposal for machines like `{name}`, made from the disks they have today. It is off: nothing imports it.\n\
         # To install such a machine anew (everything on these disks is lost):\n\
         #\n\
         # 1. add the input `disko` (github:nix-community/disko) to flake.nix and `disko.nixosModules.disko` to its\n\
         #    `common` modules;\n\
         # 2. import this file in the host's file under hardware/hosts/; what it says counts before the defaults there;\n\
         # 3. remove the host's `swapDevices`, whose names belong to the old disks.\n\
         {{ ... }}:\n\n{{\ndisko.devices.disk = {{\n{disks}}};\n}}\n"
    );
    host::format(&format!("hardware/disko/{name}.nix"), &text).map(Some)
}

fn disk_of<'d>(it: &FileSystem, disks: &'d [Disk]) -> Option<&'d Disk> {
    let on = disks.iter().find(|disk| it.kernel_name.starts_with(disk.device.as_str()));
    on.or(if let [only] = disks { Some(only) } else { None })
}

fn parts(machine: &Machine, root: &FileSystem, is_first: bool, others: &[&FileSystem]) -> String {
    let mut out = String::new();
    if is_first {
        match &machine.boot {
            Some(Boot::Efi(path)) => out.push_str(&format!(
                "esp = {{\nsize = \"1G\";\ntype = \"EF00\";\ncontent = {{\ntype = \"filesystem\";\nformat = \"vfat\";\n\
                 mountpoint = \"{path}\";\nmountOptions = [ \"umask=0077\" ];\n}};\n}};\n"
            )),
            Some(Boot::Bios(_)) | None => out.push_str("boot = {\nsize = \"1M\";\ntype = \"EF02\";\n};\n"),
        }
        if !machine.swaps.is_empty() {
            out.push_str("swap = {\nsize = \"4G\";\ncontent.type = \"swap\";\n};\n");
        }
    }
    let mut all: Vec<&FileSystem> = others.to_vec();
    if is_first {
        all.push(root);
    }
    let last = all.len().saturating_sub(1);
    for (at, it) in all.iter().enumerate() {
        // the last takes what is left
        let size = match it.size {
            Some(size) if at < last => format!("{}G", size.div_ceil(GIB).max(1)),
            _ => "100%".to_owned(),
        };
        let name = if it.path == "/" { "root".into() } else { it.path.trim_matches('/').replace('/', "-") };
        out.push_str(&format!(
            "{} = {{\nsize = \"{size}\";\ncontent = {{\ntype = \"filesystem\";\nformat = \"{}\";\n\
             mountpoint = \"{}\";\n}};\n}};\n",
            super::printer::name(&name),
            it.kind,
            it.path
        ));
    }
    out
}
