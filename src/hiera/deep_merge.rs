//! Deep merges, as the gem `deep_merge` does them (`deep_merge/core.rb`).
//!
//! In: options, and the values of two levels. Out: one value, or why they cannot be merged. The gem changes values in
//! place; where it merges a value with itself, the very same arrays are read and changed at once, and that shows.

use super::merge::{DeepOptions, error};
use crate::{
    diag::Result,
    maps::IndexSet,
    value::{HashMap, Value, compile_regex},
};
use ecow::EcoVec;
use std::{cmp::Ordering, sync::Arc};

/// A deep merge with its knock-out pattern compiled.
pub(super) struct Deep<'a> {
    options: &'a DeepOptions,
    knockout: Option<onig::Regex>,
}

impl<'a> Deep<'a> {
    /// The prefix is a pattern without escapes in the gem: `^#{knockout_prefix}`.
    pub(super) fn new(options: &'a DeepOptions) -> Result<Self> {
        let compile = |prefix: &String| {
            compile_regex(&format!("^{prefix}"), onig::RegexOptions::REGEX_OPTION_NONE)
                .map_err(|found| error(&format!("`knockout_prefix` `{prefix}` is no pattern: {found}")))
        };
        let knockout = options.knockout_prefix.as_ref().map(compile).transpose()?;
        Ok(Self { options, knockout })
    }

    /// `DeepMerge.deep_merge!(source, dest)`.
    pub(super) fn merge(&self, source: &Value, dest: Value) -> Result<Value> {
        if source.is_undef() {
            return Ok(dest);
        }
        if !dest.is_truthy() {
            return Ok(source.clone());
        }
        match (source, dest) {
            (Value::Hash(entries), Value::Hash(dest)) => self.hashes(entries, &dest),
            (Value::Hash(entries), dest) if entries.is_empty() => Ok(dest),
            // the first entry puts the hash in the place of `dest`, so that the others meet themselves
            (Value::Hash(entries), _) => self.entries_with_themselves(entries, 1),
            (Value::Array(source), dest) => self.arrays(source, dest),
            (source, _) => Ok(self.overwrite(source)),
        }
    }

    fn hashes(&self, source: &HashMap, dest: &HashMap) -> Result<Value> {
        let mut merged = dest.clone();
        for (key, value) in source {
            let below = merged.get(key).filter(|below| below.is_truthy()).cloned();
            let value = match (below, value) {
                (Some(below), _) => self.merge(value, below)?,
                // what is only above is merged with a copy of itself, which drops what it knocks out
                (None, Value::Array(items)) => self.arrays(items, value.clone())?,
                (None, value) => self.with_itself(value)?,
            };
            merged.insert(key.clone(), value);
        }
        Ok(Value::Hash(Arc::new(merged)))
    }

    /// Merges a value with itself, where the gem reads and changes one and the same object.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
    fn with_itself(&self, value: &Value) -> Result<Value> {
        match value {
            value if !value.is_truthy() => Ok(value.clone()),
            Value::Hash(entries) => self.entries_with_themselves(entries, 0),
            Value::Array(items) => self.array_with_itself(items),
            value => Ok(self.overwrite(value)),
        }
    }

    fn entries_with_themselves(&self, entries: &HashMap, untouched: usize) -> Result<Value> {
        let mut merged = entries.clone();
        for value in merged.values_mut().skip(untouched) {
            *value = self.with_itself(value)?;
        }
        Ok(Value::Hash(Arc::new(merged)))
    }

    fn array_with_itself(&self, items: &EcoVec<Value>) -> Result<Value> {
        let prefix = self.options.knockout_prefix.as_deref().map(Value::str);
        if prefix.is_some_and(|prefix| items.contains(&prefix)) {
            return Ok(Value::array([]));
        }
        let left = self.knocked_out_in_place(items.to_vec());
        if self.options.merge_hash_arrays && all_hashes(&left) {
            let merged = left.iter().map(|item| self.with_itself(item)).collect::<Result<Vec<_>>>()?;
            return self.sorted(merged);
        }
        self.sorted(left.into_iter().collect::<IndexSet<_>>().into_iter().collect())
    }

    /// Ruby's `delete_if` on an array whose items its own block deletes.
    fn knocked_out_in_place(&self, mut items: Vec<Value>) -> Vec<Value> {
        let (mut read, mut kept) = (0, 0);
        while let Some(item) = items.get(read).cloned() {
            read += 1;
            if let Some(named) = self.knocked_out(&item) {
                items.retain(|other| *other != named && *other != item);
                continue;
            }
            if let Some(slot) = items.get_mut(kept) {
                *slot = item;
            }
            kept += 1;
        }
        if kept < items.len().min(read) {
            items.drain(kept..read.min(items.len()));
        }
        items
    }

