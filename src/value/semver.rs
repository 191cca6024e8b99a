//! Versions and ranges of versions (`SemVer`, `SemVerRange`), as the `semantic_puppet` gem has them.

use std::cmp::Ordering;

/// A version read from its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Major, minor and patch.
    pub numbers: [u64; 3],
    /// Identifiers after `-`, if there are any.
    pub prerelease: Option<Vec<Identifier>>,
    /// Identifiers after `+`.
    pub build: Option<String>,
}

/// One identifier of a prerelease; numbers sort before words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identifier {
    /// Digits only.
    Number(u64),
    /// Anything else.
    Word(String),
}

/// One comparison of a range.
#[derive(Clone, Debug)]
enum Bound {
    All,
    Nothing,
    Less(Version),
    LessEqual(Version),
    Greater(Version),
    GreaterEqual(Version),
    Equal(Version),
}

/// A range: any of the sets, each with all of its bounds.
#[derive(Clone, Debug)]
pub struct Range {
    sets: Vec<Vec<Bound>>,
}

/// Reads a version.
#[must_use]
pub fn parse(text: &str) -> Option<Version> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let (rest, build) = split_tail(text, '+')?;
    let (rest, prerelease) = split_tail(rest, '-')?;
    let mut numbers = [0; 3];
    let mut parts = rest.split('.');
    for slot in &mut numbers {
        *slot = number(parts.next()?)?;
    }
    if parts.next().is_some() {
        return None;
    }
    let prerelease = prerelease.map(identifiers);
    if prerelease == Some(None) {
        return None;
    }
    Some(Version { numbers, prerelease: prerelease.flatten(), build: build.map(str::to_owned) })
}

fn split_tail(text: &str, mark: char) -> Option<(&str, Option<&str>)> {
    let Some((head, tail)) = text.split_once(mark) else { return Some((text, None)) };
    let fits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    tail.split('.').all(fits).then_some((head, Some(tail)))
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (digits && (text.len() == 1 || !text.starts_with('0'))).then(|| text.parse().ok()).flatten()
}

fn identifiers(text: &str) -> Option<Vec<Identifier>> {
    let read = |part: &str| {
        if part.bytes().all(|b| b.is_ascii_digit()) {
            number(part).map(Identifier::Number)
        } else {
            Some(Identifier::Word(part.to_owned()))
        }
    };
    text.split('.').map(read).collect()
}

/// Compares two versions by their texts; one that cannot be read is compared as text.
#[must_use]
pub fn compare(a: &str, b: &str) -> Ordering {
    match (parse(a), parse(b)) {
        (Some(a), Some(b)) => order(&a, &b),
        (_, _) => a.cmp(b),
    }
}

/// Compares two versions; build identifiers do not count.
#[must_use]
pub fn order(a: &Version, b: &Version) -> Ordering {
    a.numbers.cmp(&b.numbers).then_with(|| match (&a.prerelease, &b.prerelease) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => a.cmp(b),
    })
}

/// Reads a range such as `>=1.2.0 <2.0.0`, `~1.2`, `1.x || ^3.1.0`, `1.0.0 - 2.0.0`.
#[must_use]
pub fn parse_range(text: &str) -> Option<Range> {
    let joined = join_operators(text);
    if joined.trim().is_empty() {
        return Some(Range { sets: vec![vec![Bound::All]] });
    }
    let sets = joined.split("||").map(|part| parse_set(part.trim())).collect::<Option<Vec<_>>>()?;
    Some(Range { sets })
}

/// Removes blanks and a `v` after an operator.
fn join_operators(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        out.push(c);
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        if matches!(c, '<' | '>' | '=' | '~' | '^') {
            let trimmed = rest.trim_start();
            rest = trimmed.strip_prefix('v').unwrap_or(trimmed);
        }
    }
    out
}

fn parse_set(text: &str) -> Option<Vec<Bound>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if let [low, "-", high] = words.as_slice() {
        return Some(vec![Bound::GreaterEqual(floor(low)?), Bound::LessEqual(floor(high)?)]);
    }
    let mut bounds = Vec::new();
    for word in words {
        bounds.extend(parse_simple(word)?);
    }
    (!bounds.is_empty()).then_some(bounds)
}

/// A version with parts left out or written `x`.
struct Partial {
    numbers: [Option<u64>; 3],
    tail: Version,
}

fn parse_partial(text: &str) -> Option<Partial> {
    let (rest, build) = split_tail(text, '+')?;
    let (rest, prerelease) = split_tail(rest, '-')?;
    let mut numbers = [None; 3];
    let parts: Vec<&str> = rest.split('.').collect();
    if parts.len() > 3 || (parts.len() < 3 && (build.is_some() || prerelease.is_some())) {
        return None;
    }
    for (slot, part) in numbers.iter_mut().zip(&parts) {
        *slot = if matches!(*part, "x" | "X" | "*") { None } else { Some(number(part)?) };
    }
    let tail = Version {
        numbers: numbers.map(|it| it.unwrap_or(0)),
        prerelease: match prerelease {
            Some(it) => Some(identifiers(it)?),
            None => None,
        },
        build: build.map(str::to_owned),
    };
    Some(Partial { numbers, tail })
}

