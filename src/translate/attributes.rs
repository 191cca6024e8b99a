//! Reads the attributes of one resource; what was read how is the attribute's account.

use super::{Class, Flag, Verdict};
use crate::{
    catalog::{Parameter, Resource, ResourceRef},
    maps::IndexMap,
    model::{SecretRef, Text, TextPart},
    value::{Str, Value},
};
use ecow::{EcoString, eco_format};

/// How an attribute is accounted for.
#[derive(Clone, Debug)]
pub(crate) enum Account {
    /// It is in the item: it has the class that the target gives the item's field.
    Field,
    /// It has a class of its own.
    Fixed(Verdict),
}

/// One resource's attributes, with what was read of them.
pub(crate) struct Attributes<'a> {
    resource: &'a Resource,
    rule: &'static str,
    host: &'a str,
    accounts: IndexMap<EcoString, Account>,
}

impl<'a> Attributes<'a> {
    pub(crate) fn new(resource: &'a Resource, rule: &'static str, host: &'a str) -> Self {
        Self { resource, rule, host, accounts: IndexMap::default() }
    }

    pub(crate) fn title(&self) -> &'a EcoString {
        &self.resource.reference.title
    }

    fn parameter(&self, name: &str) -> Option<&'a Parameter> {
        self.resource.parameters.get(name).filter(|parameter| !parameter.value.is_undef())
    }

    /// Tells whether an attribute is set, without reading it.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.parameter(name).is_some()
    }

    fn read(&mut self, name: &str) -> Option<&'a Parameter> {
        let parameter = self.parameter(name)?;
        self.accounts.entry(name.into()).or_insert(Account::Field);
        Some(parameter)
    }

    /// Reads a value as it is.
    pub(crate) fn value(&mut self, name: &str) -> Option<&'a Value> {
        self.read(name).map(|parameter| &parameter.value)
    }

    /// Reads a text that may hold secrets.
    pub(crate) fn text(&mut self, name: &str) -> Option<Text> {
        let parameter = self.read(name)?;
        let text = scalar(&parameter.value)?;
        if text.labels().is_some() {
            return Some(Text::from_labelled(&text));
        }
        Some(if parameter.sensitive { self.whole_secret(name) } else { Text::plain(text.text().clone()) })
    }

    /// Tells whether a text ends in a newline; nobody knows where a secret that is not at hand ends it.
    pub(crate) fn ends_in_newline(&self, name: &str) -> Option<bool> {
        let text = scalar(&self.parameter(name)?.value)?;
        let last = text.labels().and_then(|labels| labels.ranges().last());
        let unknown = last.is_some_and(|last| last.secret.opaque && last.range.end == text.len());
        (!unknown).then(|| text.ends_with('\n'))
    }

    /// A text that is a secret as a whole, named after the host and the resource.
    pub(crate) fn whole_secret(&self, name: &str) -> Text {
        let id = whole_secret_id(self.host, &self.resource.reference, name);
        Text::secret(SecretRef { id, key: None, derived: false })
    }

    /// Reads a text that has no place for secrets; one in it makes the attribute manual and is masked.
    pub(crate) fn string(&mut self, name: &str) -> Option<EcoString> {
        let text = self.text(name)?;
        if text.secrets().next().is_some() {
            let reason = "a secret where no secret can be kept";
            self.fix(name, Verdict::new(Class::Manual, self.rule, reason).flag(Flag::NeedsSecret));
        }
        Some(text.masked().into())
    }

    /// Reads an attribute that must be named, or the title.
    pub(crate) fn name(&mut self, namevar: &str) -> EcoString {
        let title = self.title().clone();
        let named = self.string(namevar);
        let alias = if namevar == "name" { None } else { self.string("name") };
        named.or(alias).unwrap_or(title)
    }

    /// Reads one text or a list of texts.
    pub(crate) fn strings(&mut self, name: &str) -> Vec<EcoString> {
        let Some(parameter) = self.read(name) else { return Vec::new() };
        if parameter.sensitive {
            return self.string(name).into_iter().collect();
        }
        let items =
            parameter.value.as_array().map_or_else(|| vec![parameter.value.clone()], <[Value]>::to_vec);
        let texts: Vec<Text> =
            items.iter().filter_map(scalar).map(|text| Text::from_labelled(&text)).collect();
        if texts.iter().any(|text| text.secrets().next().is_some()) {
            self.manual_secret(name);
        }
        texts.iter().map(|text| text.masked().into()).collect()
    }

    fn manual_secret(&mut self, name: &str) {
        let reason = "a secret where no secret can be kept";
        self.fix(name, Verdict::new(Class::Manual, self.rule, reason).flag(Flag::NeedsSecret));
    }

    /// Reads a boolean; `"true"` and `"yes"` count as Puppet's types take them.
    pub(crate) fn bool(&mut self, name: &str) -> Option<bool> {
        let parameter = self.read(name)?;
        match scalar(&parameter.value)?.as_str() {
            "true" | "yes" => Some(true),
            "false" | "no" => Some(false),
            _ => None,
        }
    }

    /// Reads an integer, given as such or as digits.
    pub(crate) fn int(&mut self, name: &str) -> Option<i64> {
        let parameter = self.read(name)?;
        let text = scalar(&parameter.value)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.manual(name, "not a number");
        }
        number
    }

    /// Gives an attribute a class of its own, unless it is not set.
    pub(crate) fn fix(&mut self, name: &str, verdict: Verdict) {
        if self.has(name) {
            self.accounts.insert(name.into(), Account::Fixed(verdict));
        }
    }

    /// Says that a human must decide on an attribute.
    pub(crate) fn manual(&mut self, name: &str, reason: impl Into<EcoString>) {
        self.fix(name, Verdict::new(Class::Manual, self.rule, reason));
    }

    /// Says that attributes need nothing on the target.
    pub(crate) fn satisfied(&mut self, names: &[&str], reason: &str) {
        for name in names {
            self.fix(name, Verdict::new(Class::Satisfied, self.rule, reason));
        }
    }

    /// Says of all attributes not yet fixed that they have this class.
    pub(crate) fn all(&mut self, verdict: &Verdict) {
        for name in self.resource.parameters.keys() {
            if !matches!(self.accounts.get(name), Some(Account::Fixed(_))) {
                self.fix(name, verdict.clone());
            }
        }
    }

    /// Returns a set attribute that nothing has read yet, those named here aside.
    pub(crate) fn unread(&self, but: &[&str]) -> Option<&EcoString> {
        let set = self.resource.parameters.iter().filter(|(_, parameter)| !parameter.value.is_undef());
        set.map(|(name, _)| name)
            .find(|name| !self.accounts.contains_key(*name) && !but.contains(&name.as_str()))
    }

    /// Ends reading: what nothing has read is manual.
    pub(crate) fn finish(mut self) -> IndexMap<EcoString, Account> {
        let mut accounts = IndexMap::default();
        for (name, parameter) in &self.resource.parameters {
            let account = if parameter.value.is_undef() {
                Account::Fixed(Verdict::new(Class::Satisfied, "undef", "not set"))
            } else {
                self.accounts.swap_remove(name).unwrap_or_else(|| {
                    Account::Fixed(Verdict::new(Class::Manual, self.rule, "no rule reads this attribute"))
                })
            };
            accounts.insert(name.clone(), account);
        }
        accounts
    }
}

