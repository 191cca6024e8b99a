//! `hardware/`: what a machine must have to boot and be reached, one file for machines of a likeness, and a small one
//! for what only one of them has.
//!
//! In: the machines and what the hosts' plans already say. Out: `hardware/LIKENESS.nix`, `hardware/hosts/CERTNAME.nix`,
//! and a proposal for disko that nothing imports. Values are defaults (`mkDefault`), so that whatever a host or disko
//! says instead counts; what nobody told is an assertion with a sentence.

use super::{
    disko,
    plain::{Module, default},
    routes,
};
use crate::{
    diag::Result,
    emit::{Around, Hosts, OutFile, Output},
    inputs::SecretsBy,
    maps::IndexMap,
    translate::{
        machine::{Boot, Kind, Machine},
        nixos::{Expr, Plan},
    },
};
use ecow::{EcoString, eco_format};
use std::collections::BTreeMap;

/// Says where the file of a host's machine lies in the output.
pub(super) fn machine_file(certname: &str) -> String {
    format!("hardware/hosts/{certname}.nix")
}

/// Writes the files of all machines.
///
/// # Errors
/// Gives a text that nixfmt does not accept: a fault of this program.
pub(super) fn write(hosts: &Hosts<'_>, around: &Around, output: &mut Output) -> Result<()> {
    let nothing = Machine::default();
    let mut likenesses: IndexMap<String, Likeness<'_>> = IndexMap::default();
    for (certname, translated) in hosts {
        let machine = around.machines.get(certname).unwrap_or(&nothing);
        let said = Said::new(&translated.plan);
        let shared = shared(machine, &said);
        let key = shared.bindings();
        let likeness =
            likenesses.entry(key).or_insert_with(|| Likeness { shared, machine, hosts: Vec::new() });
        likeness.hosts.push(certname);
    }
    likenesses.sort_by(|a, _, b, _| a.cmp(b));
    let names = names(&likenesses, &around.decided.likenesses);
    for ((key, likeness), name) in likenesses.iter().zip(names) {
        output.decided.likenesses.insert(name.clone(), digest(key));
        likeness.write(&name, hosts, around, output)?;
    }
    Ok(())
}

fn digest(key: &str) -> String {
    blake3::hash(key.as_bytes()).to_hex().chars().take(16).collect()
}

/// Names of likenesses: the earlier name of what is the same, else the first free one of its stem.
fn names(likenesses: &IndexMap<String, Likeness<'_>>, earlier: &BTreeMap<String, String>) -> Vec<String> {
    let known = |key: &String| {
        let same = digest(key);
        earlier.iter().find(|(_, digest)| **digest == same).map(|(name, _)| name.clone())
    };
    let mut found: Vec<Option<String>> = likenesses.keys().map(known).collect();
    for (at, likeness) in likenesses.values().enumerate() {
        let stem = stem(likeness.machine);
        let free = |name: &String| !found.iter().flatten().any(|taken| taken == name);
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let name = std::iter::once(stem.clone()).chain(numbered).find(free);
        if let Some(slot) = found.get_mut(at).filter(|slot| slot.is_none()) {
            *slot = name;
        }
    }
    found.into_iter().flatten().collect()
}

/// Machines with the same shared part.
struct Likeness<'a> {
    shared: Module,
    machine: &'a Machine,
    hosts: Vec<&'a EcoString>,
}

impl Likeness<'_> {
    fn write(&self, name: &str, hosts: &Hosts<'_>, around: &Around, output: &mut Output) -> Result<()> {
        let path = format!("hardware/{name}.nix");
        let text =
            self.shared.print(&path, "What machines of this likeness share; each host's file imports it")?;
        output.files.insert(path, OutFile::text(text));
        if let Some(text) = disko::proposal(name, self.machine)? {
            output.files.insert(format!("hardware/disko/{name}.nix"), OutFile::text(text));
        }
        let nothing = Machine::default();
        for certname in &self.hosts {
            let Some(translated) = hosts.get(*certname) else { continue };
            let machine = around.machines.get(*certname).unwrap_or(&nothing);
            let earlier = around.decided.state_versions.get(certname.as_str());
            let version = earlier.cloned().unwrap_or_else(|| release(&around.target.nixos));
            let mut own = own(machine, &Said::new(&translated.plan), &version, around);
            own.import(format!("../{name}.nix"));
            let path = machine_file(certname);
            let text = own.print(&path, &format!("{certname}: what only this machine has"))?;
            output.files.insert(path, OutFile::text(text));
            output.decided.state_versions.insert(certname.to_string(), version);
        }
        Ok(())
    }
}

