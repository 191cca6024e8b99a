//! Puppet's own functions over values that are known now: the result is a literal.

use super::term::Term;
use crate::{
    catalog::ResourceRef,
    diag::{Diagnostic, Result},
    functions::{self, Block, Call, Context, Inclusion, LookupRequest, Template},
    source::{Location, MemoryWorld, World},
    syntax::Strict,
    translate::nixos::Expr,
    value::{Str, Type, TypeResolver, Value, types::NoAliases},
};
use ecow::EcoString;
use std::path::PathBuf;

/// Functions whose value depends on their arguments alone.
const PURE: [&str; 58] = [
    "abs",
    "any2array",
    "basename",
    "bool2num",
    "bool2str",
    "camelcase",
    "capitalize",
    "ceiling",
    "chomp",
    "chop",
    "compare",
    "concat",
    "delete",
    "delete_at",
    "delete_undef_values",
    "delete_values",
    "difference",
    "dirname",
    "downcase",
    "empty",
    "flatten",
    "floor",
    "has_key",
    "intersection",
    "join",
    "join_keys_to_values",
    "keys",
    "length",
    "lstrip",
    "max",
    "member",
    "merge",
    "min",
    "num2bool",
    "pick",
    "prefix",
    "range",
    "regsubst",
    "reverse",
    "round",
    "rstrip",
    "shell_escape",
    "size",
    "sort",
    "split",
    "sprintf",
    "squeeze",
    "stdlib::ensure",
    "stdlib::extname",
    "str2bool",
    "strip",
    "suffix",
    "swapcase",
    "union",
    "unique",
    "upcase",
    "values",
    "versioncmp",
];

/// The value of a pure function over literals; `None` where an argument is none, and where the function fails.
pub(super) fn known(name: &str, arguments: &[Term], at: &Location) -> Option<Term> {
    let name = PURE.iter().find(|known| **known == name)?;
    let function = functions::find(name).or_else(|| functions::find(name.strip_prefix("stdlib::")?))?;
    let values: Vec<Value> = arguments.iter().map(|it| value(&it.expr)).collect::<Option<_>>()?;
    let nobody = Nobody::default();
    let call = Call { context: &nobody, name, arguments: &values, block: None, at };
    let result = functions::call(function, &call).ok()?;
    literal(&result).map(Term::from)
}

fn value(expr: &Expr) -> Option<Value> {
    Some(match expr {
        Expr::Null => Value::Undef,
        Expr::Bool(it) => Value::Bool(*it),
        Expr::Int(it) => Value::Int(*it),
        Expr::Float(it) => Value::Float(*it),
        Expr::Str(text) => Value::str(text.clone()),
        Expr::List(items) => Value::array(items.iter().map(value).collect::<Option<Vec<_>>>()?),
        Expr::Attrs(entries) => {
            let entry = |(name, it): &(EcoString, Expr)| Some((Value::str(name.clone()), value(it)?));
            Value::hash(entries.iter().map(entry).collect::<Option<Vec<_>>>()?)
        }
        _ => return None,
    })
}

/// A value as a literal; `None` of what holds secrets or is no plain data.
fn literal(it: &Value) -> Option<Expr> {
    Some(match it {
        Value::Undef => Expr::Null,
        Value::Bool(it) => Expr::Bool(*it),
        Value::Int(it) => Expr::Int(*it),
        Value::Float(it) => Expr::Float(*it),
        Value::Str(text) if text.labels().is_none() => Expr::Str(text.text().clone()),
        Value::Array(items) => Expr::List(items.iter().map(literal).collect::<Option<_>>()?),
        Value::Hash(entries) => {
            let entry = |(name, it): (&Value, &Value)| Some((name.as_str()?.into(), literal(it)?));
            Expr::Attrs(entries.iter().map(entry).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// An evaluation that knows nothing and refuses to act.
#[derive(Default)]
struct Nobody {
    world: MemoryWorld,
}

fn refused<T>() -> Result<T> {
    Err(Box::new(Diagnostic::error(
        &functions::codes::UNSUPPORTED,
        "this is not known before a host is evaluated",
    )))
}

impl TypeResolver for Nobody {
    fn resolve(&self, name: &str) -> Result<Option<Type>> {
        NoAliases.resolve(name)
    }
}

impl Context for Nobody {
    fn call_function(&self, _: &str, _: &[Value], _: Option<&dyn Block>) -> Result<Value> {
        refused()
    }

    fn variable(&self, _: &str) -> Option<Value> {
        None
    }

    fn fact(&self, _: &str) -> Option<Value> {
        None
    }

    fn declare_classes(&self, _: &[Value], _: Inclusion) -> Result<Value> {
        refused()
    }

    fn create_resources(&self, _: &str, _: &Value, _: Option<&Value>) -> Result<()> {
        refused()
    }

    fn realize(&self, _: &[ResourceRef]) -> Result<()> {
        refused()
    }

    fn is_defined(&self, _: &Value) -> Result<bool> {
        refused()
    }

    fn resource_parameter(&self, _: &ResourceRef, _: &str) -> Option<Value> {
        None
    }

    fn tag(&self, _: &[Value]) {}

    fn is_tagged(&self, _: &[Value]) -> bool {
        false
    }

    fn lookup(&self, _: &LookupRequest<'_>) -> Result<Value> {
        refused()
    }

    fn render(&self, _: Template<'_>, _: Option<&Value>) -> Result<Str> {
        refused()
    }

    fn find_file(&self, _: &str) -> Result<Option<PathBuf>> {
        refused()
    }

    fn world(&self) -> &dyn World {
        &self.world
    }

    fn module_name(&self) -> Option<&str> {
        None
    }

    fn has_function(&self, _: &str) -> Result<bool> {
        refused()
    }

    fn strict(&self) -> Strict {
        Strict::Error
    }

    fn puppet_version(&self) -> u8 {
        8
    }

    fn report(&self, _: Diagnostic) {}
}