    fn arrays(&self, source: &EcoVec<Value>, dest: Value) -> Result<Value> {
        let mut source: Vec<Value> = source.iter().cloned().collect();
        let prefix = self.options.knockout_prefix.as_deref().map(Value::str);
        let mut dest = dest;
        if let Some(prefix) = &prefix
            && source.contains(prefix)
        {
            dest = cleared(dest);
            source.retain(|item| item != prefix);
        }
        let Value::Array(dest) = dest else { return Ok(self.overwrite(&Value::array(source))) };
        let mut dest: Vec<Value> = dest.into_iter().collect();
        source.retain(|item| {
            let named = self.knocked_out(item);
            if let Some(named) = &named {
                dest.retain(|below| below != named && below != item);
            }
            named.is_none()
        });
        if self.options.merge_hash_arrays && all_hashes(&source) && all_hashes(&dest) {
            return self.sorted(self.by_index(&source, dest)?);
        }
        self.sorted(dest.into_iter().chain(source).collect::<IndexSet<Value>>().into_iter().collect())
    }

    /// What an item names behind the prefix, where it has it.
    fn knocked_out(&self, item: &Value) -> Option<Value> {
        let (text, pattern) = item.as_str().zip(self.knockout.as_ref())?;
        let named = pattern.replace_all(text, "");
        (named != text).then(|| Value::str(named))
    }

    fn by_index(&self, source: &[Value], dest: Vec<Value>) -> Result<Vec<Value>> {
        let empty = Value::hash([]);
        let count = dest.len();
        let pairs = dest.into_iter().enumerate();
        let merged = pairs.map(|(at, below)| self.merge(source.get(at).unwrap_or(&empty), below));
        let mut merged = merged.collect::<Result<Vec<_>>>()?;
        merged.extend(source.iter().skip(count).cloned());
        Ok(merged)
    }

    /// `overwrite_unmergeables`: a text behind the prefix leaves an empty text.
    fn overwrite(&self, source: &Value) -> Value {
        match (source, &self.knockout) {
            (Value::Str(_), Some(_)) if self.knocked_out(source).is_some() => Value::str(""),
            (Value::Array(items), Some(pattern)) => {
                let stays = |item: &&Value| item.as_str().is_none_or(|text| pattern.find(text).is_none());
                Value::array(items.iter().filter(stays).cloned())
            }
            (source, _) => source.clone(),
        }
    }

    fn sorted(&self, mut items: Vec<Value>) -> Result<Value> {
        if self.options.sort_merged_arrays {
            sort(&mut items)?;
        }
        Ok(Value::array(items))
    }
}

fn all_hashes(items: &[Value]) -> bool {
    items.iter().all(|item| matches!(item, Value::Hash(_)))
}

/// `clear_or_nil`
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
fn cleared(value: Value) -> Value {
    match value {
        Value::Array(_) => Value::array([]),
        Value::Hash(_) => Value::hash([]),
        Value::Str(_) => Value::str(""),
        _ => Value::Undef,
    }
}

/// Ruby's `sort`: texts by bytes, numbers by size, arrays by their items; a mixture cannot be compared.
fn sort(values: &mut [Value]) -> Result<()> {
    let mut comparable = true;
    values.sort_by(|left, right| {
        compare(left, right).unwrap_or_else(|| {
            comparable = false;
            Ordering::Equal
        })
    });
    if comparable {
        Ok(())
    } else {
        Err(error("`sort_merged_arrays`: values of different kinds cannot be sorted"))
    }
}

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Str(left), Value::Str(right)) => Some(left.cmp(right)),
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Float(left), Value::Float(right)) => left.partial_cmp(right),
        (Value::Int(left), Value::Float(right)) => (*left as f64).partial_cmp(right),
        (Value::Float(left), Value::Int(right)) => left.partial_cmp(&(*right as f64)),
        (Value::Array(left), Value::Array(right)) => {
            let items = left.iter().zip(right).map(|(left, right)| compare(left, right));
            let differs = items.into_iter().find(|order| *order != Some(Ordering::Equal));
            differs.unwrap_or(Some(left.len().cmp(&right.len())))
        }
        (left, right) => (left == right).then_some(Ordering::Equal),
    }
}
