//! Methods of texts, lists and hashes, as far as types are made with them.

use super::{
    Scan,
    calls::Call,
    value::{Frame, Val},
};
use crate::restypes::TitlePattern;
use ecow::EcoString;
use lib_ruby_parser::Node;

impl<'a> Scan<'a> {
    /// Calls a method of a value that is known.
    pub(super) fn value_method(
        &mut self,
        receiver: Val<'a>,
        call: &Call<'a>,
        frame: &mut Frame<'a>,
    ) -> Val<'a> {
        let (name, arguments, block) = (call.name, call.arguments.as_slice(), call.block);
        match (&receiver, name) {
            (_, "freeze" | "dup" | "clone" | "itself" | "tap" | "strip" | "chomp") => receiver,
            (_, "nil?") => receiver.truth().map_or(Val::Unknown, |_| Val::Bool(matches!(receiver, Val::Nil))),
            (_, "==" | "!=") => {
                let equal = arguments.first().and_then(|other| receiver.same(other));
                equal.map_or(Val::Unknown, |equal| Val::Bool(equal == (name == "==")))
            }
            (_, "!") => receiver.truth().map_or(Val::Unknown, |truth| Val::Bool(!truth)),
            (_, "to_s") => receiver.text().map_or(Val::Unknown, Val::Str),
            (Val::Str(text) | Val::Sym(text), "to_sym" | "intern") => Val::Sym(text.clone()),
            (Val::Str(text), "upcase" | "downcase" | "capitalize") => Val::Str(cased(text, name)),
            (Val::Str(_) | Val::Array(_), "+") => {
                arguments.first().map_or(Val::Unknown, |it| plus(&receiver, it))
            }
            (Val::Hash(_) | Val::Array(_), _) if block.is_some() => self.each(&receiver, name, block, frame),
            (Val::Int(left), "<" | "<=" | ">" | ">=") => ordered(*left, name, arguments),
            (Val::Str(text) | Val::Sym(text), "=~" | "match" | "match?") => fits(text, arguments),
            (Val::Hash(_), "namevar" | "parameters") => receiver.get(name).cloned().unwrap_or(Val::Unknown),
            (Val::Hash(pairs), _) => hash_method(pairs, name, arguments),
            (Val::Array(items), _) => array_method(items, name, arguments),
            _ => Val::Unknown,
        }
    }

    fn each(
        &mut self,
        over: &Val<'a>,
        name: &str,
        block: Option<&'a Node>,
        frame: &mut Frame<'a>,
    ) -> Val<'a> {
        let items: Vec<Vec<Val<'a>>> = match over {
            Val::Array(items) if name == "each_with_index" => {
                let number = |at: usize| Val::Int(i64::try_from(at).unwrap_or(i64::MAX));
                items.iter().enumerate().map(|(at, item)| vec![item.clone(), number(at)]).collect()
            }
            Val::Array(items) => items.iter().map(|item| vec![item.clone()]).collect(),
            Val::Hash(pairs) if name == "each_key" => {
                pairs.iter().map(|(key, _)| vec![key.clone()]).collect()
            }
            Val::Hash(pairs) if name == "each_value" => {
                pairs.iter().map(|(_, it)| vec![it.clone()]).collect()
            }
            Val::Hash(pairs) => {
                pairs.iter().map(|(key, value)| vec![Val::Array(vec![key.clone(), value.clone()])]).collect()
            }
            _ => return Val::Unknown,
        };
        let Some(block) = block else { return Val::Unknown };
        let results: Vec<Val<'a>> = items.into_iter().map(|item| self.yielded(block, item, frame)).collect();
        match name {
            "map" | "collect" => Val::Array(results),
            "each" | "each_pair" | "each_with_index" | "each_key" | "each_value" => over.clone(),
            _ => Val::Unknown,
        }
    }

    /// Runs a block with arguments where it stands: it sees the variables around it.
    pub(super) fn yielded(
        &mut self,
        block: &'a Node,
        arguments: Vec<Val<'a>>,
        frame: &mut Frame<'a>,
    ) -> Val<'a> {
        let (parameters, body) = match block {
            Node::Block(it) => (it.args.as_deref(), it.body.as_deref()),
            Node::Numblock(it) => (None, Some(it.body.as_ref())),
            _ => return Val::Unknown,
        };
        frame.bind(parameters, arguments, self);
        let value = body.map_or(Val::Nil, |body| self.eval(body, frame));
        frame.next = false;
        if std::mem::take(&mut frame.perhaps_next) && self.mentions_makers(block) {
            self.doubt("a loop leaves out items under a condition that is not known", block);
        }
        value
    }
}