/// The release whose defaults hold: `unstable` has none of its own, the newest that is known here stands for it.
fn release(nixos: &str) -> String {
    if nixos == "unstable" { "25.05".to_owned() } else { nixos.to_owned() }
}

/// `kvm-bios-ext4`.
fn stem(machine: &Machine) -> String {
    let boot = match &machine.boot {
        Some(Boot::Efi(_)) => Some("efi"),
        Some(Boot::Bios(_)) => Some("bios"),
        None => None,
    };
    let root = machine.file_systems.iter().find(|it| it.path == "/").map(|it| it.kind.as_str());
    let words: Vec<&str> = [Some(machine.kind.word()), boot, root].into_iter().flatten().collect();
    words.join("-")
}

/// What a host's plan says already, which is not said again.
pub(super) struct Said<'p>(&'p Plan);

impl<'p> Said<'p> {
    fn new(plan: &'p Plan) -> Self {
        Self(plan)
    }

    /// Tells whether the plan sets an option or something in it.
    fn sets(&self, option: &[&str]) -> bool {
        self.0.settings.iter().any(|setting| {
            setting.option.len() >= option.len()
                && setting.option.iter().zip(option).all(|(set, asked)| set == asked)
        })
    }

    /// Tells whether the plan declares the network's interfaces itself.
    fn network(&self) -> bool {
        self.sets(&["systemd", "network"]) || self.sets(&["networking", "interfaces"])
    }
}

fn shared(machine: &Machine, said: &Said<'_>) -> Module {
    let mut module = Module::default();
    platform(machine, &mut module);
    if !said.sets(&["boot", "loader"]) {
        loader(machine, &mut module);
    }
    for it in machine.file_systems.iter().filter(|it| !said.sets(&["fileSystems", &it.path])) {
        module.set(&["fileSystems", &it.path, "fsType"], default(Expr::Str(it.kind.clone())));
        if !it.options.is_empty() {
            let options = Expr::strings(it.options.iter().cloned());
            module.set(&["fileSystems", &it.path, "options"], default(options));
        }
    }
    if machine.file_systems.iter().any(|it| it.kernel_name.starts_with("/dev/md")) {
        module.set(&["boot", "swraid", "enable"], Expr::Bool(true));
    }
    if machine.kind != Kind::Container && !said.network() && !machine.interfaces.is_empty() {
        module.set(&["networking", "useNetworkd"], Expr::Bool(true));
        module.set(&["networking", "useDHCP"], Expr::Bool(false));
    }
    module
}

