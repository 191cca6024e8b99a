//! The ladder: the first rung that gives a slot's value on every host that has it.

use super::{
    files::Files,
    module::{Declared, Rungs},
    names::Names,
    slots::{Slot, SlotKey},
};
use crate::{
    maps::IndexMap,
    translate::nixos::{Expr, Part},
};
use ecow::{EcoString, eco_format};

/// From how many lines on a text is a file of its own.
const LONG: usize = 1;

/// What a slot became.
pub(crate) struct Rung {
    /// The value in the module, over `cfg`.
    pub(crate) value: Expr,
    /// The options that hosts set.
    pub(crate) options: Vec<Variable>,
}

/// An option and what hosts set it to, where that is not the default.
pub(crate) struct Variable {
    pub(crate) declared: Declared,
    pub(crate) set: Vec<(usize, Expr)>,
}

impl Rung {
    fn fixed(value: Expr) -> Self {
        Self { value, options: Vec::new() }
    }
}

/// What the ladder needs beside the slot.
pub(crate) struct Ladder<'a> {
    pub(crate) files: &'a mut Files,
    pub(crate) rungs: &'a mut Rungs,
    pub(crate) certnames: &'a [EcoString],
}

impl Ladder<'_> {
    /// Climbs until a rung gives the value on every host.
    pub(crate) fn climb(&mut self, key: &SlotKey, slot: &Slot, names: &mut Names) -> Rung {
        if let Some(shared) = slot.shared() {
            self.rungs.literal += 1;
            return Rung::fixed(shared.clone());
        }
        let values: Vec<(usize, Expr)> = match slot.held.values().any(|held| is_long(&held.value)) {
            true => self.as_files(key, slot),
            false => slot.held.iter().map(|(host, held)| (*host, held.value.clone())).collect(),
        };
        let mut rung = Rung { value: Expr::Null, options: Vec::new() };
        rung.value = self.vary(&key.option, values, names, &mut rung.options);
        rung
    }

    /// Keeps what all values share of a call or a text with antiquotations; what differs is read from options.
    fn vary(
        &mut self,
        option: &[EcoString],
        values: Vec<(usize, Expr)>,
        names: &mut Names,
        made: &mut Vec<Variable>,
    ) -> Expr {
        let Some((_, first)) = values.first().cloned() else { return Expr::Null };
        if values.iter().all(|(_, value)| *value == first) {
            return first;
        }
        let inner: Vec<Vec<Expr>> =
            values.iter().filter_map(|(_, value)| same_shape(&first, value)).collect();
        if inner.len() < values.len() {
            return self.option(option, values, names, made);
        }
        let columns = inner.first().map_or(0, Vec::len);
        let parts = (0..columns).map(|column| {
            let column = values
                .iter()
                .zip(&inner)
                .filter_map(|((host, _), row)| Some((*host, row.get(column)?.clone())));
            self.vary(option, column.collect(), names, made)
        });
        with_parts(first, parts.collect())
    }

    fn option(
        &mut self,
        option: &[EcoString],
        values: Vec<(usize, Expr)>,
        names: &mut Names,
        made: &mut Vec<Variable>,
    ) -> Expr {
        let name = names.value(option);
        let files = values.iter().all(|(_, value)| matches!(value, Expr::Path(_)));
        *(if files { &mut self.rungs.file } else { &mut self.rungs.option }) += 1;
        let default = commonest(&values);
        let of = type_of(&values.iter().map(|(_, value)| value).collect::<Vec<_>>());
        let description = eco_format!("`{}`", option.join("."));
        let read = Expr::Select(vec!["cfg".into(), name.clone()]);
        let set = values.into_iter().filter(|(_, value)| Some(value) != default.as_ref()).collect();
        made.push(Variable { declared: Declared { name, of, default, description }, set });
        read
    }

    /// Long texts become files, one for each distinct content.
    fn as_files(&mut self, key: &SlotKey, slot: &Slot) -> Vec<(usize, Expr)> {
        let mut known: IndexMap<EcoString, EcoString> = IndexMap::default();
        let mut values = Vec::new();
        for (host, held) in &slot.held {
            let Expr::Str(text) = &held.value else { continue };
            let place = known.entry(text.clone()).or_insert_with(|| {
                let certname = self.certnames.get(*host).map_or("", EcoString::as_str);
                self.files.text(certname, &file_key(&key.option), text)
            });
            let read = vec!["builtins".into(), "readFile".into()];
            values.push((*host, Expr::Apply(read, vec![Expr::Path(place.clone())])));
        }
        values
    }
}

