//! Whatever text or name stands in a configuration: the real Nix reads the printed form back as it was.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what is wrong by failing, and prints what it looked at"
)]

mod common;
#[path = "standin_support/mod.rs"]
mod support;

use common::numbers::Numbers;
use migrate::{
    emit,
    translate::nixos::{Expr, Part},
};
use serde_json::{Value as Json, json};
use std::process::Command;

/// What texts are made of: all that means something in one of Nix's two kinds of strings, or to the one who lays it out.
const PIECES: [&str; 40] = [
    "a",
    "B c",
    " ",
    "  ",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "'",
    "''",
    "'''",
    "''$",
    "''\\",
    "$",
    "$$",
    "${",
    "${x}",
    "$${",
    "\\",
    "\\n",
    "\\${",
    "\"",
    "\\\"",
    "{",
    "}",
    "#",
    "/*",
    "*/",
    ";",
    "é",
    "\u{1f600}",
    "\u{1}",
    "\u{7f}",
    "\u{a0}",
    "\u{feff}",
    "\u{2028}",
    "~",
    "../",
    "<nixpkgs>",
];

fn text(numbers: &mut Numbers) -> String {
    (0..numbers.below(9)).map(|_| PIECES[numbers.below(PIECES.len())]).collect()
}

/// A value with the JSON that Nix must give for it.
fn value(numbers: &mut Numbers, depth: usize) -> (Expr, Json) {
    match numbers.below(if depth == 0 { 4 } else { 8 }) {
        0 => (Expr::Bool(true), json!(true)),
        1 => {
            let number = numbers.below(1 << 20) as i64 - (1 << 19);
            (Expr::Int(number), json!(number))
        }
        2 => (Expr::Null, Json::Null),
        3 | 4 => {
            let text = text(numbers);
            (Expr::str(text.as_str()), json!(text))
        }
        5 => {
            let texts: Vec<String> = (0..4).map(|_| text(numbers)).collect();
            let part = |(at, text): (usize, &String)| match at % 2 {
                0 => Part::Text(text.as_str().into()),
                _ => Part::Expr(Expr::str(text.as_str())),
            };
            (Expr::Text(texts.iter().enumerate().map(part).collect()), json!(texts.concat()))
        }
        6 => {
            let items: Vec<_> = (0..numbers.below(4)).map(|_| value(numbers, depth - 1)).collect();
            (
                Expr::List(items.iter().map(|it| it.0.clone()).collect()),
                items.into_iter().map(|it| it.1).collect(),
            )
        }
        _ => {
            let mut entries = Vec::new();
            for _ in 0..numbers.below(4) {
                let (name, (expr, json)) = (text(numbers), value(numbers, depth - 1));
                if !entries.iter().any(|(known, _, _): &(String, Expr, Json)| *known == name) {
                    entries.push((name, expr, json));
                }
            }
            let json = entries.iter().map(|(name, _, json)| (name.clone(), json.clone())).collect();
            (Expr::attrs(entries.into_iter().map(|(name, expr, _)| (name, expr))), Json::Object(json))
        }
    }
}

#[test]
fn texts_and_names_come_back_as_they_were() {
    if !support::nix_or_skip() {
        return;
    }
    let mut numbers = Numbers(11);
    let cases: Vec<_> = (0..4000).map(|_| value(&mut numbers, 3)).collect();
    // each as it is printed, and once more as it is laid out in a file
    let laid_out = |text: &str| nixfmt_rs::format(text).unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    let printed: Vec<String> = cases.iter().map(|(expr, _)| emit::nix(expr)).collect();
    let lines =
        printed.iter().flat_map(|text| [text.clone(), laid_out(text)]).map(|text| format!("({text})"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases.nix");
    std::fs::write(&file, format!("[\n{}\n]", lines.collect::<Vec<_>>().join("\n"))).unwrap();
    let mut nix = Command::new("nix-instantiate");
    let output = common::run(nix.args(["--eval", "--strict", "--json", "--readonly-mode"]).arg(&file));
    assert!(output.status.success(), "{}", common::stderr(&output));
    let answers: Json = serde_json::from_slice(&output.stdout).unwrap();
    let answers = answers.as_array().unwrap();
    assert_eq!(answers.len(), 2 * cases.len());
    for (((_, wanted), printed), got) in cases.iter().zip(&printed).zip(answers.chunks(2)) {
        assert_eq!(&got[0], wanted, "printed as {printed}");
        assert_eq!(&got[1], wanted, "laid out from {printed}");
    }
}