fn platform(machine: &Machine, module: &mut Module) {
    let on = |module: &mut Module, option: &[&str]| module.set(option, Expr::Bool(true));
    let early = |module: &mut Module, modules: &[&str]| {
        let list = Expr::strings(modules.iter().copied());
        module.set(&["boot", "initrd", "availableKernelModules"], list);
    };
    match machine.kind {
        Kind::Kvm => {
            module.import_path("(modulesPath + \"/profiles/qemu-guest.nix\")");
            early(module, &["ahci", "ata_piix", "sd_mod", "sr_mod", "uhci_hcd", "xhci_pci"]);
        }
        Kind::Xen => early(module, &["xen_blkfront", "sd_mod", "sr_mod"]),
        Kind::Vmware => {
            on(module, &["virtualisation", "vmware", "guest", "enable"]);
            early(module, &["ahci", "ata_piix", "mptspi", "sd_mod", "sr_mod", "vmw_pvscsi"]);
        }
        Kind::Hyperv => {
            on(module, &["virtualisation", "hypervGuest", "enable"]);
            early(module, &["sd_mod", "sr_mod"]);
        }
        Kind::Virtualbox => {
            on(module, &["virtualisation", "virtualbox", "guest", "enable"]);
            early(module, &["ahci", "ata_piix", "sd_mod", "sr_mod"]);
        }
        Kind::Container => on(module, &["boot", "isContainer"]),
        Kind::Physical => {
            on(module, &["hardware", "enableRedistributableFirmware"]);
            if let Some(maker) = machine.cpu {
                on(module, &["hardware", "cpu", maker, "updateMicrocode"]);
            }
            let modules = [
                "ahci",
                "ata_piix",
                "ehci_pci",
                "hpsa",
                "megaraid_sas",
                "mpt3sas",
                "nvme",
                "sd_mod",
                "sr_mod",
                "usb_storage",
                "usbhid",
                "xhci_pci",
            ];
            early(module, &modules);
        }
    }
}

fn loader(machine: &Machine, module: &mut Module) {
    match &machine.boot {
        Some(Boot::Efi(path)) => {
            module.set(&["boot", "loader", "efi", "canTouchEfiVariables"], Expr::Bool(true));
            module.set(&["boot", "loader", "efi", "efiSysMountPoint"], default(Expr::Str(path.clone())));
            module.set(&["boot", "loader", "grub", "efiSupport"], Expr::Bool(true));
            module.set(&["boot", "loader", "grub", "device"], Expr::str("nodev"));
        }
        Some(Boot::Bios(disk)) => {
            module.set(&["boot", "loader", "grub", "device"], default(Expr::Str(disk.clone())));
        }
        None => {}
    }
}

/// What only one machine has.
fn own(machine: &Machine, said: &Said<'_>, version: &str, around: &Around) -> Module {
    let mut module = Module::default();
    let words =
        "written once: the release whose defaults the host's data were made for; a new release leaves it";
    module.set_with(&["system", "stateVersion"], Expr::str(version), words);
    if around.target.secrets == SecretsBy::AgenixRekey
        && let Some(key) = machine.host_keys.first()
    {
        module.set(&["age", "rekey", "hostPubkey"], Expr::Str(key.clone()));
    }
    if let Some(id) = machine.host_id.as_ref().filter(|_| machine.has("zfs")) {
        module.set(&["networking", "hostId"], Expr::Str(id.clone()));
    }
    for it in machine.file_systems.iter().filter(|it| !said.sets(&["fileSystems", &it.path])) {
        module.set(&["fileSystems", &it.path, "device"], default(Expr::Str(it.device.clone())));
    }
    if !machine.swaps.is_empty() && !said.sets(&["swapDevices"]) {
        let swap = |device: &EcoString| Expr::attrs([("device", Expr::Str(device.clone()))]);
        module.set(&["swapDevices"], default(Expr::List(machine.swaps.iter().map(swap).collect())));
    }
    let mut unknown = machine.unknown.clone();
    if said.network() {
        unknown.retain(|sentence| !sentence.contains("systemd.network"));
    } else if machine.kind != Kind::Container {
        routes::networks(machine, &mut module);
    }
    if said.sets(&["boot", "loader"]) {
        unknown.retain(|sentence| !sentence.contains("boot.loader"));
    }
    if said.sets(&["fileSystems", "/"]) {
        unknown.retain(|sentence| !sentence.contains("fileSystems.\"/\""));
    }
    if !unknown.is_empty() {
        let assertion = |message: EcoString| {
            Expr::attrs([("assertion", Expr::Bool(false)), ("message", Expr::Str(eco_format!("{message}")))])
        };
        let list = Expr::List(unknown.into_iter().map(assertion).collect());
        module.set_with(&["assertions"], list, "what nobody told: declare it, then remove the assertion");
    }
    module
}
