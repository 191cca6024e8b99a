//! Automatic relations: which resources a type's resources come after or before by themselves.
//!
//! In: a relation's [`Rule`], read from the block of an `autorequire` or its kin, and a resource's parameters. Out: the
//! titles of the resources that it means.

use ecow::EcoString;

/// What an automatic relation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AutoKind {
    /// `autorequire`.
    Require,
    /// `autosubscribe`.
    Subscribe,
    /// `autobefore`.
    Before,
    /// `autonotify`.
    Notify,
}

impl AutoKind {
    /// Reads the name of the method that declares it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "autorequire" => Self::Require,
            "autosubscribe" => Self::Subscribe,
            "autobefore" => Self::Before,
            "autonotify" => Self::Notify,
            _ => return None,
        })
    }

    /// Returns the name of the method that declares it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Require => "autorequire",
            Self::Subscribe => "autosubscribe",
            Self::Before => "autobefore",
            Self::Notify => "autonotify",
        }
    }

    /// Tells whether the resources that are meant come first.
    #[must_use]
    pub fn comes_after(self) -> bool {
        matches!(self, Self::Require | Self::Subscribe)
    }
}

/// An automatic relation of a type.
#[derive(Clone, Debug)]
pub struct AutoRelation {
    /// What it does.
    pub kind: AutoKind,
    /// The type that it leads to, in lower case.
    pub target: EcoString,
    /// How titles are made; `None` where the block was not read.
    pub rule: Option<Rule>,
}

/// How titles are made of parameters. Every rule gives a list of texts; nothing is an empty list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Nothing.
    Nothing,
    /// A fixed text.
    Text(EcoString),
    /// The values of a parameter.
    Parameter(EcoString),
    /// All resources of the type that the relation leads to.
    All,
    /// All of several.
    List(Vec<Rule>),
    /// One text of several, as an interpolation makes it.
    Join(Vec<Rule>),
    /// The folder around a path.
    Parent(Box<Rule>),
    /// One piece of a text, from the left or, negative, from the right; the limit is Ruby's, 0 for none.
    Piece(Box<Rule>, EcoString, usize, isize),
    /// One of the values, from the left or, negative, from the right.
    Item(Box<Rule>, isize),
    /// One of two.
    If(Box<Test>, Box<Rule>, Box<Rule>),
}

/// A condition on parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// There is a value, and it is not `false`.
    Set(Rule),
    /// There is no text but empty ones.
    Empty(Rule),
    /// The first values are equal.
    Equal(Rule, Rule),
    /// The first value is an absolute path.
    Absolute(Rule),
    /// The first value fits a regular expression of Ruby's with these options.
    Matches(Rule, EcoString, u32),
    /// The opposite.
    Not(Box<Test>),
    /// Both.
    And(Box<Test>, Box<Test>),
    /// One at least.
    Or(Box<Test>, Box<Test>),
}

/// Gives the values of a parameter as texts; a parameter that is not set has none.
pub type Values<'a> = dyn Fn(&str) -> Vec<EcoString> + 'a;

impl Rule {
    /// Tells whether all resources of the target type are meant.
    #[must_use]
    pub fn means_all(&self, values: &Values<'_>) -> bool {
        match self {
            Self::All => true,
            Self::List(parts) => parts.iter().any(|part| part.means_all(values)),
            Self::If(test, yes, no) => if test.holds(values) { yes } else { no }.means_all(values),
            Self::Nothing
            | Self::Text(_)
            | Self::Parameter(_)
            | Self::Join(_)
            | Self::Parent(_)
            | Self::Piece(..)
            | Self::Item(..) => false,
        }
    }

