//! `/etc/sysctl.d` and `/etc/sysctl.conf`: `boot.kernel.sysctl`.

use super::{absent, folded_folder};
use crate::translate::{
    Class,
    nixos::{
        expr::Expr,
        plan::{Decision, Of, Planner, Topic, file_id, plain_text},
    },
};

const RULE: &str = "sysctl";

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    let mut files = planner.open_below("/etc/sysctl.d");
    files.extend(planner.open_file("/etc/sysctl.conf"));
    for file in files {
        if absent(planner, file, RULE) {
            continue;
        }
        let Some(pairs) = plain_text(file).and_then(pairs) else { continue };
        let id = file_id(file);
        let mut all = true;
        for (key, value) in pairs {
            let value = value.parse().map_or_else(|_| Expr::str(value), Expr::Int);
            let option = ["boot", "kernel", "sysctl", &key];
            all &= planner.set(Topic::Host, &option, value, Of::item(&id, &file.from));
        }
        let decision = match all {
            true => Decision::new(Class::Native, RULE, "boot.kernel.sysctl"),
            false => Decision::new(Class::Manual, RULE, "another file sets one of its keys to another value"),
        };
        planner.decide(id, decision);
    }
    folded_folder(planner, "/etc/sysctl.d", RULE);
}

/// `key = value` lines; a key with slashes is one with dots (sysctl.d(5)); `None` where a line is something else.
fn pairs(text: &str) -> Option<Vec<(String, &str)>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';']));
    let pair = |line: &'_ str| -> Option<(usize, usize)> {
        let at = line.find('=')?;
        (!line.starts_with('-') && !line.contains('*')).then_some((at, line.len()))
    };
    lines
        .map(|line| {
            let (at, end) = pair(line)?;
            let key = line.get(..at)?.trim();
            let key =
                if key.contains('/') && !key.contains('.') { key.replace('/', ".") } else { key.to_owned() };
            Some((key, line.get(at + 1..end)?.trim()))
        })
        .collect()
}
