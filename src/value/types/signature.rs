//! Signatures of functions and lambdas: do arguments fit, and if not, Puppet's words for it.

use super::{
    Type, TypeResolver,
    describe::describe,
    mismatch::{Class, Mismatch, Path, merge},
    parse_type,
};
use crate::value::Value;
use ecow::EcoString;
use std::sync::Arc;

/// How often a parameter is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// Once.
    Required,
    /// At most once.
    Optional,
    /// Any number of times; the last parameter only.
    Repeated,
    /// Once or more; the last parameter only.
    RequiredRepeated,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The name without `$`.
    pub name: EcoString,
    /// The type of each argument.
    pub of: Type,
    /// How often it is given.
    pub arity: Arity,
}

/// What one dispatch of a function takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// The parameters in order.
    pub parameters: Vec<Parameter>,
    /// The block: its name, its type, whether it may be left out.
    pub block: Option<(EcoString, Type, bool)>,
    /// What it gives.
    pub returns: Option<Type>,
}

impl Signature {
    /// Reads a signature such as `join(Array $list, String $separator?) >> String`; `*` and `+` after a name repeat
    /// it, `&$block` and `&$block?` are blocks.
    ///
    /// # Errors
    /// Gives what is wrong with the text.
    pub fn parse(text: &str, resolver: &dyn TypeResolver) -> Result<Self, String> {
        let inside = text.split_once('(').map_or(text, |(_, rest)| rest);
        let end = inside.rfind(')').unwrap_or(inside.len());
        let (inside, rest) = inside.split_at_checked(end).unwrap_or((inside, ""));
        let returns = rest.split_once(">>").map(|(_, it)| parse_type(it.trim(), resolver)).transpose()?;
        let mut found = Self { parameters: Vec::new(), block: None, returns };
        for part in split_parameters(inside) {
            found.add(part.trim(), resolver)?;
        }
        Ok(found)
    }

    fn add(&mut self, part: &str, resolver: &dyn TypeResolver) -> Result<(), String> {
        let (of, name) = part.rsplit_once('$').ok_or_else(|| format!("no `$name` in `{part}`"))?;
        let bare = name.trim_end_matches(['?', '*', '+']);
        let arity = match name.get(bare.len()..) {
            Some("?") => Arity::Optional,
            Some("*") => Arity::Repeated,
            Some("+") => Arity::RequiredRepeated,
            _ => Arity::Required,
        };
        let is_block = of.trim_end().ends_with('&');
        let of = of.trim_end().trim_end_matches('&').trim();
        let of = if of.is_empty() { Type::Any } else { parse_type(of, resolver)? };
        if is_block {
            self.block = Some((bare.into(), of, arity == Arity::Optional));
        } else {
            self.parameters.push(Parameter { name: bare.into(), of, arity });
        }
        Ok(())
    }

    /// Returns the least and the most arguments.
    #[must_use]
    pub fn bounds(&self) -> (usize, Option<usize>) {
        let required = |it: &&Parameter| matches!(it.arity, Arity::Required | Arity::RequiredRepeated);
        let least = self.parameters.iter().filter(required).count();
        let open = self
            .parameters
            .last()
            .is_some_and(|it| matches!(it.arity, Arity::Repeated | Arity::RequiredRepeated));
        (least, (!open).then_some(self.parameters.len()))
    }