    /// Returns the titles.
    #[must_use]
    pub fn titles(&self, values: &Values<'_>) -> Vec<EcoString> {
        match self {
            Self::Nothing | Self::All => Vec::new(),
            Self::Text(text) => vec![text.clone()],
            Self::Parameter(name) => values(name),
            Self::List(rules) => rules.iter().flat_map(|rule| rule.titles(values)).collect(),
            Self::Join(parts) => vec![parts.iter().filter_map(|part| part.first(values)).collect()],
            Self::Parent(of) => of.titles(values).iter().map(|path| parent(path).into()).collect(),
            Self::Piece(of, separator, limit, at) => {
                let texts = of.titles(values);
                texts.iter().filter_map(|text| piece(text, separator, *limit, *at)).collect()
            }
            Self::Item(of, at) => pick(&of.titles(values), *at).cloned().into_iter().collect(),
            Self::If(test, yes, no) => if test.holds(values) { yes } else { no }.titles(values),
        }
    }

    /// Counts the parts of the rule.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Nothing | Self::All | Self::Text(_) | Self::Parameter(_) => 1,
            Self::List(parts) | Self::Join(parts) => 1 + parts.iter().map(Self::size).sum::<usize>(),
            Self::Parent(of) | Self::Piece(of, ..) | Self::Item(of, _) => 1 + of.size(),
            Self::If(test, yes, no) => 1 + test.size() + yes.size() + no.size(),
        }
    }

    fn first(&self, values: &Values<'_>) -> Option<EcoString> {
        self.titles(values).into_iter().next()
    }
}

impl Test {
    fn size(&self) -> usize {
        match self {
            Self::Set(of) | Self::Empty(of) | Self::Absolute(of) | Self::Matches(of, ..) => 1 + of.size(),
            Self::Equal(left, right) => 1 + left.size() + right.size(),
            Self::Not(test) => 1 + test.size(),
            Self::And(left, right) | Self::Or(left, right) => 1 + left.size() + right.size(),
        }
    }

    /// Tells whether the condition holds.
    #[must_use]
    pub fn holds(&self, values: &Values<'_>) -> bool {
        match self {
            Self::Set(rule) => rule.first(values).is_some_and(|text| text != "false"),
            Self::Empty(rule) => rule.titles(values).iter().all(EcoString::is_empty),
            Self::Equal(left, right) => left.first(values) == right.first(values),
            Self::Absolute(rule) => rule.first(values).is_some_and(|path| path.starts_with('/')),
            Self::Matches(rule, regex, options) => {
                let pattern = super::TitlePattern::new(regex.as_str(), *options, Vec::new(), false);
                rule.first(values).is_some_and(|text| pattern.fits(&text))
            }
            Self::Not(test) => !test.holds(values),
            Self::And(left, right) => left.holds(values) && right.holds(values),
            Self::Or(left, right) => left.holds(values) || right.holds(values),
        }
    }
}

/// Returns the folder around a path as `Pathname#parent` does.
fn parent(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None if path.is_empty() => "/",
        None => ".",
    }
}

fn piece(text: &str, separator: &str, limit: usize, at: isize) -> Option<EcoString> {
    let pieces: Vec<&str> = match limit {
        0 => text.trim_end_matches(separator).split(separator).collect(),
        limit => text.splitn(limit, separator).collect(),
    };
    pick(&pieces, at).map(|piece| EcoString::from(*piece))
}

fn pick<T>(items: &[T], at: isize) -> Option<&T> {
    let place = if at < 0 { items.len().checked_add_signed(at)? } else { at.unsigned_abs() };
    items.get(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_make_titles_of_parameters() {
        let values = |name: &str| match name {
            "path" => vec!["/etc/app/a.conf".into()],
            "name" => vec!["queue@vhost".into()],
            _ => Vec::new(),
        };
        let path = || Box::new(Rule::Parameter("path".into()));
        assert_eq!(Rule::Parent(path()).titles(&values), ["/etc/app"]);
        let name = Box::new(Rule::Parameter("name".into()));
        assert_eq!(Rule::Piece(name, "@".into(), 0, 1).titles(&values), ["vhost"]);
        let user = Rule::Parameter("user".into());
        let joined = Rule::Join(vec![user.clone(), Rule::Text("@x".into())]);
        assert_eq!(joined.titles(&values), ["@x"]);
        let set = Rule::If(Box::new(Test::Set(user)), path(), Box::new(Rule::Nothing));
        assert!(set.titles(&values).is_empty());
    }
}
