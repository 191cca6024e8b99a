//! The ladder: the first rung that gives a slot's value on every host that has it.

use super::{
    draft::Draft,
    expressions::Expressions,
    files::Files,
    fleet::{UnitName, plain},
    module::Rungs,
    slots::{Slot, SlotKey, Varying},
    tables::Tables,
    units::Units,
};
use crate::{
    maps::IndexMap,
    translate::nixos::{Expr, Key, Part},
};
use ecow::EcoString;

/// From how many lines on a text is a file of its own.
const LONG: usize = 1;

/// What the ladder needs beside the slot.
pub(crate) struct Ladder<'a> {
    pub(crate) files: &'a mut Files,
    pub(crate) rungs: &'a mut Rungs,
    pub(crate) certnames: &'a [EcoString],
    pub(crate) expressions: &'a Expressions<'a>,
    pub(crate) units: &'a Units,
    pub(crate) unit: &'a UnitName,
    /// The module whose options are read.
    pub(crate) draft: &'a mut Draft,
}

impl Ladder<'_> {
    /// Climbs until a rung gives the value on every host; returns it over `cfg`.
    pub(crate) fn climb(&mut self, key: &SlotKey, slot: &Slot) -> Expr {
        if let Some(shared) = slot.shared() {
            self.rungs.literal += 1;
            return shared.clone();
        }
        let held: Vec<(usize, Expr)> =
            slot.held.iter().map(|(host, held)| (*host, held.value.clone())).collect();
        if let Some(found) = self.expression(slot, &held) {
            return found;
        }
        let values = match slot.held.values().any(|held| is_long(&held.value)) {
            true => self.as_files(key, slot),
            false => None,
        };
        self.vary(&key.option, slot, values.unwrap_or(held))
    }

    /// R2: a table over what was read.
    fn table(&self, slot: &Slot, values: &[(usize, Expr)]) -> Option<Expr> {
        let expressions = self.expressions;
        let reads = |host: usize| {
            slot.held.get(&host).map(|held| expressions.reads(host, &held.items)).unwrap_or_default()
        };
        Tables { expressions, units: self.units, unit: self.unit, reads: &reads }.value(values)
    }

    /// R1: the expression behind the values.
    fn expression(&mut self, slot: &Slot, values: &[(usize, Expr)]) -> Option<Expr> {
        let found = self.expressions.value(self.units, (self.unit, slot), values)?;
        self.rungs.expression += 1;
        Some(found)
    }

    /// R1 for files: their text as an expression, written to a file of the store.
    fn written(&mut self, slot: &Slot, values: &[(usize, Expr)]) -> Option<Expr> {
        let mut texts = Vec::new();
        let mut programs = Vec::new();
        for (host, value) in values {
            let Expr::Path(place) = value else { return None };
            let file = self.files.made.get(place)?;
            texts.push((*host, Expr::Str(std::str::from_utf8(&file.bytes).ok()?.into())));
            programs.push(file.executable);
        }
        let program = *programs.first()?;
        let alike = programs.iter().all(|other| *other == program);
        let text = alike.then(|| self.expression(slot, &texts)).flatten()?;
        let Some((_, Expr::Path(place))) = values.first() else { return None };
        let name = plain(place.rsplit('/').next().unwrap_or_default());
        let function = if program { "pkgs.writeScript" } else { "pkgs.writeText" };
        Some(Expr::apply(function, vec![Expr::Str(name), text]))
    }

    /// The name of a part of the path that varies.
    pub(crate) fn name(&mut self, key: &SlotKey, varying: &Varying) -> Expr {
        let names = varying.names.iter().map(|(host, name)| (*host, Expr::Str(name.clone())));
        let mut option = key.option.clone();
        option.truncate(varying.at);
        option.push("name".into());
        self.option(&option, None, names.collect())
    }

    /// Keeps what all values share of a call, a selection or a text with antiquotations; what differs is read from
    /// options.
    fn vary(&mut self, option: &[EcoString], slot: &Slot, values: Vec<(usize, Expr)>) -> Expr {
        let Some((_, first)) = values.first().cloned() else { return Expr::Null };
        if values.iter().all(|(_, value)| *value == first) {
            return first;
        }
        if let Some(found) = self.written(slot, &values) {
            return found;
        }
        if let Some((at, parts)) = selections(&values) {
            let read = self.option(option, None, parts);
            return with_key(first, at, read);
        }
        let inner: Vec<Vec<Expr>> =
            values.iter().filter_map(|(_, value)| same_shape(&first, value)).collect();
        if inner.len() < values.len() {
            return self.option(option, Some(slot), values);
        }
        let columns = inner.first().map_or(0, Vec::len);
        let parts = (0..columns).map(|column| {
            let column = values
                .iter()
                .zip(&inner)
                .filter_map(|((host, _), row)| Some((*host, row.get(column)?.clone())));
            self.vary(option, slot, column.collect())
        });
        with_parts(first, parts.collect())
    }

    /// Reads the values from an option of the module; equal values are one option.
    fn option(&mut self, option: &[EcoString], slot: Option<&Slot>, values: Vec<(usize, Expr)>) -> Expr {
        if let Some(read) = self.expressions.identity.generalise(&values) {
            self.rungs.expression += 1;
            return read;
        }
        if let Some(found) = slot.and_then(|slot| self.table(slot, &values)) {
            self.rungs.table += 1;
            return found;
        }
        let (read, new) = self.draft.variable(option, values, &self.expressions.identity);
        if let Some(declared) = new {
            let files = declared.of == Expr::select("lib.types.path");
            *(if files { &mut self.rungs.file } else { &mut self.rungs.option }) += 1;
        }
        read
    }

    /// Long texts become files, one for each distinct content; `None` where some value is no text.
    fn as_files(&mut self, key: &SlotKey, slot: &Slot) -> Option<Vec<(usize, Expr)>> {
        let texts: Vec<(usize, &EcoString)> = slot
            .held
            .iter()
            .map(|(host, held)| if let Expr::Str(text) = &held.value { Some((*host, text)) } else { None })
            .collect::<Option<_>>()?;
        let mut known: IndexMap<&EcoString, EcoString> = IndexMap::default();
        let mut values = Vec::new();
        for (host, text) in texts {
            let place = known.entry(text).or_insert_with(|| {
                let certname = self.certnames.get(host).map_or("", EcoString::as_str);
                self.files.text(certname, &file_key(&key.option), text)
            });
            values.push((host, Expr::apply("builtins.readFile", vec![Expr::Path(place.clone())])));
        }
        Some(values)
    }
}

