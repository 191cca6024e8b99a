//! Substitutions and concatenations of HOCON, resolved.

use super::{Node, Path, Problem};
use crate::maps::IndexMap;
use crate::value::Value;
use ecow::EcoString;

/// How many values may be resolved on the way to one, and how many in all.
const DEPTH: usize = 200;
const STEPS: usize = 1_000_000;

/// Resolves the whole file.
pub(super) fn root(root: &Node) -> Result<Value, Problem> {
    let mut resolver = Resolver { root, way: Vec::new(), steps: 0 };
    let found = resolver.resolve(root, &mut Vec::new())?;
    Ok(found.map_or(Value::Undef, |node| plain(&node)))
}

/// Joins parts of a concatenation that need no reference.
pub(super) fn joined_early(parts: Vec<Node>) -> Node {
    if parts.iter().any(Node::is_open) {
        return Node::Concatenation(parts);
    }
    join(parts.clone()).ok().flatten().unwrap_or(Node::Concatenation(parts))
}

struct Resolver<'r> {
    root: &'r Node,
    /// The paths that are being resolved, each with the earlier values that it may refer to.
    way: Vec<(Path, Vec<Node>)>,
    steps: usize,
}

impl Resolver<'_> {
    /// Resolves a value at a path; `None` for an optional reference to nothing.
    fn resolve(&mut self, node: &Node, at: &mut Path) -> Result<Option<Node>, Problem> {
        self.steps += 1;
        if self.steps > STEPS || at.len() + self.way.len() > DEPTH {
            return Err(Problem::somewhere("substitutions are nested too deep"));
        }
        match node {
            Node::Scalar(..) | Node::Space(_) => Ok(Some(node.clone())),
            Node::Array(items) => {
                let mut resolved = Vec::new();
                for item in items {
                    resolved.extend(self.resolve(item, at)?);
                }
                Ok(Some(Node::Array(resolved)))
            }
            Node::Object(fields) => {
                let mut resolved = IndexMap::default();
                for (key, value) in fields {
                    at.push(key.clone());
                    let value = self.resolve(value, at);
                    at.pop();
                    if let Some(value) = value? {
                        resolved.insert(key.clone(), value);
                    }
                }
                Ok(Some(Node::Object(resolved)))
            }
            Node::Concatenation(parts) => {
                let mut resolved = Vec::new();
                for part in parts {
                    resolved.extend(self.resolve(part, at)?);
                }
                join(resolved)
            }
            Node::Delayed(stack) => self.delayed(stack, at),
            Node::Reference(path, optional) => self.reference(path, *optional, at),
        }
    }

    /// Merges the values of one key; each may refer to those before it.
    fn delayed(&mut self, stack: &[Node], at: &mut Path) -> Result<Option<Node>, Problem> {
        let mut merged: Option<Node> = None;
        for (index, node) in stack.iter().enumerate() {
            let earlier = stack.get(index + 1..).unwrap_or_default();
            let Some(value) = self.with_earlier(at, earlier, |it, at| it.resolve(node, at))? else {
                continue;
            };
            merged = Some(match merged {
                Some(later) => later.over(value),
                None => value,
            });
            if !matches!(merged, Some(Node::Object(_))) {
                break;
            }
        }
        Ok(merged)
    }

    /// Runs while a path is being resolved that may refer to earlier values of its own.
    fn with_earlier<T>(
        &mut self,
        at: &mut Path,
        earlier: &[Node],
        run: impl FnOnce(&mut Self, &mut Path) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.way.push((at.clone(), earlier.to_vec()));
        let result = run(self, at);
        self.way.pop();
        result
    }

    fn reference(&mut self, path: &Path, optional: bool, at: &mut Path) -> Result<Option<Node>, Problem> {
        let missing = || {
            let name = path.join(".");
            Problem::somewhere(format!("`${{{name}}}` is answered by nothing in the file"))
        };
        let on_the_way =
            self.way.iter().rev().find(|(known, _)| known == path).map(|(_, earlier)| earlier.clone());
        let found = match on_the_way {
            Some(earlier) if !earlier.is_empty() => self.delayed(&earlier, &mut path.clone())?,
            Some(_) if !optional && at != path => return Err(circle(path)),
            Some(_) => None,
            None if at == path => None,
            None => match self.find(path)? {
                Some(node) => self.with_earlier(&mut path.clone(), &[], |it, at| it.resolve(&node, at))?,
                None => None,
            },
        };
        match found {
            None if !optional => Err(missing()),
            found => Ok(found),
        }
    }

    /// Finds what a path leads to, through objects and what resolves to objects.
    fn find(&mut self, path: &Path) -> Result<Option<Node>, Problem> {
        let mut node = self.root.clone();
        let mut at = Path::new();
        for key in path {
            let object = if node.is_open() { self.resolve(&node, &mut at)? } else { Some(node) };
            let Some(Node::Object(fields)) = object else { return Ok(None) };
            let Some(next) = fields.get(key) else { return Ok(None) };
            at.push(key.clone());
            node = next.clone();
        }
        Ok(Some(node))
    }
}

fn circle(path: &Path) -> Problem {
    Problem::somewhere(format!("`${{{}}}` needs its own answer", path.join(".")))
}

/// Joins resolved parts: texts, lists with lists, objects with objects.
fn join(parts: Vec<Node>) -> Result<Option<Node>, Problem> {
    let collections = parts.iter().any(|part| matches!(part, Node::Array(_) | Node::Object(_)));
    if collections {
        return join_collections(parts);
    }
    let parts = trimmed(parts);
    if let [only] = parts.as_slice() {
        return Ok(Some(only.clone()));
    }
    let text: EcoString = parts
        .iter()
        .map(|part| match part {
            Node::Scalar(_, text) | Node::Space(text) => text.as_str(),
            Node::Array(_)
            | Node::Object(_)
            | Node::Reference(..)
            | Node::Concatenation(_)
            | Node::Delayed(_) => "",
        })
        .collect();
    Ok((!parts.is_empty()).then(|| Node::Scalar(Value::str(text.clone()), text)))
}

/// Without white space where nothing is beside it.
fn trimmed(parts: Vec<Node>) -> Vec<Node> {
    if parts.iter().all(|part| matches!(part, Node::Space(_))) { Vec::new() } else { parts }
}

fn join_collections(parts: Vec<Node>) -> Result<Option<Node>, Problem> {
    let mut joined: Option<Node> = None;
    for part in parts.into_iter().filter(|part| !matches!(part, Node::Space(_))) {
        joined = Some(match (joined, part) {
            (None, part) => part,
            (Some(Node::Array(mut items)), Node::Array(more)) => {
                items.extend(more);
                Node::Array(items)
            }
            (Some(left @ Node::Object(_)), right @ Node::Object(_)) => right.over(left),
            (Some(_), _) => {
                return Err(Problem::somewhere(
                    "lists, objects and texts cannot be concatenated with each other",
                ));
            }
        });
    }
    Ok(joined)
}

fn plain(node: &Node) -> Value {
    match node {
        Node::Scalar(value, _) => value.clone(),
        Node::Space(text) => Value::str(text.clone()),
        Node::Array(items) => Value::array(items.iter().map(plain)),
        Node::Object(fields) => {
            Value::hash(fields.iter().map(|(key, value)| (Value::str(key.clone()), plain(value))))
        }
        Node::Reference(..) | Node::Concatenation(_) | Node::Delayed(_) => Value::Undef,
    }
}
