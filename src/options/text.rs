//! The text form of a table: small, sorted, one option a line, so that two releases can be compared.
//!
//! ```text
//! migrate/options/v1
//! release<TAB>24.11
//! @1a2b3<TAB>a long type that several options have
//!
//! services
//!  nginx
//!   enable<TAB>boolean
//!   virtualHosts<TAB>attribute set of (submodule)
//!    <name>
//!     listen<TAB>@1a2b3<TAB>n
//! ```
//!
//! A line is indented by its depth. After the name come the type, the letters of [`Row`] and where it went.

use super::{
    codes::BROKEN_TABLE,
    table::{Declared, Fate, Node, OptionTable, Row},
};
use crate::{
    diag::{Diagnostic, Result},
    maps::HashMap,
};
use ecow::{EcoString, eco_format};
use std::fmt::Write;

const FIRST: &str = "migrate/options/v1";

/// Types no longer than this are written where they are used.
const SHORT: usize = 24;

pub(super) fn write(table: &OptionTable) -> String {
    let rows = table.rows();
    let mut uses: HashMap<&str, usize> = HashMap::default();
    for (_, option) in &rows {
        *uses.entry(table.type_text(option)).or_default() += 1;
    }
    let mut long: Vec<&str> =
        uses.into_iter().filter(|(text, count)| is_long(text, *count)).map(|it| it.0).collect();
    long.sort_unstable();
    let names = name_types(&long);
    let mut out = format!("{FIRST}\nrelease\t{}\n", table.release);
    let mut sorted: Vec<_> = names.iter().collect();
    sorted.sort_by_key(|(_, name)| *name);
    for (text, name) in sorted {
        // writing to a String cannot fail
        let _ = writeln!(out, "{name}\t{text}");
    }
    out.push('\n');
    write_node(
        table.root(),
        0,
        &|option| {
            let text = table.type_text(option);
            names.get(text).map_or_else(|| text.into(), EcoString::clone)
        },
        &mut out,
    );
    out
}

fn is_long(text: &str, uses: usize) -> bool {
    uses > 1 && text.len() > SHORT
}

/// Names types by their hash, as long as is needed to tell them apart: a new type renames no other.
fn name_types<'t>(types: &[&'t str]) -> HashMap<&'t str, EcoString> {
    let hash = |text: &str| blake3::hash(text.as_bytes()).to_hex();
    let distinct = |length: usize| {
        let mut names: Vec<_> =
            types.iter().map(|text| hash(text).get(..length).map(str::to_owned)).collect();
        names.sort_unstable();
        names.windows(2).all(|pair| pair.first() != pair.last())
    };
    let length = (4..64).find(|length| distinct(*length)).unwrap_or(64);
    types
        .iter()
        .map(|&text| (text, eco_format!("@{}", hash(text).get(..length).unwrap_or_default())))
        .collect()
}

fn write_node(node: &Node, depth: usize, kind: &dyn Fn(&Declared) -> EcoString, out: &mut String) {
    for (name, child) in &node.children {
        let _ = write!(out, "{:depth$}{}", "", escape(name));
        if let Some(option) = &child.option {
            let (letters, to) = letters(option);
            let _ = write!(out, "\t{}", kind(option));
            if !letters.is_empty() || to.is_some() {
                let _ = write!(out, "\t{letters}");
            }
            if let Some(to) = to {
                let _ = write!(out, "\t{to}");
            }
        }
        out.push('\n');
        write_node(child, depth + 1, kind, out);
    }
}

fn letters(option: &Declared) -> (String, Option<&EcoString>) {
    let removed = option.fate == Fate::Removed;
    let all = [(option.read_only, 'r'), (option.no_default, 'n'), (option.internal, 'i'), (removed, 'x')];
    let letters = all.iter().filter(|(has, _)| *has).map(|(_, letter)| *letter).collect();
    let to = match &option.fate {
        Fate::Renamed(to) => Some(to),
        Fate::Kept | Fate::Removed => None,
    };
    (letters, to)
}

