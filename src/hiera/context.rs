//! What a data function is given beside its arguments (`puppet/pops/lookup/context.rb`): a private cache, and a way
//! back into the lookup that called it.

use super::{
    NodeData, codes, config::Layer, files::DataFile, interpolate::Methods, resolve::Place, search::Search,
};
use crate::{
    diag::{Diagnostic, Result},
    value::{
        HashMap, Value,
        types::{Instance, lookup_context_type},
    },
};
use ecow::EcoString;
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// A lambda that a function gives to a method of its context.
pub struct ContextBlock<'b> {
    /// How many parameters it takes at least.
    pub arity: usize,
    /// Calls it.
    pub call: &'b dyn Fn(&[Value]) -> Result<Value>,
}

/// One call of a method of a context.
#[derive(Clone, Copy)]
pub struct ContextCall<'c> {
    /// The context.
    pub receiver: &'c Value,
    /// The method's name.
    pub method: &'c str,
    /// The arguments.
    pub arguments: &'c [Value],
    /// The lambda.
    pub block: Option<&'c ContextBlock<'c>>,
}

/// One place of a level, and what was found out there for the node.
#[derive(Debug)]
pub(super) struct Spot {
    pub place: Option<Place>,
    /// The data file, for the functions that are built in.
    pub file: OnceLock<Option<Arc<DataFile>>>,
    /// What a `data_hash` function gave.
    pub hash: Mutex<Option<Arc<HashMap>>>,
    /// What a `lookup_key` or `data_dig` function gave, by key.
    pub answers: Mutex<BTreeMap<EcoString, Value>>,
    context: OnceLock<Value>,
}

/// What outlives one call of a function: its cache.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<HashMap>);

impl Spot {
    pub(super) fn new(place: Option<Place>) -> Self {
        Self {
            place,
            file: OnceLock::new(),
            hash: Mutex::default(),
            answers: Mutex::default(),
            context: OnceLock::new(),
        }
    }

    /// Returns the context of this place as a value.
    pub(super) fn context(&self, search: &Search<'_>, layer: &Layer) -> Value {
        self.context.get_or_init(|| search.node.new_context(layer, search.host.environment())).clone()
    }
}

/// The attribute that leads from a value to its cache.
fn id_key() -> Value {
    Value::Symbol("id".into())
}

impl NodeData<'_> {
    fn new_context(&self, layer: &Layer, environment: EcoString) -> Value {
        let mut caches = self.caches.lock().unwrap_or_else(PoisonError::into_inner);
        let id = i64::try_from(caches.len()).unwrap_or(i64::MAX);
        caches.push(Arc::default());
        let module = if let Layer::Module(name) = layer { Value::str(name.clone()) } else { Value::Undef };
        let attributes = [
            ("environment_name".into(), Value::str(environment)),
            ("module_name".into(), module),
            (id_key(), Value::Int(id)),
        ];
        let attributes = attributes.into_iter().collect();
        Value::Object(Arc::new(Instance { of: lookup_context_type(), attributes }))
    }

    /// Calls a method of a context; `None` where it is no context or has no such method.
    ///
    /// # Errors
    /// Gives wrong arguments, what the block gives, and that there is no such key (`not_found`).
    pub fn call_context(&self, call: &ContextCall<'_>, host: &dyn super::Host) -> Result<Option<Value>> {
        let ContextCall { receiver, method, arguments, block } = *call;
        let Value::Object(object) = receiver else { return Ok(None) };
        if !Arc::ptr_eq(&object.of, &lookup_context_type()) {
            return Ok(None);
        }
        let id = object
            .attributes
            .get(&id_key())
            .and_then(|id| if let Value::Int(id) = id { Some(*id) } else { None });
        let caches = self.caches.lock().unwrap_or_else(PoisonError::into_inner);
        let cache = id.and_then(|id| caches.get(usize::try_from(id).ok()?)).cloned().unwrap_or_default();
        drop(caches);
        let call = Call { node: self, cache: &cache, method, arguments, block, host };
        match method {
            "environment_name" | "module_name" => {
                Ok(Some(object.attributes.get(&Value::str(method)).cloned().unwrap_or_default()))
            }
            _ => call.run(),
        }
    }
}

/// One call of a method.
struct Call<'c> {
    node: &'c NodeData<'c>,
    cache: &'c Cache,
    method: &'c str,
    arguments: &'c [Value],
    block: Option<&'c ContextBlock<'c>>,
    host: &'c dyn super::Host,
}

impl Call<'_> {
    fn run(&self) -> Result<Option<Value>> {
        let value = match (self.method, self.arguments) {
            ("not_found", []) => {
                let message = "the data function has no such key";
                return Err(Box::new(Diagnostic::error(&codes::NO_SUCH_KEY, message)));
            }
            ("explain", []) => self.explain()?,
            ("interpolate", [value]) => self.search().interpolate(value, Methods::Allowed)?,
            ("cache", [key, value]) => self.keep(key, value),
            ("cache_all", [Value::Hash(entries)]) => {
                entries.iter().for_each(|(key, value)| {
                    self.keep(key, value);
                });
                Value::Undef
            }
            ("cache_has_key", [key]) => Value::Bool(self.entries().contains_key(key)),
            ("cached_value", [key]) => self.entries().get(key).cloned().unwrap_or_default(),
            ("cached_entries", []) => self.cached_entries()?,
            ("cached_file_data", [Value::Str(path)]) => self.file_data(path)?,
            (
                "not_found" | "explain" | "interpolate" | "cache" | "cache_all" | "cache_has_key"
                | "cached_value" | "cached_entries" | "cached_file_data",
                _,
            ) => {
                let message = format!("wrong arguments of `{}` of a lookup's context", self.method);
                return Err(Box::new(Diagnostic::error(&codes::BACKEND, message)));
            }
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    fn search(&self) -> Search<'_> {
        Search::new(self.node, self.host, &super::Query::default())
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, HashMap> {
        self.cache.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, key: &Value, value: &Value) -> Value {
        self.entries().insert(key.clone(), value.clone());
        value.clone()
    }

    fn explain(&self) -> Result<Value> {
        if let Some(block) = self.block
            && self.node.is_explaining()
        {
            let text = (block.call)(&[])?;
            self.node.explain(|way| way.text(text.to_str().as_str()));
        }
        Ok(Value::Undef)
    }

    fn cached_entries(&self) -> Result<Value> {
        let entries = self.entries().clone();
        let pair = |(key, value): (&Value, &Value)| Value::array([key.clone(), value.clone()]);
        let Some(block) = self.block else { return Ok(Value::array(entries.iter().map(pair))) };
        for (key, value) in &entries {
            if block.arity == 2 {
                (block.call)(&[key.clone(), value.clone()])?;
            } else {
                (block.call)(&[pair((key, value))])?;
            }
        }
        Ok(Value::Undef)
    }

    /// The text of a file, or what the block makes of it; kept by path.
    fn file_data(&self, path: &str) -> Result<Value> {
        let key: EcoString = path.into();
        let known = self.node.file_data.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let files = &self.node.hiera.files;
        let inside = files.within(&files.root.join(Path::new(path)))?;
        let Some(source) = files.text(&inside, self.node.world)? else {
            let message = format!("there is no file `{path}`");
            return Err(Box::new(Diagnostic::error(&codes::NOT_A_HASH, message)));
        };
        let text = Value::str(source.text());
        let value =
            self.block.map_or_else(|| Ok(text.clone()), |block| (block.call)(std::slice::from_ref(&text)))?;
        self.node.file_data.lock().unwrap_or_else(PoisonError::into_inner).insert(key, value.clone());
        Ok(value)
    }
}
