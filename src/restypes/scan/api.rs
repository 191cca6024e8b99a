//! `Puppet::ResourceApi.register_type`: a type as one hash.

use super::{Scan, calls::Call, value::Val};
use crate::restypes::{AutoKind, AutoRelation, Rule, TitlePattern, Titles};
use ecow::EcoString;

impl<'a> Scan<'a> {
    /// Reads the definition of a type.
    pub(super) fn register_type(&mut self, call: &Call<'a>) -> Val<'a> {
        let Some(definition) = call.arguments.first() else { return Val::Unknown };
        match definition.get("name").and_then(Val::name) {
            Some(name) if name == self.request.name => {}
            Some(_) => return Val::Unknown,
            None => {
                self.doubt("the definition of a type is not a literal hash", call.node);
                self.made = true;
                self.titles = Some(Titles::Unread);
                return Val::Unknown;
            }
        }
        self.made = true;
        self.api = true;
        let Some(Val::Hash(attributes)) = definition.get("attributes") else {
            self.doubt("the attributes of a type are not a literal hash", call.node);
            self.titles = Some(Titles::Unread);
            return Val::Unknown;
        };
        for (name, options) in attributes {
            self.registered(name, options, call);
        }
        let triggers = definition.get("features").is_some_and(|it| mentions(it, "custom_insync"));
        if triggers && self.properties.is_empty() {
            self.add_property("rsapi_custom_insync_trigger".into());
        }
        self.titles = Some(self.registered_titles(definition));
        for name in ["autorequire", "autobefore", "autosubscribe", "autonotify"] {
            self.registered_relations(name, definition);
        }
        Val::Unknown
    }

    fn registered(&mut self, name: &Val<'a>, options: &Val<'a>, call: &Call<'a>) {
        let Some(name) = name.name().cloned() else {
            self.doubt("an attribute has a name that is not known", call.node);
            return;
        };
        let behaviour = options.get("behaviour").or_else(|| options.get("behavior"));
        match behaviour.and_then(Val::name).map(EcoString::as_str) {
            Some("namevar") => self.add_param(name, true),
            Some("parameter" | "read_only") => self.add_param(name, false),
            _ => self.add_property(name),
        }
    }

    /// The first namevar takes the whole title, where there are no patterns; their groups have namevars' names.
    fn registered_titles(&self, definition: &Val<'a>) -> Titles {
        match definition.get("title_patterns") {
            None => {
                // `Resource API` namevars are found by their behaviour alone, the first is asked
                let first = self.params.iter().find(|param| param.namevar);
                first.map_or(Titles::Name, |it| Titles::Patterns(vec![TitlePattern::whole(it.name.clone())]))
            }
            Some(Val::Array(items)) => {
                let found = items.iter().map(|item| match item.get("pattern") {
                    Some(Val::Regex(source, options)) => {
                        Some(TitlePattern::new(source.as_str(), *options, group_names(source), false))
                    }
                    _ => None,
                });
                found.collect::<Option<_>>().map_or(Titles::Unread, Titles::Patterns)
            }
            Some(_) => Titles::Unread,
        }
    }

    fn registered_relations(&mut self, name: &str, definition: &Val<'a>) {
        let (Some(kind), Some(Val::Hash(pairs))) = (AutoKind::named(name), definition.get(name)) else {
            return;
        };
        for (target, values) in pairs {
            let target = target.name().map(|it| it.to_lowercase()).unwrap_or_default();
            self.auto.push(AutoRelation { kind, target, rule: registered_rule(values) });
        }
    }
}

fn registered_rule(values: &Val<'_>) -> Option<Rule> {
    match values {
        Val::Array(items) => items.iter().map(registered_rule).collect::<Option<_>>().map(Rule::List),
        other => other.name().map(|text| match text.strip_prefix('$') {
            Some(name) => Rule::Parameter(name.into()),
            None => Rule::Text(text.clone()),
        }),
    }
}

fn mentions(value: &Val<'_>, name: &str) -> bool {
    match value {
        Val::Array(items) => items.iter().any(|item| mentions(item, name)),
        other => other.name().is_some_and(|it| it == name),
    }
}

/// Returns the names of the groups of a regular expression in order.
fn group_names(source: &str) -> Vec<EcoString> {
    let mut found: Vec<EcoString> = Vec::new();
    for part in source.split("(?<").skip(1).filter(|part| !part.starts_with(['=', '!'])) {
        if let Some((name, _)) = part.split_once('>') {
            found.push(name.into());
        }
    }
    found
}
