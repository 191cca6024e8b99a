//! Repositories that are cloned (the module vcsrepo): a command that runs once.

use crate::model::{Cron, Exec, ItemId, ItemKind, Presence, Text};
use crate::translate::{
    Class, Verdict,
    attributes::Attributes,
    config::exec::quote,
    rule::{Build, Outcome, Rule, claims_type},
};
use ecow::{EcoString, eco_format};

pub(crate) const RULE: Rule = Rule {
    name: "vcsrepo",
    doc: "clones of git repositories that are made once",
    claims: claims_type!("Vcsrepo"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let path = attributes.name("path");
    let provider = attributes.string("provider");
    let ensure = attributes.string("ensure");
    let source = attributes.string("source");
    let (Some("git") | None, Some(source)) = (provider.as_deref(), source) else {
        let reason = eco_format!("a repository of `{}`", provider.as_deref().unwrap_or("no source"));
        return Outcome::Verdict(Verdict::new(Class::Manual, RULE.name, reason));
    };
    if matches!(ensure.as_deref(), Some("absent" | "bare" | "mirror")) {
        let reason = eco_format!("`ensure => {}` is no clone", ensure.unwrap_or_default());
        return Outcome::Verdict(Verdict::new(Class::Manual, RULE.name, reason));
    }
    if ensure.as_deref() == Some("latest") {
        attributes
            .manual("ensure", "cloned once; what follows upstream must pull, or be an input of the flake");
    }
    let mut command = format!("git clone {} {}", quote(&source), quote(&path));
    if let Some(revision) = attributes.string("revision") {
        command.push_str(&format!(" && git -C {} checkout {}", quote(&path), quote(&revision)));
    }
    attributes
        .satisfied(&["force", "remote", "keep_local_changes", "trust_server_cert"], "steers the agent only");
    let name = attributes.title().clone();
    if ensure.as_deref() == Some("latest") {
        return Outcome::item(follow(&name, &command, &path, attributes, build));
    }
    build.config.execs.push(exec(eco_format!("clone {name}"), command, path, attributes, build));
    Outcome::item(ItemId::new(ItemKind::Exec, eco_format!("clone {name}")))
}

/// A clone that follows its branch: a job as often as the agent ran.
fn follow(
    name: &str,
    clone: &str,
    path: &str,
    attributes: &mut Attributes<'_>,
    build: &mut Build<'_>,
) -> ItemId {
    let (name, path) = (eco_format!("follow {name}"), quote(path));
    let command = format!("if [ -d {path}/.git ]; then git -C {path} pull --ff-only; else {clone}; fi");
    build.config.crons.push(Cron {
        name: name.clone(),
        ensure: Presence::Present,
        command: Text::plain(command),
        user: attributes
            .string("user")
            .or_else(|| attributes.string("owner"))
            .unwrap_or_else(|| "root".into()),
        schedule: ["*/30", "*", "*", "*", "*"].map(EcoString::from),
        special: None,
        environment: Vec::new(),
        from: build.from.clone(),
    });
    ItemId::new(ItemKind::Cron, name)
}

/// A command that runs once, until a path is there.
pub(super) fn exec(
    name: EcoString,
    command: String,
    creates: EcoString,
    attributes: &mut Attributes<'_>,
    build: &Build<'_>,
) -> Exec {
    Exec {
        name,
        command: Text::plain(command),
        shell: true,
        refreshonly: false,
        onlyif: Vec::new(),
        unless: Vec::new(),
        creates: vec![creates],
        cwd: None,
        user: attributes.string("user"),
        path: Vec::new(),
        environment: Vec::new(),
        other: crate::maps::IndexMap::default(),
        from: build.from.clone(),
    }
}
