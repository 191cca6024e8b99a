//! The stand-in for nixpkgs: its files, with the declarations of the option table and the names of our package map.

#![allow(dead_code, reason = "each test binary uses its own part of this module")]

use migrate::options::{Literal, Node, OptionTable, OptionType, StrRule};
use serde_json::{Map, Value as Json, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What NixOS has on where nobody says anything.
const ON_BY_DEFAULT: [&str; 7] = [
    "environment.etc.<name>.enable",
    "programs.bash.completion.enable",
    "security.sudo.enable",
    "services.logrotate.enable",
    "services.timesyncd.enable",
    "systemd.services.<name>.enable",
    "systemd.timers.<name>.enable",
];

/// Writes the stand-in into a folder and returns the tree's path.
pub fn tree(folder: &Path) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/standin");
    let to = folder.join("nixpkgs");
    for entry in walkdir::WalkDir::new(&from) {
        let path = entry.unwrap().into_path();
        let target = to.join(path.strip_prefix(&from).unwrap());
        match path.is_dir() {
            true => fs::create_dir_all(target).unwrap(),
            false => assert!(fs::copy(path, target).is_ok()),
        }
    }
    let table = OptionTable::shipped();
    let mut options = node(table, table.root());
    for name in ON_BY_DEFAULT {
        let place = name.split('.').fold(&mut options, |at, name| &mut at["below"][name]);
        place["default"] = true.into();
    }
    fs::write(to.join("options.json"), options.to_string()).unwrap();
    fs::write(to.join("packages.json"), json!(packages()).to_string()).unwrap();
    to
}

/// The attributes of nixpkgs that our maps know.
fn packages() -> Vec<&'static str> {
    let packages = include_str!("../../data/packages.tsv").lines().filter_map(|line| {
        let mut columns = line.split('\t').skip(1);
        (columns.next() == Some("attr")).then(|| columns.next()).flatten()
    });
    let programs = include_str!("../../data/programs.tsv").lines().filter_map(|line| line.split('\t').nth(1));
    let mut all: Vec<_> = packages.chain(programs).collect();
    all.extend(["bash", "coreutils", "findutils", "gnugrep", "gnused", "replace-secret", "systemd"]);
    all.sort_unstable();
    all.dedup();
    all
}

fn node(table: &OptionTable, from: &Node) -> Json {
    let mut out = Map::new();
    if let Some(option) = &from.option {
        out.insert("type".into(), kind(table.type_of(option)));
        out.insert("words".into(), table.type_text(option).into());
        let removed = option.fate == migrate::options::Fate::Removed;
        let letters = [(option.read_only, 'r'), (removed, 'x')];
        let letters: String = letters.iter().filter(|it| it.0).map(|it| it.1).collect();
        out.insert("letters".into(), letters.into());
        if let migrate::options::Fate::Renamed(to) = &option.fate {
            out.insert("to".into(), to.as_str().into());
        }
    }
    if !from.children.is_empty() {
        let below = from.children.iter().map(|(name, child)| (name.to_string(), node(table, child)));
        out.insert("below".into(), Json::Object(below.collect()));
    }
    Json::Object(out)
}

fn kind(from: &OptionType) -> Json {
    let simple = |name: &str| json!({ "t": name });
    let string = |rule: &str| json!({ "t": "str", "rule": rule });
    match from {
        OptionType::Any | OptionType::Unknown => simple("any"),
        OptionType::Null => simple("null"),
        OptionType::Bool => simple("bool"),
        OptionType::Float => simple("float"),
        OptionType::Path => simple("path"),
        OptionType::Package => simple("package"),
        OptionType::Function => simple("function"),
        OptionType::Submodule => simple("submodule"),
        OptionType::Set => simple("set"),
        OptionType::Str(StrRule::Any) => string("any"),
        OptionType::Str(StrRule::Filled) => string("filled"),
        OptionType::Str(StrRule::Line(end)) => string(if *end { "end" } else { "line" }),
        OptionType::Str(StrRule::Field) => string("field"),
        OptionType::Str(StrRule::Matching(pattern)) => {
            json!({ "t": "str", "rule": "pattern", "pattern": pattern.as_str() })
        }
        OptionType::Lines(between) => json!({ "t": "lines", "between": between.as_str() }),
        OptionType::Int { min, max } => json!({ "t": "int", "min": min, "max": max }),
        OptionType::Enum(values) => {
            json!({ "t": "enum", "values": values.iter().map(literal).collect::<Vec<_>>() })
        }
        OptionType::List { of, filled } => json!({ "t": "list", "of": kind(of), "filled": filled }),
        OptionType::Attrs(of) => json!({ "t": "attrs", "of": kind(of) }),
        OptionType::Either(of) => json!({ "t": "either", "of": of.iter().map(kind).collect::<Vec<_>>() }),
    }
}

fn literal(from: &Literal) -> Json {
    match from {
        Literal::Str(text) => text.as_str().into(),
        Literal::Int(number) => (*number).into(),
        Literal::Bool(it) => (*it).into(),
        Literal::Null => Json::Null,
    }
}

/// Whether the real Nix can be asked; says so where it cannot.
pub fn nix_or_skip() -> bool {
    let found = Command::new("nix-instantiate").arg("--version").output().is_ok();
    if !found {
        println!("skipped: nix-instantiate is not installed");
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "CI must not skip: nix-instantiate is not installed"
        );
    }
    found
}

/// Writes a settings file with the fixtures' gateways: facts do not tell them, and what nobody tells is asserted in vain.
pub fn write_gateways(settings: &Path) {
    let gateways = ["203.0.113", "198.51.100", "192.0.2"].map(|it| format!("\"{it}.0/24\" = \"{it}.254\"\n"));
    fs::write(settings, format!("[gateways]\n{}", gateways.concat())).unwrap();
}
