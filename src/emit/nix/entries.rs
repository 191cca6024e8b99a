//! The ways in: `hosts.nix`, the table of hosts; `flake.nix` and `default.nix`, which make systems of it.
//!
//! In: the hosts with what stands around them. Out: texts that nixfmt leaves alone.

use super::{hardware::machine_file, host, host_file, printer, secrets::needed, unfree};
use crate::{
    diag::Result,
    emit::{Around, Hosts, OutFile, Output},
    factor::Factored,
    inputs::SecretsBy,
};
use ecow::{EcoString, eco_format};
use std::collections::BTreeSet;

/// Names that colmena gives a meaning of their own.
const RESERVED: [&str; 3] = ["meta", "defaults", "network"];

/// Writes the ways in.
///
/// # Errors
/// Gives a text that nixfmt does not accept: a fault of this program.
pub(super) fn write(
    hosts: &Hosts<'_>,
    factored: &Factored,
    around: &Around,
    output: &mut Output,
) -> Result<()> {
    let unfree = unfree::names(hosts);
    if !unfree.is_empty() {
        output.files.insert("unfree.nix".into(), OutFile::text(predicate(&unfree)?));
    }
    let common = Common { around, unfree: !unfree.is_empty(), secrets: !needed(hosts).is_empty() };
    output.files.insert("hosts.nix".into(), OutFile::text(table(hosts, factored, around)?));
    output.files.insert("flake.nix".into(), OutFile::text(common.flake()?));
    output.files.insert("default.nix".into(), OutFile::text(common.without_inputs()?));
    output.files.insert(common.interface().into(), OutFile::text(common.declarations()?));
    Ok(())
}

/// One row a host.
fn table(hosts: &Hosts<'_>, factored: &Factored, around: &Around) -> Result<String> {
    let mut text = String::from(
        "# The hosts: platform, address for deployment, tags (`colmena apply --on @TAG`), modules.\n{\n",
    );
    for (certname, translated) in hosts {
        let system = match translated.config.host.architecture.as_str() {
            "arm64" | "aarch64" => "aarch64-linux",
            "i386" | "i686" => "i686-linux",
            _ => "x86_64-linux",
        };
        let name = printer::name(&attribute(certname, hosts));
        let tags: Vec<String> = around.tags(certname).iter().map(|tag| format!("\"{tag}\"")).collect();
        text.push_str(&format!(
            "{name} = {{\nsystem = \"{system}\";\naddress = \"{certname}\";\ntags = [ {} ];\nmodules = [ ./{} ./{} ];\n}};\n",
            tags.join(" "),
            host_file(factored, certname),
            machine_file(certname),
        ));
    }
    text.push_str("}\n");
    host::format("hosts.nix", &text)
}

/// Returns the name of a host in the flake: its name without the domain where that is unique, else the certname; a name
/// that colmena takes for something else gets a word before it.
pub(crate) fn attribute(certname: &EcoString, hosts: &Hosts<'_>) -> EcoString {
    let mine = certname.split('.').next().unwrap_or(certname);
    let same = hosts.keys().filter(|name| name.split('.').next() == Some(mine)).count();
    let name = if same == 1 { mine } else { certname };
    if RESERVED.contains(&name) { eco_format!("host-{name}") } else { name.into() }
}

fn predicate(names: &BTreeSet<&str>) -> Result<String> {
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let text = format!(
        "# The packages of these hosts whose licence is not free, each by its name.\n{{ lib, ... }}:\n\n{{\n\
         nixpkgs.config.allowUnfreePredicate = package: builtins.elem (lib.getName package) [\n{}\n];\n}}\n",
        names.join("\n")
    );
    host::format("unfree.nix", &text)
}

/// What all hosts share in the ways in.
struct Common<'a> {
    around: &'a Around,
    unfree: bool,
    secrets: bool,
}

impl Common<'_> {
    /// The flake's inputs for secrets: name, address, further lines, the module.
    fn inputs(&self) -> Vec<(&'static str, &'static str, &'static str)> {
        let agenix = ("agenix", "github:ryantm/agenix", "agenix.nixosModules.default");
        match self.around.target.secrets {
            SecretsBy::Agenix => vec![agenix],
            SecretsBy::AgenixRekey => vec![
                agenix,
                ("agenix-rekey", "github:oddlama/agenix-rekey", "agenix-rekey.nixosModules.default"),
            ],
            SecretsBy::Sops => {
                vec![("sops-nix", "github:Mic92/sops-nix", "sops-nix.nixosModules.sops")]
            }
        }
    }

    /// Modules of the output that every host has.
    fn modules(&self) -> Vec<&'static str> {
        let rekey = self.secrets && self.around.target.secrets == SecretsBy::AgenixRekey;
        [(rekey, "./secrets/rekey.nix"), (self.unfree, "./unfree.nix")]
            .into_iter()
            .filter(|(has, _)| *has)
            .map(|(_, path)| path)
            .collect()
    }

    /// Where options of secrets are declared for an evaluation without inputs.
    fn interface(&self) -> &'static str {
        "secrets/interface.nix"
    }

    fn flake(&self) -> Result<String> {
        let mut inputs =
            format!("nixpkgs.url = \"github:NixOS/nixpkgs/nixos-{}\";\n", self.around.target.nixos);
        let (mut arguments, mut modules) = (String::new(), String::new());
        for (name, url, module) in self.inputs() {
            inputs.push_str(&format!(
                "{name} = {{\nurl = \"{url}\";\ninputs.nixpkgs.follows = \"nixpkgs\";\n}};\n"
            ));
            arguments.push_str(&format!("{name}, "));
            modules.push_str(&format!("{module}\n"));
        }
        for module in self.modules() {
            modules.push_str(&format!("{module}\n"));
        }
        let rekey = if self.around.target.secrets == SecretsBy::AgenixRekey {
            "\n# `nix run github:oddlama/agenix-rekey -- rekey` reads this\nagenix-rekey = agenix-rekey.configure {\n\
             userFlake = self;\ninherit (self) nixosConfigurations;\n};\n"
        } else {
            ""
        };
        let text = include_str!("../../../templates/flake.nix.in")
            .replace("@inputs@", &inputs)
            .replace("@arguments@", &arguments)
            .replace("@modules@", &modules)
            .replace("@rekey@", rekey);
        host::format("flake.nix", &text)
    }

    fn without_inputs(&self) -> Result<String> {
        let modules = self.modules().join(" ");
        let text = include_str!("../../../templates/default.nix.in").replace("@modules@", &modules);
        host::format("default.nix", &text)
    }

    fn declarations(&self) -> Result<String> {
        let text = match self.around.target.secrets {
            SecretsBy::Agenix => include_str!("../../../templates/agenix.nix.in"),
            SecretsBy::AgenixRekey => include_str!("../../../templates/agenix-rekey.nix.in"),
            SecretsBy::Sops => include_str!("../../../templates/sops.nix.in"),
        };
        host::format(self.interface(), text)
    }
}
