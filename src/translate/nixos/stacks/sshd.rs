//! `sshd_config` and its parts: `services.openssh`.

use super::{absent, folded_folder, wanted, with_module};
use crate::{
    maps::IndexMap,
    model::File,
    translate::{
        Class, Flag,
        nixos::{
            expr::Expr,
            plan::{Decision, Of, Planner, Topic, file_id, plain_text},
        },
    },
};
use ecow::EcoString;

const RULE: &str = "sshd";
const UNITS: [&str; 2] = ["ssh", "sshd"];
const PACKAGES: [&str; 1] = ["openssh-server"];

/// Keywords that may be given several times and have no option of their own.
const REPEATED: [&str; 3] = ["acceptenv", "setenv", "permitlisten"];

/// Keywords of Debian's patches or of no use on NixOS.
const IGNORED: [&str; 3] = ["debianbanner", "useprivilegeseparation", "protocol"];

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    if !wanted(planner, &PACKAGES, &UNITS) {
        return;
    }
    planner.set(Topic::Services, &["services", "openssh", "enable"], Expr::Bool(true), Of::NOBODY);
    let main = planner.open_file("/etc/ssh/sshd_config");
    if let Some(file) = main
        && let Some(text) = plain_text(file)
    {
        fold(planner, file, text);
    }
    moduli(planner);
    with_module(planner, RULE, &PACKAGES, &UNITS);
}

/// What a configuration says, sorted by where it goes.
#[derive(Default)]
struct Folded {
    ports: Vec<i64>,
    listen: Vec<EcoString>,
    keys: Vec<EcoString>,
    key_files: Vec<EcoString>,
    settings: IndexMap<EcoString, EcoString>,
    extra: String,
    sftp: Option<bool>,
}

fn fold(planner: &mut Planner<'_>, main: &File, text: &str) {
    let parts: Vec<(&File, &str)> = planner
        .open_below("/etc/ssh/sshd_config.d")
        .into_iter()
        .filter_map(|file| Some((file, plain_text(file)?)))
        .collect();
    let included = text.lines().any(|line| line.trim().to_lowercase().starts_with("include"));
    let mut folded = Folded::default();
    read(text, &mut folded);
    if included {
        for (_, text) in &parts {
            read(text, &mut folded);
        }
    }
    let id = file_id(main);
    write(planner, &folded, Of::item(&id, &main.from));
    let reason = "each directive in services.openssh; what the file leaves open has NixOS's default";
    let mut decision = Decision::new(Class::Native, RULE, reason);
    if !folded.extra.is_empty() {
        decision =
            Decision::file(RULE, "directives in services.openssh, Match blocks in extraConfig", "sshd")
                .flag(Flag::Retargeted);
    }
    planner.decide(
        id,
        decision.field("validate_cmd", Class::Satisfied, "the configuration is checked when it is built"),
    );
    for file in planner.open_below("/etc/ssh/sshd_config.d") {
        if absent(planner, file, RULE) {
            continue;
        }
        let verdict = if included && plain_text(file).is_some() {
            Decision::file(RULE, "in services.openssh.extraConfig", "sshd")
        } else {
            Decision::new(Class::Manual, RULE, "sshd_config does not include it")
        };
        planner.decide(file_id(file), verdict);
    }
    folded_folder(planner, "/etc/ssh/sshd_config.d", RULE);
    if folded.settings.contains_key("Banner") {
        planner.reads("sshd", folded.settings.get("Banner").cloned().unwrap_or_default());
    }
}

fn read(text: &str, folded: &mut Folded) {
    let mut matching = false;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (key, value) =
            line.split_once(|letter: char| letter.is_whitespace() || letter == '=').unwrap_or((line, ""));
        let (lower, value) = (key.to_lowercase(), value.trim());
        matching |= lower == "match";
        if matching {
            let indent = if lower == "match" { "" } else { "    " };
            folded.extra.push_str(&format!("{indent}{line}\n"));
            continue;
        }
        match lower.as_str() {
            "include" => {}
            "port" => folded.ports.extend(value.parse::<i64>()),
            "listenaddress" => folded.listen.push(value.into()),
            "hostkey" => folded.keys.push(value.into()),
            "authorizedkeysfile" => folded.key_files.extend(value.split_whitespace().map(EcoString::from)),
            "subsystem" => match value.split_whitespace().collect::<Vec<_>>().as_slice() {
                ["sftp", ..] => folded.sftp = Some(true),
                _ => folded.extra.push_str(&format!("{line}\n")),
            },
            _ if IGNORED.contains(&lower.as_str()) => {}
            _ if REPEATED.contains(&lower.as_str()) => folded.extra.push_str(&format!("{line}\n")),
            // the first value counts
            _ => drop(folded.settings.entry(canonical(key)).or_insert_with(|| value.into())),
        }
    }
}

