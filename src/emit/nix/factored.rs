//! Modules, host files and the texts that they refer to.

use super::{
    host::{self, Printed},
    module,
    printer::Paths,
};
use crate::{
    diag::Result,
    emit::{OutFile, Output, Place},
    factor::{Factored, Module},
    model::ItemId,
};
use ecow::EcoString;

/// The file that imports all modules.
const MODULES: &str = "modules/default.nix";

/// The file that declares what hosts say of themselves.
const INPUTS: &str = "modules/host.nix";

/// Writes `modules/`, `profiles/`, `hosts/` and `files/` into the output.
///
/// # Errors
/// Gives a file that nixfmt does not accept.
pub(super) fn write(factored: &Factored, output: &mut Output) -> Result<()> {
    let certnames: Vec<&EcoString> = factored.hosts.keys().collect();
    for module in factored.modules.values() {
        let printed = module::print(module, &Below(&module.file))?;
        place_shared(module, &printed, &certnames, output);
        output.files.insert(module.file.to_string(), OutFile::text(printed.text));
    }
    for (certname, host) in &factored.hosts {
        let printed = host::print(certname, &host.settings, &Below(&host.file))?;
        for (at, setting) in host.settings.iter().enumerate() {
            note(output, certname, &setting.items, (&host.file, printed.lines.get(&at)));
        }
        output.files.insert(host.file.to_string(), OutFile::text(printed.text));
    }
    for (place, artifact) in &factored.files {
        let file = OutFile { bytes: artifact.bytes.clone(), executable: artifact.executable };
        output.files.insert(place.to_string(), file);
    }
    if !factored.inputs.is_empty() {
        let text = module::print_inputs(&factored.inputs_path, &factored.inputs, &Below(&INPUTS.into()))?;
        output.files.insert(INPUTS.into(), OutFile::text(text));
    }
    output.files.insert(MODULES.into(), OutFile::text(imports(factored)?));
    Ok(())
}

fn place_shared(module: &Module, printed: &Printed, certnames: &[&EcoString], output: &mut Output) {
    let shared = module.groups.iter().flat_map(|group| &group.settings).enumerate();
    for (at, shared) in shared {
        for (host, items) in &shared.items {
            if let Some(certname) = certnames.get(*host) {
                note(output, certname, items, (&module.file, printed.lines.get(&at)));
            }
        }
    }
}

fn note(output: &mut Output, certname: &EcoString, items: &[ItemId], at: (&EcoString, Option<&usize>)) {
    let (file, Some(line)) = at else { return };
    for item in items {
        let place = Place { file: file.to_string(), line: *line };
        output.places.entry((certname.clone(), item.clone())).or_default().push(place);
    }
}

fn imports(factored: &Factored) -> Result<String> {
    let mut files: Vec<&EcoString> = factored.modules.values().map(|module| &module.file).collect();
    let inputs = EcoString::from(INPUTS);
    files.extend((!factored.inputs.is_empty()).then_some(&inputs));
    files.sort();
    let below = Below(&MODULES.into());
    let lines: String = files.into_iter().map(|file| format!("{}\n", below.path(file))).collect();
    host::format(MODULES, &format!("{{\nimports = [\n{lines}];\n}}\n"))
}

/// Paths as seen from a file of the output.
struct Below<'a>(&'a EcoString);

impl Paths for Below<'_> {
    fn file(&self, key: &str) -> String {
        self.path(&format!("files/{key}"))
    }

    fn path(&self, path: &str) -> String {
        let from: Vec<&str> = self.0.split('/').collect();
        let to: Vec<&str> = path.split('/').collect();
        let folders = from.len().saturating_sub(1);
        let common = from.iter().take(folders).zip(&to).take_while(|(one, other)| one == other).count();
        let up = match folders - common {
            0 => "./".to_owned(),
            levels => "../".repeat(levels),
        };
        format!("{up}{}", to.get(common..).unwrap_or_default().join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_seen_from_the_file() {
        let from = |file: &str, path: &str| Below(&file.into()).path(path);
        assert_eq!(from("modules/ntp.nix", "files/etc/ntp.conf"), "../files/etc/ntp.conf");
        assert_eq!(from("modules/default.nix", "modules/ntp.nix"), "./ntp.nix");
        assert_eq!(from("profiles/web/default.nix", "secrets/a.age"), "../../secrets/a.age");
    }
}