    fn parameter(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index).or(self.parameters.last())
    }

    /// Tells whether the arguments and the block fit.
    #[must_use]
    pub fn accepts(
        &self,
        arguments: &[Value],
        block: Option<(usize, Option<usize>)>,
        resolver: &dyn TypeResolver,
    ) -> bool {
        let (least, most) = self.bounds();
        let count = arguments.len() >= least && most.is_none_or(|most| arguments.len() <= most);
        let fits = |(index, argument)| {
            self.parameter(index).is_some_and(|it: &Parameter| it.of.instance(argument, resolver))
        };
        count && arguments.iter().enumerate().all(fits) && self.accepts_block(block, resolver)
    }

    fn accepts_block(&self, block: Option<(usize, Option<usize>)>, resolver: &dyn TypeResolver) -> bool {
        match (&self.block, block) {
            (None, None) => true,
            (None, Some(_)) => false,
            (Some((_, _, optional)), None) => *optional,
            (Some((_, of, _)), Some(arity)) => of.assignable(&block_type(arity), resolver),
        }
    }

    /// Writes the parameters as messages list them: `Array list, String separator?`.
    #[must_use]
    pub fn listed(&self) -> String {
        let (least, most) = self.bounds();
        let mut parts: Vec<String> = Vec::new();
        for (index, it) in self.parameters.iter().enumerate() {
            let last = index + 1 == self.parameters.len();
            let mark = match (most, last) {
                (None, true) if least == self.parameters.len() => "+",
                (None, true) => "*",
                (_, _) if index + 1 > least => "?",
                (_, _) => "",
            };
            let of = match (&it.of, mark) {
                (Type::Optional(inner), "?") => inner.to_string(),
                (of, _) => of.to_string(),
            };
            parts.push(format!("{of} {}{mark}", it.name));
        }
        if let Some((name, of, optional)) = &self.block {
            parts.push(format!("{of} {name}{}", if *optional { "?" } else { "" }));
        }
        parts.join(", ")
    }
}

/// Splits at the commas that are not inside brackets or quotes.
fn split_parameters(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start, mut quoted, mut slashed) = (0_usize, 0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            '\'' if !slashed => quoted = !quoted,
            '/' if !quoted => slashed = !slashed,
            '[' | '{' | '(' if !quoted && !slashed => depth += 1,
            ']' | '}' | ')' if !quoted && !slashed => depth = depth.saturating_sub(1),
            ',' if depth == 0 && !quoted && !slashed => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// The type of a block that takes so many arguments of any kind.
#[must_use]
pub(super) fn block_type((least, most): (usize, Option<usize>)) -> Type {
    let count = |it: usize| i64::try_from(it).ok();
    let types = vec![Type::Any; most.unwrap_or(least + 1)];
    let tuple = Type::Tuple(types.into(), count(least), most.and_then(count));
    Type::Callable(Some(Arc::new((tuple, None, None))))
}

/// Describes why no signature takes the arguments (`TypeMismatchDescriber#describe_signatures`).
#[must_use]
pub fn describe_signatures(
    name: &str,
    signatures: &[Signature],
    (arguments, block): (&[Value], Option<(usize, Option<usize>)>),
    resolver: &dyn TypeResolver,
) -> String {
    let describer = Describer { arguments, block, resolver };
    let mut found: Vec<Vec<Mismatch>> =
        signatures.iter().enumerate().map(|(index, it)| describer.arguments(index, it)).collect();
    if found.iter().any(Vec::is_empty) {
        let blocks: Vec<Vec<Mismatch>> =
            signatures.iter().enumerate().map(|(index, it)| describer.block(index, it)).collect();
        if blocks.iter().all(|it| !it.is_empty()) {
            found = blocks;
        } else {
            for (slot, block) in found.iter_mut().zip(blocks) {
                if slot.is_empty() {
                    *slot = block;
                }
            }
        }
    }
    let label = if name == "lambda" { "block".to_owned() } else { format!("'{name}'") };
    let merged = merge(0, Class::Count, &found);
    if let [only] = merged.as_slice() {
        return format!("{label}{}", only.format(resolver));
    }
    rejected(&label, signatures, &found, resolver)
}

fn rejected(
    label: &str,
    signatures: &[Signature],
    found: &[Vec<Mismatch>],
    resolver: &dyn TypeResolver,
) -> String {
    let mut lines = Vec::new();
    if let ([only], [errors]) = (signatures, found) {
        lines.push(format!("{label} expects ({})", only.listed()));
        lines.extend(errors.iter().map(|it| format!("  rejected:{}", it.chop(0).format(resolver))));
        return lines.join("\n");
    }
    lines.push(format!(
        "The function {label} was called with arguments it does not accept. It expects one of:"
    ));
    for (signature, errors) in signatures.iter().zip(found) {
        lines.push(format!("  ({})", signature.listed()));
        lines.extend(errors.iter().map(|it| format!("    rejected:{}", it.chop(0).format(resolver))));
    }
    lines.join("\n")
}

struct Describer<'a> {
    arguments: &'a [Value],
    block: Option<(usize, Option<usize>)>,
    resolver: &'a dyn TypeResolver,
}

