//! `/etc/logrotate.d`: `services.logrotate.settings`.

use super::{absent, folded_folder};
use crate::{
    maps::IndexMap,
    model::{ItemId, ItemKind},
    translate::{
        Class, Flag,
        nixos::{
            expr::{Expr, Part},
            plan::{Decision, Of, Planner, Topic, file_id, plain_text},
            retarget::retarget,
        },
    },
};
use ecow::EcoString;

const RULE: &str = "logrotate";

/// A block: the patterns and the directives in order.
type Block = (Vec<EcoString>, IndexMap<EcoString, EcoString>);

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    for file in planner.open_below("/etc/logrotate.d") {
        if absent(planner, file, RULE) {
            continue;
        }
        let Some(blocks) = plain_text(file).and_then(blocks) else { continue };
        let id = file_id(file);
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let many = blocks.len() > 1;
        let mut retargeted = false;
        for (at, (patterns, directives)) in blocks.into_iter().enumerate() {
            let name = if many { format!("{name}-{}", at + 1) } else { name.to_owned() };
            let files = match patterns.as_slice() {
                [one] => Expr::Str(one.clone()),
                several => Expr::strings(several.iter().cloned()),
            };
            let mut entry = vec![(EcoString::from("files"), files)];
            for (key, value) in directives {
                let value = value_of(planner, &key, &value);
                retargeted |= matches!(&value, Expr::Text(parts) if parts.iter().any(|part| matches!(part, Part::Expr(_))));
                entry.push((key, value));
            }
            let option = ["services", "logrotate", "settings", &name];
            planner.set(Topic::Services, &option, Expr::Attrs(entry), Of::item(&id, &file.from));
        }
        let decision = Decision::new(Class::Native, RULE, "services.logrotate.settings");
        planner.decide(id, decision.flag_if(retargeted, Flag::Retargeted));
    }
    folded_folder(planner, "/etc/logrotate.d", RULE);
    if let Some(package) = planner.package(&["logrotate"]) {
        let id = ItemId::new(ItemKind::Package, package.name.clone());
        planner.decide(id, Decision::new(Class::Satisfied, RULE, "services.logrotate is on by default"));
    }
}

/// A directive without a value is `true`; scripts and words are texts, numbers numbers.
fn value_of(planner: &Planner<'_>, key: &str, value: &EcoString) -> Expr {
    if value.is_empty() {
        return Expr::Bool(true);
    }
    if SCRIPTS.contains(&key) {
        return Expr::text(retarget(planner.packages, value).parts);
    }
    value.parse().map_or_else(|_| Expr::Str(value.clone()), Expr::Int)
}

const SCRIPTS: [&str; 5] = ["postrotate", "prerotate", "firstaction", "lastaction", "preremove"];

/// Reads logrotate(8)'s blocks; `None` where something is outside a block.
fn blocks(text: &str) -> Option<Vec<Block>> {
    let (mut blocks, mut open): (Vec<Block>, Option<Block>) = (Vec::new(), None);
    let mut patterns: Vec<EcoString> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((_, directives)) = &mut open else {
            let (names, opens) = line.strip_suffix('{').map_or((line, false), |names| (names, true));
            patterns.extend(names.split_whitespace().map(|name| name.trim_matches('"').into()));
            if opens && !patterns.is_empty() {
                open = Some((std::mem::take(&mut patterns), IndexMap::default()));
            }
            continue;
        };
        if line == "}" {
            blocks.extend(open.take());
            continue;
        }
        let (key, value) =
            line.split_once(|letter: char| letter.is_whitespace() || letter == '=').unwrap_or((line, ""));
        let value = if SCRIPTS.contains(&key) { script(&mut lines)? } else { value.trim().into() };
        directives.insert(key.into(), value);
    }
    (open.is_none() && patterns.is_empty() && !blocks.is_empty()).then_some(blocks)
}

/// The lines up to `endscript`, their common indent taken off.
fn script(lines: &mut std::str::Lines<'_>) -> Option<EcoString> {
    let mut body: Vec<&str> = Vec::new();
    loop {
        let line = lines.next()?;
        if line.trim() == "endscript" {
            break;
        }
        body.push(line);
    }
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let common = body.iter().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or_default();
    Some(
        body.iter()
            .map(|line| format!("{}\n", line.get(common..).unwrap_or_default()))
            .collect::<String>()
            .into(),
    )
}
