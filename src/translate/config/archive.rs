//! Archives that are fetched and unpacked (the module archive): a command that runs once.

use super::vcsrepo::exec;
use crate::model::{ItemId, ItemKind};
use crate::translate::{
    Class, Verdict,
    attributes::Attributes,
    config::exec::quote,
    rule::{Build, Outcome, Rule, claims_type},
};
use ecow::{EcoString, eco_format};

pub(crate) const RULE: Rule = Rule {
    name: "archive",
    doc: "archives that are fetched, checked and unpacked once",
    claims: claims_type!("Archive"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let path = attributes.name("path");
    let source = attributes.string("source").filter(|it| it.starts_with("http") || it.starts_with("ftp"));
    let (Some(source), None | Some("present")) = (source, attributes.string("ensure").as_deref()) else {
        let reason = "its source is not on the network, or it shall be absent";
        return Outcome::Verdict(Verdict::new(Class::Manual, RULE.name, reason));
    };
    let extract = attributes.bool("extract").unwrap_or_default();
    let folder = attributes.string("extract_path");
    let (Some(creates), true) = (attributes.string("creates"), extract || attributes.has("creates")) else {
        let reason =
            "it says nothing of what it makes (`creates`): fetch it with `pkgs.fetchurl` or as a package";
        return Outcome::Verdict(Verdict::new(Class::Manual, RULE.name, reason));
    };
    let mut command = format!("curl -fsSL -o {} {}", quote(&path), quote(&source));
    if let Some(sum) = checksum(attributes, &path) {
        command.push_str(&format!(" && {sum}"));
    }
    if extract {
        let Some(unpack) = unpack(attributes, &path, folder.as_deref()) else {
            let reason = eco_format!("how `{path}` is unpacked is not known here");
            return Outcome::Verdict(Verdict::new(Class::Manual, RULE.name, reason));
        };
        command.push_str(&format!(" && {unpack}"));
    }
    if attributes.bool("cleanup").unwrap_or(true) && extract {
        command.push_str(&format!(" && rm -f {}", quote(&path)));
    }
    let steers = [
        "allow_insecure",
        "provider",
        "download_options",
        "temp_dir",
        "group",
        "proxy_server",
        "proxy_type",
        "filename",
    ];
    attributes.satisfied(&steers, "steers the agent only");
    let name = eco_format!("fetch {}", attributes.title());
    build.config.execs.push(exec(name.clone(), command, creates, attributes, build));
    Outcome::item(ItemId::new(ItemKind::Exec, name))
}

fn checksum(attributes: &mut Attributes<'_>, path: &str) -> Option<String> {
    attributes.satisfied(
        &["checksum_verify", "checksum_url", "digest_url", "digest_type", "digest_string"],
        "the sum is checked",
    );
    let kind = attributes.string("checksum_type").unwrap_or_else(|| "sha256".into());
    let sum = attributes.string("checksum")?;
    let program = matches!(kind.as_str(), "md5" | "sha1" | "sha256" | "sha384" | "sha512").then_some(kind)?;
    Some(format!("echo {} | {program}sum -c", quote(&format!("{sum}  {path}"))))
}

/// The command of the module for the archive's kind, or the one that is given.
fn unpack(attributes: &mut Attributes<'_>, path: &str, folder: Option<&str>) -> Option<String> {
    let quoted = quote(path);
    let into = folder.map(|folder| format!("cd {} && ", quote(folder))).unwrap_or_default();
    if let Some(given) = attributes.string("extract_command") {
        return Some(format!("{into}{}", given.replace("%s", &quoted)));
    }
    let flags: EcoString = attributes.string("extract_flags").unwrap_or_default();
    let command = match path {
        _ if path.ends_with(".tar.gz") || path.ends_with(".tgz") => format!("tar xzf {quoted} {flags}"),
        _ if path.ends_with(".tar.bz2") || path.ends_with(".tbz2") => format!("tar xjf {quoted} {flags}"),
        _ if path.ends_with(".tar.xz") || path.ends_with(".txz") => format!("tar xJf {quoted} {flags}"),
        _ if path.ends_with(".zip") => format!("unzip -o {quoted} {flags}"),
        _ if path.ends_with(".gz") => format!("gunzip -d {quoted}"),
        _ => return None,
    };
    Some(format!("{into}{}", command.trim_end()))
}