/// The names that stand at the one place where selections differ.
fn selections(values: &[(usize, Expr)]) -> Option<(usize, Vec<(usize, Expr)>)> {
    let paths: Vec<(usize, &Vec<EcoString>)> = values
        .iter()
        .map(|(host, value)| if let Expr::Select(path) = value { Some((*host, path)) } else { None })
        .collect::<Option<_>>()?;
    let (_, first) = paths.first()?;
    let differs = |at: usize| paths.iter().any(|(_, path)| path.get(at) != first.get(at));
    let mut places = (0..first.len()).filter(|at| differs(*at));
    let at = places.next().filter(|at| *at > 0)?;
    let alike = places.next().is_none() && paths.iter().all(|(_, path)| path.len() == first.len());
    let name = |(host, path): &(usize, &Vec<EcoString>)| Some((*host, Expr::Str(path.get(at)?.clone())));
    alike.then(|| paths.iter().filter_map(name).collect()).map(|names| (at, names))
}

/// Puts a name that is read into a selection.
fn with_key(value: Expr, at: usize, read: Expr) -> Expr {
    let Expr::Select(path) = value else { return value };
    let base = Expr::Select(path.iter().take(at).cloned().collect());
    let rest = path.iter().skip(at + 1).map(|name| Key::Name(name.clone()));
    base.select_keys(std::iter::once(Key::Dynamic(read)).chain(rest).collect(), None)
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
        // what was written to be read is the text itself
        if let [Expr::Apply(written, inside)] = parts.as_slice()
            && written.last().is_some_and(|last| last.starts_with("write"))
            && let Some(text) = inside.get(1)
        {
            return text.clone();
        }
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