/// The parts of a value in which others of its shape may differ; `None` where it has another shape.
fn same_shape(first: &Expr, value: &Expr) -> Option<Vec<Expr>> {
    match (first, value) {
        (Expr::Apply(one, _), Expr::Apply(other, arguments)) if one == other => {
            (first.children().len() == arguments.len()).then(|| arguments.clone())
        }
        (Expr::Text(one), Expr::Text(other)) if one.len() == other.len() => {
            let same = one.iter().zip(other).all(|pair| match pair {
                (Part::Text(one), Part::Text(other)) => one == other,
                (Part::Expr(_), Part::Expr(_)) => true,
                (Part::Text(_), Part::Expr(_)) | (Part::Expr(_), Part::Text(_)) => false,
            });
            same.then(|| value.children().into_iter().cloned().collect())
        }
        _ => None,
    }
}

/// Puts parts into a value of [`same_shape`].
fn with_parts(mut value: Expr, parts: Vec<Expr>) -> Expr {
    if let Expr::Apply(_, arguments) = &mut value {
        *arguments = parts;
    } else if let Expr::Text(pieces) = &mut value {
        let places = pieces.iter_mut().filter_map(|piece| match piece {
            Part::Expr(place) => Some(place),
            Part::Text(_) => None,
        });
        places.zip(parts).for_each(|(place, part)| *place = part);
    }
    value
}

/// Whether a text is better read in a file. All values of the slot must be texts then.
fn is_long(value: &Expr) -> bool {
    matches!(value, Expr::Str(text) if text.lines().count() > LONG)
}

/// `environment.etc.motd.text` as `etc/motd`, other options by their names.
fn file_key(option: &[EcoString]) -> String {
    let parts: Vec<&str> = option.iter().map(EcoString::as_str).collect();
    match parts.as_slice() {
        ["environment", "etc", path, "text"] => format!("etc/{path}"),
        other => other.join("."),
    }
}

/// The value that most hosts have; of several the first host's.
fn commonest(values: &[(usize, Expr)]) -> Option<Expr> {
    let mut counts: Vec<(&Expr, usize)> = Vec::new();
    for (_, value) in values {
        match counts.iter_mut().find(|(known, _)| *known == value) {
            Some((_, count)) => *count += 1,
            None => counts.push((value, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(value, _)| value.clone())
}

/// The type of an option that holds all these values.
pub(crate) fn type_of(values: &[&Expr]) -> Expr {
    let named = |name: &str| Expr::Select(vec!["lib".into(), "types".into(), name.into()]);
    let applied =
        |name: &str, inner: Expr| Expr::Apply(vec!["lib".into(), "types".into(), name.into()], vec![inner]);
    let set: Vec<&Expr> = values.iter().copied().filter(|value| **value != Expr::Null).collect();
    let every = |is: fn(&Expr) -> bool| !set.is_empty() && set.iter().all(|value| is(value));
    let of = match () {
        () if every(|it| matches!(it, Expr::Bool(_))) => named("bool"),
        () if every(|it| matches!(it, Expr::Int(_))) => named("int"),
        () if every(|it| matches!(it, Expr::Path(_))) => named("path"),
        () if every(|it| matches!(it, Expr::Str(_) | Expr::Text(_))) => named("str"),
        () if every(|it| matches!(it, Expr::List(_))) => {
            let lists =
                set.iter().filter_map(|it| if let Expr::List(items) = it { Some(items) } else { None });
            applied("listOf", type_of(&lists.flatten().collect::<Vec<_>>()))
        }
        () => named("anything"),
    };
    if set.len() < values.len() { applied("nullOr", of) } else { of }
}
