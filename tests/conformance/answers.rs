//! Recorded answers, and in what ours differ from them.

use crate::{
    case::Case,
    common::catalog,
    issues::Issues,
    ours::{Answer, Error},
};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Answers by case and version of Puppet.
pub type Answers = BTreeMap<(String, u8), Json>;

/// All that is recorded; `answer` stands for both versions.
pub fn recorded() -> Answers {
    let folder = crate::common::project("fixtures/conformance/answers");
    let mut all = Answers::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let area = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let cases: BTreeMap<String, BTreeMap<String, Json>> =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for (name, answers) in cases {
            for (version, answer) in answers {
                let versions = if version == "answer" { vec![7, 8] } else { vec![version.parse().unwrap()] };
                all.extend(versions.into_iter().map(|it| ((format!("{area}/{name}"), it), answer.clone())));
            }
        }
    }
    all
}

/// Answers whose case is gone.
pub fn without_case(recorded: &Answers, cases: &[Case]) -> Vec<String> {
    let names: Vec<String> = cases.iter().map(Case::id).collect();
    recorded.keys().filter(|(name, _)| !names.contains(name)).map(|(name, _)| name.clone()).collect()
}

/// Says in what our answer differs; `None` where it agrees.
pub fn difference(ours: &Answer, theirs: &Json, issues: &Issues) -> Option<String> {
    match (ours, theirs.get("error")) {
        (Answer::Catalog(ours), None) => {
            let found = catalog::differences(ours, theirs);
            let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
            (!found.is_empty()).then(|| shown.join("\n"))
        }
        (Answer::Catalog(_), Some(error)) => Some(format!("compiled, but Puppet says {error}")),
        (Answer::Errors(ours), None) => Some(format!("not compiled:\n{}", listed(ours))),
        (Answer::Errors(ours), Some(theirs)) => (!ours.iter().any(|it| same(it, theirs, issues)))
            .then(|| format!("Puppet says {theirs}\nwe say\n{}", listed(ours))),
    }
}

/// The same place, where Puppet gives one, and the same kind.
fn same(ours: &Error, theirs: &Json, issues: &Issues) -> bool {
    let file = theirs.get("file").and_then(Json::as_str);
    let line = theirs.get("line").and_then(Json::as_u64);
    let same_file = file.is_none_or(|file| ours.file.as_deref() == Some(file));
    let same_line = line.is_none_or(|line| ours.line == Some(line));
    let code = theirs.get("code").and_then(Json::as_str);
    let message = theirs.get("message").and_then(Json::as_str).unwrap_or_default();
    same_file && same_line && issues.same_kind(code, message, ours.code)
}

fn listed(errors: &[Error]) -> String {
    let line = |it: &Error| {
        let (file, line) = (it.file.as_deref().unwrap_or("-"), it.line.unwrap_or(0));
        format!("  {} {file}:{line} {}", it.code, it.message)
    };
    errors.iter().map(line).collect::<Vec<_>>().join("\n")
}
