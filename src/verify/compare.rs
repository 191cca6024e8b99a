//! Whether what an evaluated host has is what is wanted.

use serde_json::{Map, Value as Json};

/// The outcome of one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// It is so.
    Same,
    /// It is not: where within the value.
    Differs(String),
    /// The evaluation cannot tell, with the reason.
    Unknown(&'static str),
}

/// Compares a value with what is wanted. Sets and lists may have more; texts and numbers must be the same.
pub(super) fn compare(want: &Json, got: &Json) -> Match {
    at("", want, got)
}

fn at(path: &str, want: &Json, got: &Json) -> Match {
    if mark(want) == Some("§error") {
        return Match::Unknown("what is wanted cannot be evaluated");
    }
    match (mark(want), mark(got)) {
        (_, Some("§error")) => return Match::Unknown("the value cannot be evaluated"),
        (_, Some("§function")) | (Some("§function"), _) => return Match::Unknown("a function"),
        (Some("§missing"), Some("§missing")) => return Match::Same,
        (Some("§missing"), _) | (_, Some("§missing")) => return Match::Differs(path.to_owned()),
        // a path may have become a path of the store, whose content is not looked into
        (Some("§file" | "§path"), Some("§package")) | (Some("§package"), Some("§file" | "§path")) => {
            return Match::Unknown("a file that only a build makes");
        }
        (Some(_), _) | (_, Some(_)) => return packages(path, want, got),
        (None, None) => {}
    }
    match (want, got) {
        (Json::Object(want), Json::Object(got)) => objects(path, want, got),
        (Json::Array(want), Json::Array(got)) => lists(path, want, got),
        // NixOS makes a list of one value where either is taken
        (_, Json::Array(items)) => match items.as_slice() {
            [one] => at(path, want, one),
            _ => Match::Differs(path.to_owned()),
        },
        (Json::String(want), Json::String(got)) => texts(path, want, got),
        _ => when(path, want == got),
    }
}

fn when(path: &str, same: bool) -> Match {
    if same { Match::Same } else { Match::Differs(path.to_owned()) }
}

/// The kind of a value that is not plain data.
fn mark(value: &Json) -> Option<&'static str> {
    let marks = ["§error", "§missing", "§function", "§package", "§file", "§path"];
    marks.into_iter().find(|mark| value.get(mark).is_some())
}

/// A package where its path is wanted is the same, and the other way round.
fn packages(path: &str, want: &Json, got: &Json) -> Match {
    let of = |value: &Json| value.get("§package").unwrap_or(value).as_str().map(str::to_owned);
    match (of(want), of(got)) {
        (Some(want), Some(got)) => texts(path, &want, &got),
        _ => when(path, want == got),
    }
}

/// The same text, or one that names other paths of the store: what is in them is not looked into.
fn texts(path: &str, want: &str, got: &str) -> Match {
    if want != got && want.contains(STORE) && without_store(want) == without_store(got) {
        return Match::Unknown("it names another path of the store");
    }
    when(path, want == got)
}

fn objects(path: &str, want: &Map<String, Json>, got: &Map<String, Json>) -> Match {
    let mut worst = Match::Same;
    for (name, value) in want {
        let missing = Json::from(Map::from_iter([("§missing".to_owned(), Json::from(true))]));
        let inside = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match at(&inside, value, got.get(name).unwrap_or(&missing)) {
            Match::Same => {}
            Match::Differs(place) => return Match::Differs(place),
            unknown @ Match::Unknown(_) => worst = unknown,
        }
    }
    worst
}

/// Each wanted item is there, in a place of its own.
fn lists(path: &str, want: &[Json], got: &[Json]) -> Match {
    let mut left: Vec<&Json> = got.iter().collect();
    for item in want {
        let Some(found) = left.iter().position(|other| at(path, item, other) == Match::Same) else {
            let unsure = left.iter().any(|other| matches!(at(path, item, other), Match::Unknown(_)));
            return if unsure {
                Match::Unknown("an item of the list")
            } else {
                Match::Differs(path.to_owned())
            };
        };
        left.remove(found);
    }
    Match::Same
}

const STORE: &str = "/nix/store/";

/// A text without the names that follow the store's folder.
fn without_store(text: &str) -> String {
    let mut parts = text.split(STORE);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(STORE);
        let in_name = |letter: char| letter.is_ascii_alphanumeric() || "+-._?=".contains(letter);
        out.push_str(part.trim_start_matches(in_name));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_are_compared_exactly_sets_and_lists_may_have_more() {
        let same = [
            (json!("a\n"), json!("a\n")),
            (json!({"a": 1}), json!({"a": 1, "b": 2})),
            (json!(["b", "a"]), json!(["a", "x", "b"])),
            (json!("daily"), json!(["daily"])),
            (json!({"§missing": true}), json!({"§missing": true})),
            (json!({"§file": "h"}), json!({"§file": "h"})),
        ];
        for (want, got) in same {
            assert_eq!(compare(&want, &got), Match::Same, "{want} {got}");
        }
        let differ = [
            (json!("a\n"), json!("a\nb\n"), ""),
            (json!("1"), json!(1), ""),
            (json!({"a": {"b": 1}}), json!({"a": {"b": 2}}), "a.b"),
            (json!(["a", "a"]), json!(["a"]), ""),
            (json!({"§missing": true}), json!("there"), ""),
            (json!(1), json!({"§missing": true}), ""),
            (json!({"§file": "h"}), json!({"§file": "i"}), ""),
        ];
        for (want, got, place) in differ {
            assert_eq!(compare(&want, &got), Match::Differs(place.into()), "{want} {got}");
        }
        assert!(matches!(compare(&json!(1), &json!({"§error": true})), Match::Unknown(_)));
    }

    #[test]
    fn another_path_of_the_store_is_not_judged() {
        let text =
            |letter: &str, end: &str| json!(format!("run /nix/store/{}-a/bin/{end}", letter.repeat(32)));
        assert_eq!(compare(&text("0", "x"), &text("0", "x")), Match::Same);
        assert!(matches!(compare(&text("0", "x"), &text("1", "x")), Match::Unknown(_)));
        assert_eq!(compare(&text("0", "x"), &text("0", "y")), Match::Differs(String::new()));
    }
}