/// The text of a scalar, as Puppet turns it into a parameter of a type; a list of one counts as its item.
pub(crate) fn scalar(value: &Value) -> Option<Str> {
    match value {
        Value::Str(it) => Some(it.clone()),
        Value::Bool(it) => Some(if *it { "true".into() } else { "false".into() }),
        Value::Int(it) => Some(it.to_string().into()),
        Value::Float(it) => Some(it.to_string().into()),
        Value::Symbol(it) | Value::SemVer(it) | Value::SemVerRange(it) | Value::Uri(it) => {
            Some(Str::new(it.clone()))
        }
        Value::Sensitive(inner) => scalar(inner),
        Value::Array(items) => match items.as_slice() {
            [one] => scalar(one),
            _ => None,
        },
        Value::Undef
        | Value::Default
        | Value::Regexp(_)
        | Value::Hash(_)
        | Value::Type(_)
        | Value::Binary(_)
        | Value::Timestamp(_)
        | Value::Timespan(_)
        | Value::Deferred(_)
        | Value::Iterator(_)
        | Value::Object(_) => None,
    }
}

/// A name for files, units and secrets: lower case letters, digits, `-`, `_` and `.`.
pub(crate) fn slug(text: &str) -> EcoString {
    let mut slug = String::new();
    for letter in text.chars().map(|letter| letter.to_ascii_lowercase()) {
        if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.') {
            slug.push(letter);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let trimmed = slug.trim_matches(|letter| matches!(letter, '-' | '.'));
    if trimmed.is_empty() { "item".into() } else { trimmed.into() }
}

/// The id of an attribute that is a secret as a whole, of a host by its name without the domain.
pub(crate) fn whole_secret_id(host: &str, reference: &ResourceRef, name: &str) -> EcoString {
    slug(&eco_format!("{host}-{}-{}-{name}", reference.type_name, reference.title))
}

/// Shows a text's parts as one text with a marker for each secret, for rendering at activation.
pub(crate) fn with_markers(text: &Text, marker: impl Fn(&SecretRef) -> String) -> String {
    let show = |part: &TextPart| match part {
        TextPart::Text(text) => text.to_string(),
        TextPart::Secret(secret) => marker(secret),
    };
    text.parts().iter().map(show).collect()
}