impl Describer<'_> {
    fn arguments(&self, index: usize, signature: &Signature) -> Vec<Mismatch> {
        let path = vec![Path::Signature(index)];
        let (least, most) = signature.bounds();
        let given = self.arguments.len();
        if given < least || most.is_some_and(|most| given > most) {
            let count = |it: usize| i64::try_from(it).ok();
            let expected = (count(least), most.and_then(count));
            return vec![Mismatch::count(path, expected, (count(given), count(given)))];
        }
        for (index, argument) in self.arguments.iter().enumerate() {
            let Some(it) = signature.parameter(index) else { continue };
            if it.of.instance(argument, self.resolver) {
                continue;
            }
            let path = [path.as_slice(), &[Path::Parameter(it.name.clone())]].concat();
            let found = describe(&it.of, &Type::infer_set(argument), &path, self.resolver);
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    fn block(&self, index: usize, signature: &Signature) -> Vec<Mismatch> {
        let path = vec![Path::Signature(index)];
        match (&signature.block, self.block) {
            (None, Some(_)) => vec![Mismatch::unexpected_block(path)],
            (Some((_, _, false)), None) => vec![Mismatch::missing_block(path)],
            (Some((_, of, _)), Some(arity)) => {
                describe(of, &block_type(arity), &[path, vec![Path::Block]].concat(), self.resolver)
            }
            (None | Some((_, _, true)), None) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::types::NoAliases;

    fn read(texts: &[&str]) -> Vec<Signature> {
        texts.iter().map(|text| Signature::parse(text, &NoAliases).unwrap()).collect()
    }

    fn message(name: &str, texts: &[&str], arguments: &[Value]) -> String {
        describe_signatures(name, &read(texts), (arguments, None), &NoAliases)
    }

    #[test]
    fn one_wrong_argument_is_named() {
        let texts = ["join(Array $arg, String $delimiter?) >> String"];
        let number = Value::Int(1);
        assert_eq!(
            message("join", &texts, std::slice::from_ref(&number)),
            "'join' parameter 'arg' expects an Array value, got Integer"
        );
        assert_eq!(message("join", &texts, &[]), "'join' expects between 1 and 2 arguments, got none");
        assert_eq!(message("f", &["f(String $a)"], &["a".into(), number]), "'f' expects 1 argument, got 2");
    }

    #[test]
    fn several_signatures_are_merged_where_they_fail_alike() {
        let texts = ["abs(Numeric $val)", "abs(String $val)"];
        assert_eq!(
            message("abs", &texts, &[Value::Bool(true)]),
            "'abs' parameter 'val' expects a value of type Numeric or String, got Boolean"
        );
        let texts = ["f(Numeric $a)", "f(String $b, String $c)"];
        assert_eq!(
            message("f", &texts, &[Value::Bool(true)]),
            "The function 'f' was called with arguments it does not accept. It expects one of:\n  (Numeric a)\n    \
             rejected: parameter 'a' expects a Numeric value, got Boolean\n  (String b, String c)\n    rejected: \
             expects 2 arguments, got 1"
        );
    }

    #[test]
    fn blocks_are_checked_after_the_arguments() {
        let each = read(&["each(Iterable $list, Callable[1, 1] &$block)"]);
        let list = [Value::array([])];
        assert!(each[0].accepts(&list, Some((1, Some(1))), &NoAliases));
        assert!(!each[0].accepts(&list, None, &NoAliases));
        assert_eq!(describe_signatures("each", &each, (&list, None), &NoAliases), "'each' expects a block");
        let found = describe_signatures("each", &each, (&list, Some((2, Some(2)))), &NoAliases);
        assert_eq!(found, "'each' block expects 1 argument, got 2");
    }
}
