//! The last check before writing: no file holds the plaintext of a secret, in any of the usual encodings.

use super::Output;
use crate::{
    catalog::{Catalog, Parameter},
    value::{Str, Value},
};
use aho_corasick::AhoCorasick;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use std::collections::BTreeSet;

/// A text to search for, with the id of the secret they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needle {
    text: String,
    /// The secret's id, or the parameter it was in.
    pub id: String,
}

/// Secrets shorter than this occur in texts by chance.
const SHORTEST: usize = 6;

/// Collects the plaintexts of a catalog's secrets in plain, base64, hex and JSON form.
#[must_use]
pub fn needles(catalog: &Catalog) -> BTreeSet<Needle> {
    let mut found = BTreeSet::new();
    let parameters = || catalog.resources.values().flat_map(|resource| &resource.parameters);
    let clear: BTreeSet<&str> = parameters()
        .filter(|(_, parameter)| !parameter.sensitive)
        .filter_map(|(_, parameter)| parameter.value.as_str())
        .collect();
    for (reference, resource) in &catalog.resources {
        for (name, parameter) in &resource.parameters {
            let id = format!("{reference}.{name}");
            // what is written in clear elsewhere in the catalog is no secret, whatever it is wrapped in
            let in_clear = |text: &str| clear.iter().any(|clear| clear.contains(text.trim()));
            let whole = whole(parameter) && parameter.value.as_str().is_some_and(|text| !in_clear(text));
            collect(&parameter.value, &id, whole, &mut found);
        }
    }
    found
}

/// A sensitive value without labels is a secret as a whole.
fn whole(parameter: &Parameter) -> bool {
    parameter.sensitive
        && parameter.value.as_str().is_some()
        && !matches!(&parameter.value, Value::Str(text) if text.labels().is_some())
}

fn collect(value: &Value, id: &str, whole: bool, found: &mut BTreeSet<Needle>) {
    if let Value::Str(text) = value {
        texts(text, id, whole, found);
    }
    if let Value::Sensitive(inner) = value {
        collect(inner, id, true, found);
    }
    value.as_array().unwrap_or_default().iter().for_each(|item| collect(item, id, whole, found));
    value
        .as_hash()
        .into_iter()
        .flat_map(|entries| entries.values())
        .for_each(|item| collect(item, id, whole, found));
}

fn texts(text: &Str, id: &str, whole: bool, found: &mut BTreeSet<Needle>) {
    if whole {
        add(text, id, found);
    }
    for range in text.labels().map(|labels| labels.ranges()).unwrap_or_default() {
        if !range.secret.opaque {
            add(text.get(range.range.clone()).unwrap_or_default(), &range.secret.id, found);
        }
    }
}

fn add(plain: &str, id: &str, found: &mut BTreeSet<Needle>) {
    let plain = plain.trim();
    if plain.len() < SHORTEST {
        return;
    }
    let json = serde_json::to_string(plain).unwrap_or_default();
    let hex: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect();
    let forms = [plain.to_owned(), json.trim_matches('"').to_owned(), hex.to_uppercase(), hex];
    // base64 of a text that contains it: the three alignments, without what depends on the neighbours
    let aligned = (0..3).filter_map(|shift| {
        let padded = ["\0".repeat(shift).as_bytes(), plain.as_bytes()].concat();
        let encoded = STANDARD_NO_PAD.encode(padded);
        let skip = [0, 2, 3].get(shift).copied().unwrap_or_default();
        let keep = (shift + plain.len()) * 4 / 3;
        encoded.get(skip..keep).filter(|part| part.len() >= 2 * SHORTEST - 2).map(str::to_owned)
    });
    for form in forms.into_iter().chain(aligned) {
        found.insert(Needle { text: form, id: id.to_owned() });
    }
}

/// Finds the first file that holds a secret, by its bytes or its name.
#[must_use]
pub fn find_secret<'n>(output: &Output, needles: &'n BTreeSet<Needle>) -> Option<(String, &'n Needle)> {
    let texts = needles.iter().map(|needle| needle.text.as_bytes());
    match AhoCorasick::new(texts) {
        Ok(all) => output.files.iter().find_map(|(path, file)| {
            let found = all.find(&file.bytes).or_else(|| all.find(path.as_bytes()))?;
            Some((path.clone(), needles.iter().nth(found.pattern().as_usize())?))
        }),
        // more secrets than one automaton can hold
        Err(_) => output.files.iter().find_map(|(path, file)| {
            let found = needles.iter().find(|needle| holds(&file.bytes, path, &needle.text))?;
            Some((path.clone(), found))
        }),
    }
}

fn holds(bytes: &[u8], path: &str, needle: &str) -> bool {
    path.contains(needle) || bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn a_secret_is_found_in_every_encoding() {
        let mut found = BTreeSet::new();
        add("hunter2-\"quoted\"", "db", &mut found);
        let plain = "hunter2-\"quoted\"";
        let hex: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect();
        let texts = [
            format!("x{plain}y"),
            serde_json::to_string(plain).unwrap(),
            format!("0x{hex}"),
            STANDARD.encode(plain),
            STANDARD.encode(format!("a{plain}b")),
            STANDARD.encode(format!("ab{plain}bc")),
        ];
        for text in texts {
            let mut output = Output::default();
            output.files.insert("a".into(), super::super::OutFile::text(text.clone()));
            assert!(find_secret(&output, &found).is_some(), "{text}");
        }
        let mut output = Output::default();
        output.files.insert("a".into(), super::super::OutFile::text("hunter"));
        assert!(find_secret(&output, &found).is_none());
    }
}
