//! `docs/INSTALL-<host>.md`: how one host moves, step by step, and the way back.
//!
//! In: a converted host, its machine, its rows of the state table. Out: Markdown.

use super::{StateRow, fleet::Converted, markdown::inline};
use crate::translate::{
    Flag,
    machine::{Boot, Kind},
};
use std::fmt::Write as _;

/// Writes the page of one host; `attribute` is its name in the flake.
#[must_use]
pub fn install(it: &Converted<'_>, attribute: &str, states: &[&StateRow]) -> String {
    let page = Page { it, attribute, states };
    let mut out = String::new();
    page.head(&mut out);
    page.before(&mut out);
    page.keys(&mut out);
    page.carried(&mut out);
    page.anew(&mut out);
    page.in_place(&mut out);
    page.after(&mut out);
    page.back(&mut out);
    out
}

struct Page<'a> {
    it: &'a Converted<'a>,
    attribute: &'a str,
    states: &'a [&'a StateRow],
}

/// Adds lines; writing to a string cannot fail.
macro_rules! line {
    ($out:expr, $($text:tt)*) => { let _ = writeln!($out, $($text)*); };
}

impl Page<'_> {
    fn certname(&self) -> &str {
        &self.it.host.config.host.certname
    }

    fn head(&self, out: &mut String) {
        let (host, machine) = (&self.it.host.config.host, self.it.machine);
        line!(out, "# Moving {}\n", self.certname());
        let os = if host.os.is_empty() { "an unknown system" } else { host.os.as_str() };
        let boot = match &machine.boot {
            Some(Boot::Efi(path)) => format!("boots by EFI ({path})"),
            Some(Boot::Bios(disk)) => format!("boots from the boot sector of {disk}"),
            None if machine.kind == Kind::Container => "is a container".to_owned(),
            None => "boots in a way that nobody told".to_owned(),
        };
        line!(
            out,
            "Today it runs {os} on {} and {boot}. In the flake it is `{}`.",
            machine.kind.word(),
            self.attribute
        );
    }

    fn before(&self, out: &mut String) {
        line!(out, "\n## Before\n");
        for unknown in &self.it.machine.unknown {
            line!(out, "- [ ] Told by nobody: {}.", inline(unknown));
        }
        let evaluate = format!(
            "nix build --dry-run .#nixosConfigurations.{}.config.system.build.toplevel",
            self.attribute
        );
        line!(out, "- [ ] It evaluates: `{evaluate}`.");
        let secrets: Vec<String> = self.it.host.plan.secrets.keys().map(|name| format!("`{name}`")).collect();
        if !secrets.is_empty() {
            line!(out, "- [ ] Its secrets are encrypted to its key: {}.", secrets.join(", "));
        }
        line!(out, "- [ ] What MIGRATION.md leaves to do by hand for this host is done.");
        line!(out, "- [ ] A way in beside SSH: a console, or hands at the machine.");
        for state in self.states {
            if state.known {
                line!(out, "- [ ] Backup of {}: {}.", inline(&state.service), inline(&state.backup));
            } else {
                line!(
                    out,
                    "- [ ] `{}` is not in the state table: find out whether it keeps data, and back them up.",
                    inline(&state.service)
                );
            }
        }
        line!(
            out,
            "- [ ] `puppet agent --disable 'moving to NixOS'`, so that no run changes what is copied."
        );
    }

    fn keys(&self, out: &mut String) {
        line!(out, "\n## Its SSH keys\n");
        line!(
            out,
            "The keys in `/etc/ssh/ssh_host_*` move with the host: everybody's `known_hosts` stays true, and its secrets are\n\
             encrypted to them. They are private: copy them over SSH, never into this repository."
        );
        match self.it.machine.host_keys.as_slice() {
            [] => {
                line!(
                    out,
                    "\nNo key is known: take `/etc/ssh/ssh_host_ed25519_key.pub` from the host into `secrets/secrets.nix`."
                );
            }
            keys => {
                line!(out, "\n```");
                for key in keys {
                    line!(out, "{key}");
                }
                line!(out, "```");
            }
        }
    }

    fn carried(&self, out: &mut String) {
        let entries = self.it.host.ledger.entries.iter();
        let carried: Vec<_> = entries.filter(|entry| entry.verdict.flags.contains(&Flag::Carried)).collect();
        if carried.is_empty() && self.states.is_empty() {
            return;
        }
        line!(out, "\n## What moves with it\n");
        for entry in carried {
            line!(out, "- `{}`: unique to the host; copy it as it is.", inline(&entry.resource.to_string()));
        }
        for state in self.states.iter().filter(|state| state.known) {
            let version = state.version.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
            line!(
                out,
                "- {}{version}: {} to {}, owned by {}: {}.",
                inline(&state.service),
                inline(&state.old),
                inline(&state.new),
                inline(&state.owner),
                inline(&state.method)
            );
        }
    }

    fn anew(&self, out: &mut String) {
        if self.it.machine.kind == Kind::Container {
            return;
        }
        let (certname, attribute) = (self.certname(), self.attribute);
        line!(
            out,
            "\n## Anew, by nixos-anywhere\n\nEverything on its disks is lost: the data above are copied away first. Switch \
             the proposal in\n`hardware/disko/` on as its head says, then:\n\n\
             ```sh\n\
             umask 077; keys=$(mktemp -d); mkdir -p \"$keys/etc/ssh\"\n\
             ssh root@{certname} 'tar -C /etc/ssh -c --wildcards \"ssh_host_*\"' | tar -C \"$keys/etc/ssh\" -x\n\
             nix run github:nix-community/nixos-anywhere -- --extra-files \"$keys\" --flake .#{attribute} root@{certname}\n\
             rm -r \"$keys\"\n\
             ```"
        );
    }

    fn in_place(&self, out: &mut String) {
        let certname = self.certname();
        if self.it.machine.kind == Kind::Container {
            line!(
                out,
                "\n## As a new container\n\nBuild a new container from `.#nixosConfigurations.{}` and copy the keys and the \
                 data above into it.",
                self.attribute
            );
            return;
        }
        let kept: Vec<&str> = self
            .states
            .iter()
            .filter(|state| state.known)
            .flat_map(|state| state.old.split(", "))
            .filter(|path| path.starts_with('/'))
            .map(|path| path.split(['*', '<']).next().unwrap_or(path))
            .collect();
        line!(
            out,
            "\n## In place\n\nThe file systems stay as they are; what is on the root file system moves to `/old-root`, apart from \
             the paths\nlisted in `/etc/NIXOS_LUSTRATE`.\n\n\
             ```sh\n\
             # on a machine with nix, in this folder\n\
             system=$(nix build --print-out-paths .#nixosConfigurations.{}.config.system.build.toplevel)\n\
             nix copy --to ssh://root@{certname} \"$system\"   # needs nix on the host: the installer with --daemon\n\
             echo \"$system\"   # its path, for what follows on the host\n\
             ```\n\n\
             ```sh\n\
             # on {certname}, with the path from above\n\
             nix-env -p /nix/var/nix/profiles/system --set \"$system\"\n\
             touch /etc/NIXOS\n\
             cat > /etc/NIXOS_LUSTRATE <<END\n\
             etc/ssh/ssh_host_ed25519_key\n\
             etc/ssh/ssh_host_ed25519_key.pub\n\
             etc/ssh/ssh_host_rsa_key\n\
             etc/ssh/ssh_host_rsa_key.pub",
            self.attribute
        );
        let mut known = std::collections::BTreeSet::new();
        for path in kept.into_iter().filter(|path| known.insert(*path)) {
            line!(out, "{}", path.trim_start_matches('/').trim_end_matches('/'));
        }
        line!(
            out,
            "END\n\
             mv /boot /boot.before && mkdir /boot   # where /boot is no file system of its own\n\
             /nix/var/nix/profiles/system/bin/switch-to-configuration boot\n\
             reboot\n\
             ```"
        );
    }

    fn after(&self, out: &mut String) {
        let host = &self.it.host.config.host;
        line!(out, "\n## After\n");
        line!(out, "- [ ] `ssh {}` without a warning of a changed key.", self.certname());
        line!(out, "- [ ] `systemctl --failed` lists nothing.");
        let services: Vec<String> = self
            .it
            .host
            .config
            .services
            .iter()
            .filter(|service| service.running == Some(true))
            .map(|service| format!("`{}`", service.name))
            .collect();
        if !services.is_empty() {
            line!(
                out,
                "- [ ] What ran under Puppet runs (names of {}): {}.",
                host.os_family,
                services.join(", ")
            );
        }
        line!(out, "- [ ] Hold for a day before the next wave of MIGRATION.md.");
    }

    fn back(&self, out: &mut String) {
        line!(out, "\n## The way back\n");
        let snapshot = match self.it.machine.kind {
            Kind::Kvm | Kind::Xen | Kind::Vmware | Kind::Hyperv | Kind::Virtualbox => {
                "- A snapshot of the machine, taken after Puppet was disabled and before the first step: go back to it."
            }
            Kind::Container => "- The old container is stopped and kept: start it again.",
            Kind::Physical => {
                "- An image of the disks, or the backups above with a fresh install: Puppet builds the host again from its catalog."
            }
        };
        line!(out, "{snapshot}");
        line!(
            out,
            "- In place: boot an older generation from the menu for a fault of NixOS; for Debian, a rescue system moves \
             `/old-root/*`\n  and `/boot.before` back and installs the boot loader again.\n\
             - What was written after the switch is on the new side only: copy the data back by the same table, the other way \
             round.\n\
             - `puppet agent --enable`, and PuppetDB still knows the host where it was not deactivated."
        );
    }
}
