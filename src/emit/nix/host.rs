//! One host's file.

use super::{
    printer::Paths,
    tree::{Tree, Writer},
};
use crate::{
    diag::{Diagnostic, Result},
    emit::codes,
    maps::IndexMap,
    translate::nixos::{Setting, Stub, Topic},
};
use ecow::EcoString;
use std::collections::BTreeMap;

/// A printed file and the line of each setting in it.
pub(super) struct Printed {
    pub(super) text: String,
    /// Lines from 1, by the setting's place in the plan.
    pub(super) lines: BTreeMap<usize, usize>,
}

/// Prints a host's module and formats it.
///
/// # Errors
/// Gives a text that nixfmt cannot read or does not leave alone: a fault of the printer.
pub(super) fn print(certname: &str, settings: &[Setting], paths: &dyn Paths) -> Result<Printed> {
    let mut writer = Writer::new(paths, true);
    for (path, tree) in blocks(settings.iter().zip(0..)) {
        writer.gap();
        writer.block(&path, &tree);
    }
    let header = arguments(&writer.out);
    let text =
        format!("# {certname}, made by migrate from its Puppet catalog\n{header}\n\n{{\n{}}}\n", writer.out);
    format_marked(certname, &text)
}

/// Lays a text out and takes the marks (`#@<number>`) out of it, each of which numbers the next line.
///
/// # Errors
/// Gives a text that nixfmt cannot read or does not leave alone: a fault of the printer.
pub(super) fn format_marked(name: &str, marked: &str) -> Result<Printed> {
    let plain: String =
        marked.split_inclusive('\n').filter(|line| !line.trim_start().starts_with("#@")).collect();
    let text = format(name, &plain)?;
    let marked = format(name, marked)?;
    let (mut lines, mut kept, mut pending) = (BTreeMap::new(), 0, Vec::new());
    for line in marked.lines() {
        match line.trim_start().strip_prefix("#@").and_then(|number| number.parse::<usize>().ok()) {
            Some(number) => pending.push(number),
            None => {
                kept += 1;
                lines.extend(pending.drain(..).map(|number| (number, kept)));
            }
        }
    }
    if kept != text.lines().count() {
        lines.clear();
    }
    Ok(Printed { text, lines })
}

/// Lays a text out as nixfmt does, and checks that doing so again changes nothing.
pub(super) fn format(name: &str, text: &str) -> Result<String> {
    let fault = |what: String| Box::new(Diagnostic::error(&codes::NOT_NIX, format!("`{name}`: {what}")));
    if text.contains('\0') {
        return Err(fault("a text with a NUL byte, which Nix's strings cannot hold".into()));
    }
    let mut text = text.to_owned();
    for _ in 0..3 {
        let next = nixfmt_rs::format(&text).map_err(|error| fault(format!("{error:?}")))?;
        if next == text {
            return Ok(text);
        }
        text = next;
    }
    Err(fault("formatting does not come to rest".into()))
}

/// Settings by block: what shares its first two names (`services.nginx`), or its first alone where that is a
/// topic of its own (`networking`). A block stands where the first topic of its settings is.
pub(super) fn blocks<'s>(
    settings: impl Iterator<Item = (&'s Setting, usize)>,
) -> Vec<(Vec<EcoString>, Tree<'s>)> {
    const WHOLE: [&str; 5] = ["networking", "boot", "time", "system", "hardware"];
    let mut found: IndexMap<Vec<EcoString>, (Topic, Tree<'_>)> = IndexMap::default();
    for (setting, at) in settings {
        let whole = setting.option.first().is_some_and(|first| WHOLE.contains(&first.as_str()));
        let length = if whole { 1 } else { 2.min(setting.option.len()) };
        let key: Vec<EcoString> = setting.option.iter().take(length).cloned().collect();
        let (topic, tree) = found.entry(key).or_insert_with(|| (setting.topic, Tree::default()));
        *topic = setting.topic.min(*topic);
        tree.add(setting, length, at);
    }
    let mut blocks: Vec<_> = found.into_iter().collect();
    blocks.sort_by_key(|(_, (topic, _))| *topic);
    blocks.into_iter().map(|(key, (_, tree))| (key, tree)).collect()
}

/// Tells whether a text of Nix has a word that is not part of another.
pub(super) fn mentions(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|rest| rest.chars().last());
        before.is_none_or(|letter| !(letter.is_alphanumeric() || "._-\"/".contains(letter)))
    })
}

/// The module's arguments that the text uses.
pub(super) fn arguments(text: &str) -> String {
    let uses = |word: &str| mentions(text, word);
    let pkgs = uses("pkgs.") || uses("with pkgs;");
    let names = [
        ("config", uses("config.")),
        ("lib", uses("lib.")),
        ("modulesPath", uses("modulesPath")),
        ("pkgs", pkgs),
    ];
    let used: Vec<&str> = names.iter().filter(|(_, used)| *used).map(|(name, _)| *name).collect();
    let mut used = used.join(", ");
    if !used.is_empty() {
        used.push_str(", ");
    }
    format!("{{ {used}... }}:")
}

/// What is left for a human, as comments.
pub(super) fn stubs(stubs: &[Stub]) -> String {
    if stubs.is_empty() {
        return String::new();
    }
    let mut out = String::from("\n# To decide by hand; MIGRATION.md lists these with what they were.\n");
    for stub in stubs {
        let origin = if stub.origin.is_empty() { String::new() } else { format!(" ({})", stub.origin) };
        let line = format!("TODO {}: {}{origin}", stub.item, stub.reason);
        out.push_str(&format!("# {}\n", line.replace(['\n', '\r'], " ")));
    }
    out
}