/// The keyword in sshd_config(5)'s own spelling, where it matters for an option's name.
fn canonical(key: &str) -> EcoString {
    const NAMES: [&str; 22] = [
        "AllowGroups",
        "AllowUsers",
        "Banner",
        "Ciphers",
        "ClientAliveInterval",
        "DenyGroups",
        "DenyUsers",
        "GatewayPorts",
        "KbdInteractiveAuthentication",
        "KexAlgorithms",
        "LogLevel",
        "Macs",
        "MaxAuthTries",
        "PasswordAuthentication",
        "PermitRootLogin",
        "PrintMotd",
        "PubkeyAuthentication",
        "StrictModes",
        "UseDns",
        "UsePAM",
        "X11Forwarding",
        "ClientAliveCountMax",
    ];
    match key.to_lowercase().as_str() {
        "challengeresponseauthentication" => "KbdInteractiveAuthentication".into(),
        lower => NAMES
            .iter()
            .find(|name| name.to_lowercase() == lower)
            .map_or_else(|| key.into(), |&name| name.into()),
    }
}

fn write(planner: &mut Planner<'_>, folded: &Folded, of: Of<'_>) {
    let openssh = |option| ["services", "openssh", option];
    if !folded.ports.is_empty() {
        let ports = Expr::List(folded.ports.iter().copied().map(Expr::Int).collect());
        planner.set(Topic::Services, &openssh("ports"), ports, of);
    }
    if !folded.listen.is_empty() {
        let addresses = folded.listen.iter().map(|text| listen(text));
        planner.set(Topic::Services, &openssh("listenAddresses"), Expr::List(addresses.collect()), of);
    }
    if !folded.keys.is_empty() {
        let keys = folded.keys.iter().map(|path| {
            let kind = ["ed25519", "ecdsa", "rsa", "dsa"]
                .into_iter()
                .find(|kind| path.contains(kind))
                .unwrap_or("rsa");
            Expr::attrs([("path", Expr::Str(path.clone())), ("type", Expr::str(kind))])
        });
        planner.set(Topic::Services, &openssh("hostKeys"), Expr::List(keys.collect()), of);
    }
    if folded.sftp.is_none() {
        planner.set(Topic::Services, &openssh("allowSFTP"), Expr::Bool(false), of);
    }
    if !folded.key_files.is_empty() {
        planner.set(
            Topic::Services,
            &openssh("authorizedKeysFiles"),
            Expr::strings(folded.key_files.clone()),
            of,
        );
    }
    for (key, value) in &folded.settings {
        planner.set(Topic::Services, &["services", "openssh", "settings", key], setting(key, value), of);
    }
    if !folded.extra.is_empty() {
        planner.lines(Topic::Services, &openssh("extraConfig"), &folded.extra, of);
    }
}

/// `address`, `address:port` or `[address]:port`.
fn listen(text: &str) -> Expr {
    let (address, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => (address, rest.strip_prefix(':')),
        None if text.matches(':').count() == 1 => {
            text.split_once(':').map_or((text, None), |(a, p)| (a, Some(p)))
        }
        None => (text, None),
    };
    let mut entry = vec![("addr", Expr::str(address))];
    if let Some(port) = port.and_then(|port| port.parse().ok()) {
        entry.push(("port", Expr::Int(port)));
    }
    Expr::attrs(entry)
}

/// A value in the type of its option: lists, booleans, numbers, words.
fn setting(key: &str, value: &EcoString) -> Expr {
    const LISTS: [&str; 7] =
        ["AllowGroups", "AllowUsers", "DenyGroups", "DenyUsers", "Ciphers", "KexAlgorithms", "Macs"];
    const WORDS: [&str; 3] = ["PermitRootLogin", "GatewayPorts", "LogLevel"];
    if LISTS.contains(&key) {
        let items = value.split([',', ' ']).filter(|item| !item.is_empty());
        return Expr::strings(items.map(EcoString::from));
    }
    match (value.as_str(), value.parse::<i64>()) {
        _ if WORDS.contains(&key) => Expr::Str(value.clone()),
        ("yes", _) => Expr::Bool(true),
        ("no", _) => Expr::Bool(false),
        (_, Ok(number)) => Expr::Int(number),
        _ => Expr::Str(value.clone()),
    }
}

fn moduli(planner: &mut Planner<'_>) {
    if let Some(file) = planner.open_file("/etc/ssh/moduli")
        && let Some(text) = plain_text(file)
    {
        let id = file_id(file);
        let source = planner.artifact(&file.path, text.as_bytes().to_vec(), false);
        planner.set(
            Topic::Services,
            &["services", "openssh", "moduliFile"],
            source,
            Of::item(&id, &file.from),
        );
        planner.decide(id, Decision::file(RULE, "services.openssh.moduliFile", "sshd"));
    }
}