fn floor(text: &str) -> Option<Version> {
    parse_partial(text).map(|it| it.tail)
}

fn plain(numbers: [u64; 3]) -> Version {
    Version { numbers, prerelease: None, build: None }
}

fn between(low: Version, high: [u64; 3]) -> Vec<Bound> {
    vec![Bound::GreaterEqual(low), Bound::Less(plain(high))]
}

fn parse_simple(word: &str) -> Option<Vec<Bound>> {
    let operators = ["~>", "~=", ">=", "<=", "~", "^", ">", "<", "="];
    let operator = operators.into_iter().find(|it| word.starts_with(it)).unwrap_or("");
    let partial = parse_partial(word.get(operator.len()..)?)?;
    let [major, minor, patch] = partial.numbers;
    Some(match (operator, major, minor, patch) {
        (">=", ..) => vec![Bound::GreaterEqual(partial.tail)],
        ("<", ..) => vec![Bound::Less(partial.tail)],
        (">", None, ..) => vec![Bound::Nothing],
        (">", Some(major), None, _) => vec![Bound::GreaterEqual(plain([major + 1, 0, 0]))],
        (">", Some(major), Some(minor), None) => vec![Bound::GreaterEqual(plain([major, minor + 1, 0]))],
        (">", ..) => vec![Bound::Greater(partial.tail)],
        ("<=", None, ..) => vec![Bound::All],
        ("<=", Some(major), None, _) => vec![Bound::Less(plain([major + 1, 0, 0]))],
        ("<=", Some(major), Some(minor), None) => vec![Bound::Less(plain([major, minor + 1, 0]))],
        ("<=", ..) => vec![Bound::LessEqual(partial.tail)],
        (_, None, ..) => vec![Bound::All],
        (_, Some(major), None, _) => between(plain([major, 0, 0]), [major + 1, 0, 0]),
        ("^", Some(major), Some(_), _) if major > 0 => between(partial.tail, [major + 1, 0, 0]),
        (_, Some(major), Some(minor), None) => between(plain([major, minor, 0]), [major, minor + 1, 0]),
        ("~>" | "~=" | "~" | "^", Some(major), Some(minor), Some(_)) => {
            between(partial.tail, [major, minor + 1, 0])
        }
        (_, Some(_), Some(_), Some(_)) => vec![Bound::Equal(partial.tail)],
    })
}

impl Bound {
    fn holds(&self, version: &Version) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Less(it) => order(version, it).is_lt(),
            Self::LessEqual(it) => order(version, it).is_le(),
            Self::Greater(it) => order(version, it).is_gt(),
            Self::GreaterEqual(it) => order(version, it).is_ge(),
            Self::Equal(it) => order(version, it).is_eq(),
        }
    }

    /// A prerelease is only in a range that names a prerelease of the same numbers.
    fn admits_prerelease(&self, version: &Version) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Less(it)
            | Self::LessEqual(it)
            | Self::Greater(it)
            | Self::GreaterEqual(it)
            | Self::Equal(it) => it.prerelease.is_some() && it.numbers == version.numbers,
        }
    }
}

impl Range {
    /// Tells whether a version is in the range.
    #[must_use]
    pub fn includes(&self, version: &Version) -> bool {
        let holds = |set: &Vec<Bound>| {
            set.iter().all(|bound| bound.holds(version))
                && (version.prerelease.is_none() || set.iter().any(|bound| bound.admits_prerelease(version)))
        };
        self.sets.iter().any(holds)
    }
}

/// Tells whether a version's text is in a range's text; what cannot be read is not.
#[must_use]
pub fn range_includes(range: &str, version: &str) -> bool {
    match (parse_range(range), parse(version)) {
        (Some(range), Some(version)) => range.includes(&version),
        (_, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_follow_semantic_puppet() {
        let cases = [
            (">=1.2.0 <2.0.0", "1.9.9", true),
            (">=1.2.0 <2.0.0", "2.0.0", false),
            ("~1.2", "1.2.9", true),
            ("~1.2.3", "1.3.0", false),
            ("^1.2.3", "1.9.0", true),
            ("^0.2.3", "0.3.0", false),
            ("1.x", "1.7.0", true),
            ("1.0.0 - 2.0.0", "2.0.0", true),
            ("1.0.0 || 3.0.0", "3.0.0", true),
            (">= 1.0.0", "1.1.0-rc1", false),
            (">=1.1.0-alpha", "1.1.0-rc1", true),
            (">1", "1.9.0", false),
            ("<=1", "1.9.0", true),
        ];
        for (range, version, expected) in cases {
            assert_eq!(range_includes(range, version), expected, "{version} in {range}");
        }
        assert!(parse_range("nonsense").is_none());
    }

    #[test]
    fn prereleases_sort_before_their_release() {
        let sorted = ["1.0.0-1", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0", "1.0.1"];
        for pair in sorted.windows(2) {
            assert!(compare(pair[0], pair[1]).is_lt(), "{pair:?}");
        }
        assert!(parse("1.0").is_none() && parse("1.0.01").is_none() && parse("1.0.0-01").is_none());
    }
}