fn fits<'a>(text: &str, arguments: &[Val<'a>]) -> Val<'a> {
    let [Val::Regex(source, options)] = arguments else { return Val::Unknown };
    Val::Bool(TitlePattern::new(source.as_str(), *options, Vec::new(), false).fits(text))
}

fn ordered<'a>(left: i64, name: &str, arguments: &[Val<'a>]) -> Val<'a> {
    let [Val::Int(right)] = arguments else { return Val::Unknown };
    Val::Bool(match name {
        "<" => left < *right,
        "<=" => left <= *right,
        ">" => left > *right,
        _ => left >= *right,
    })
}

/// Adds texts or lists.
pub(super) fn plus<'a>(left: &Val<'a>, right: &Val<'a>) -> Val<'a> {
    match (left, right) {
        (Val::Str(a), Val::Str(b)) => Val::Str(format!("{a}{b}").into()),
        (Val::Array(a), Val::Array(b)) => Val::Array(a.iter().chain(b).cloned().collect()),
        _ => Val::Unknown,
    }
}

fn cased(text: &EcoString, name: &str) -> EcoString {
    match name {
        "upcase" => text.to_uppercase(),
        "downcase" => text.to_lowercase(),
        _ => {
            let mut chars = text.chars();
            let first = chars.next().into_iter().flat_map(char::to_uppercase);
            first.chain(chars.flat_map(char::to_lowercase)).collect()
        }
    }
}

fn hash_method<'a>(pairs: &[(Val<'a>, Val<'a>)], name: &str, arguments: &[Val<'a>]) -> Val<'a> {
    match (name, arguments) {
        ("keys", _) => Val::Array(pairs.iter().map(|(key, _)| key.clone()).collect()),
        ("values", _) => Val::Array(pairs.iter().map(|(_, value)| value.clone()).collect()),
        ("[]" | "fetch", [key]) => {
            let found = pairs.iter().rev().find(|(it, _)| it.same(key) == Some(true));
            found.map_or(Val::Nil, |(_, value)| value.clone())
        }
        ("merge" | "merge!", [Val::Hash(more)]) => {
            let replaced = |key: &Val<'a>| more.iter().any(|(it, _)| it.same(key) == Some(true));
            let kept = pairs.iter().filter(|(key, _)| !replaced(key));
            Val::Hash(kept.chain(more).cloned().collect())
        }
        ("key?" | "has_key?" | "include?", [key]) => {
            Val::Bool(pairs.iter().any(|(it, _)| it.same(key) == Some(true)))
        }
        ("empty?", _) => Val::Bool(pairs.is_empty()),
        _ => Val::Unknown,
    }
}

fn array_method<'a>(items: &[Val<'a>], name: &str, arguments: &[Val<'a>]) -> Val<'a> {
    let number = |at: usize| Val::Int(i64::try_from(at).unwrap_or(i64::MAX));
    match (name, arguments) {
        ("to_a" | "uniq" | "compact" | "sort", _) => Val::Array(items.to_vec()),
        ("first", []) | ("[]", [Val::Int(0)]) => items.first().cloned().unwrap_or(Val::Nil),
        ("last", []) => items.last().cloned().unwrap_or(Val::Nil),
        ("[]", [Val::Int(at)]) => {
            usize::try_from(*at).ok().and_then(|at| items.get(at)).cloned().unwrap_or(Val::Unknown)
        }
        ("count" | "size" | "length", []) => number(items.len()),
        ("empty?", _) => Val::Bool(items.is_empty()),
        ("flatten", _) => Val::Array(flattened(items)),
        ("include?", [item]) => Val::Bool(items.iter().any(|it| it.same(item) == Some(true))),
        ("join", _) => {
            let separator = arguments.first().and_then(Val::name).cloned().unwrap_or_default();
            let texts: Option<Vec<EcoString>> = items.iter().map(Val::text).collect();
            texts.map_or(Val::Unknown, |texts| Val::Str(texts.join(&separator).into()))
        }
        _ => Val::Unknown,
    }
}

fn flattened<'a>(items: &[Val<'a>]) -> Vec<Val<'a>> {
    let mut found = Vec::new();
    for item in items {
        match item {
            Val::Array(inner) => found.extend(flattened(inner)),
            other => found.push(other.clone()),
        }
    }
    found
}