pub(super) fn read(name: &str, text: &str) -> Result<OptionTable> {
    let fault = |line: usize, what: &str| {
        let message = format!("`{name}`, line {line}: {what}");
        let help = "make it again: `migrate index --nixpkgs PATH --out FILE`";
        Box::new(Diagnostic::error(&BROKEN_TABLE, message).in_file(name).help(help))
    };
    let mut lines = (1..).zip(text.lines());
    if lines.next().map(|(_, line)| line) != Some(FIRST) {
        return Err(fault(1, &format!("not `{FIRST}`")));
    }
    let (mut table, mut kinds) = (OptionTable::default(), HashMap::default());
    for (number, line) in lines.by_ref().take_while(|(_, line)| !line.is_empty()) {
        match line.split_once('\t') {
            Some(("release", release)) => table.release = release.into(),
            Some((key, text)) if key.starts_with('@') => drop(kinds.insert(key, text)),
            Some(_) | None => return Err(fault(number, "neither the release nor a type")),
        }
    }
    let mut path: Vec<EcoString> = Vec::new();
    for (number, line) in lines {
        let rest = line.trim_start_matches(' ');
        let depth = line.len() - rest.len();
        if depth > path.len() {
            return Err(fault(number, "indented below nothing"));
        }
        path.truncate(depth);
        let mut fields = rest.split('\t');
        path.push(unescape(fields.next().unwrap_or_default()));
        let Some(kind) = fields.next() else { continue };
        let kind = match kind.starts_with('@') {
            true => *kinds.get(kind).ok_or_else(|| fault(number, "a type that is not listed"))?,
            false => kind,
        };
        let letters = fields.next().unwrap_or_default().into();
        let to = fields.next().map(EcoString::from);
        table.add(Row { path: path.clone(), kind: kind.into(), letters, to });
    }
    Ok(table)
}

fn escape(name: &str) -> String {
    if name.is_empty() {
        return "\\e".into();
    }
    let plain = name.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n");
    match plain.strip_prefix(' ') {
        Some(rest) => format!("\\s{rest}"),
        None => plain,
    }
}

fn unescape(name: &str) -> EcoString {
    if !name.contains('\\') {
        return name.into();
    }
    let (mut out, mut letters) = (EcoString::new(), name.chars());
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, false) => out.push(letter),
            (_, true) => match letters.next() {
                Some('t') => out.push('\t'),
                Some('n') => out.push('\n'),
                Some('s') => out.push(' '),
                Some('e') | None => {}
                Some(other) => out.push(other),
            },
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(path: &[&str], kind: &str, letters: &str, to: Option<&str>) -> Row {
        let path = path.iter().map(|&name| name.into()).collect();
        Row { path, kind: kind.into(), letters: letters.into(), to: to.map(Into::into) }
    }

    #[test]
    fn a_table_reads_back_as_it_was_written() {
        let long = "list of (one of \"a\", \"b\", \"c\", \"d\", \"e\")";
        let mut table = OptionTable::new("24.11");
        for found in [
            row(&["a"], "attribute set of (submodule)", "", None),
            row(&["a", "<name>", " odd\tname\\"], long, "r", None),
            row(&["a", "<name>", ""], long, "n", None),
            row(&["b", "old"], "unspecified value", "ni", Some("a.b")),
            row(&["b", "gone"], "unspecified value", "nix", None),
        ] {
            table.add(found);
        }
        let text = table.write();
        let again = OptionTable::read("table", &text).unwrap();
        assert_eq!(again.rows().len(), 5);
        assert_eq!(again.write(), text);
        assert_eq!(text.matches("\"a\", \"b\"").count(), 1, "{text}");
        assert_eq!(again.root().children["b"].children["gone"].option.as_ref().unwrap().fate, Fate::Removed);
    }

    #[test]
    fn what_is_no_table_is_refused_with_its_line() {
        let wrong = [
            ("", 1),
            ("migrate/options/v1\nrelease\t1\n\na\n  b\tboolean\n", 5),
            ("migrate/options/v1\n\na\t@0\n", 3),
        ];
        for (text, line) in wrong {
            let found = OptionTable::read("t", text).unwrap_err();
            assert_eq!(found.code().name, "options::broken-table");
            assert!(found.message().contains(&format!("line {line}:")), "{}", found.message());
        }
    }

    #[test]
    fn the_shipped_table_is_whole_and_written_as_we_write() {
        let text = include_str!("../../data/nixos-options.txt");
        let table = OptionTable::shipped();
        assert_eq!(table.release, "24.11");
        assert_eq!(table.rows().len(), 20_578);
        assert!(table.write() == text, "data/nixos-options.txt is not as `OptionTable::write` writes it");
        assert!(text.len() < 700_000, "{}", text.len());
    }
}
