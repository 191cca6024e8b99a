//! The call gate: how labels of secrets go through builtins, and what is checked before.

use super::{Block, Call, Context, Inclusion, LookupRequest, Template, call, find};
use crate::{
    catalog::ResourceRef,
    diag::{Diagnostic, Result},
    source::{Location, MemoryWorld, SourceFile, Span, World},
    value::{Secret, SecretRange, Str, Type, TypeResolver, Value},
};
use std::{cell::RefCell, sync::Arc};

/// An evaluation that knows nothing.
#[derive(Default)]
struct Nothing {
    world: MemoryWorld,
    reported: RefCell<Vec<Diagnostic>>,
}

impl TypeResolver for Nothing {
    fn resolve(&self, _: &str) -> Result<Option<Type>> {
        Ok(None)
    }
}

impl Context for Nothing {
    fn call_function(&self, name: &str, arguments: &[Value], block: Option<&dyn Block>) -> Result<Value> {
        run_in(self, name, arguments, block)
    }
    fn variable(&self, _: &str) -> Option<Value> {
        None
    }
    fn fact(&self, name: &str) -> Option<Value> {
        (name == "networking").then(|| Value::hash([("fqdn".into(), "a.example.net".into())]))
    }
    fn declare_classes(&self, names: &[Value], _: Inclusion) -> Result<Value> {
        Ok(Value::array(names.iter().cloned()))
    }
    fn create_resources(&self, _: &str, _: &Value, _: Option<&Value>) -> Result<()> {
        Ok(())
    }
    fn realize(&self, _: &[ResourceRef]) -> Result<()> {
        Ok(())
    }
    fn is_defined(&self, _: &Value) -> Result<bool> {
        Ok(false)
    }
    fn resource_parameter(&self, _: &ResourceRef, _: &str) -> Option<Value> {
        None
    }
    fn tag(&self, _: &[Value]) {}
    fn is_tagged(&self, _: &[Value]) -> bool {
        false
    }
    fn lookup(&self, _: &LookupRequest<'_>) -> Result<Value> {
        Ok(Value::Undef)
    }
    fn render(&self, _: Template<'_>, _: Option<&Value>) -> Result<Str> {
        Ok(Str::default())
    }
    fn find_file(&self, _: &str) -> Result<Option<std::path::PathBuf>> {
        Ok(None)
    }
    fn world(&self) -> &dyn World {
        &self.world
    }
    fn has_function(&self, name: &str) -> Result<bool> {
        Ok(find(name).is_some())
    }
    fn strict(&self) -> crate::syntax::Strict {
        crate::syntax::Strict::Error
    }
    fn module_name(&self) -> Option<&str> {
        None
    }
    fn puppet_version(&self) -> u8 {
        8
    }
    fn report(&self, diagnostic: Diagnostic) {
        self.reported.borrow_mut().push(diagnostic);
    }
}

fn run_in(context: &Nothing, name: &str, arguments: &[Value], block: Option<&dyn Block>) -> Result<Value> {
    let source = SourceFile::new("site.pp", "f()\n");
    let at = Location::new(source, Span::default());
    call(find(name).unwrap(), &Call { context, name, arguments, block, at: &at })
}

fn run(name: &str, arguments: &[Value]) -> Value {
    run_in(&Nothing::default(), name, arguments, None).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn failure(name: &str, arguments: &[Value]) -> String {
    run_in(&Nothing::default(), name, arguments, None).unwrap_err().message().to_owned()
}

fn secret(text: &str, id: &str, opaque: bool) -> Value {
    let it = Secret { id: id.into(), key: None, file: None, opaque, derived: false };
    Value::Str(Str::secret(text, Arc::new(it)))
}

fn ranges(value: &Value) -> Vec<SecretRange> {
    let Value::Str(text) = value else { panic!("no string: {value:?}") };
    text.labels().map(|it| it.ranges().to_vec()).unwrap_or_default()
}

#[test]
fn joining_and_formatting_keep_the_secret_bytes() {
    let list = Value::array(["user".into(), secret("hunter2", "db", false)]);
    let joined = run("join", &[list.clone(), ":".into()]);
    assert_eq!(ranges(&joined)[0].range, 5..12);
    assert!(!ranges(&joined)[0].secret.derived);
    let formatted = run("sprintf", &["<%s>".into(), secret("hunter2", "db", false)]);
    assert_eq!(ranges(&formatted)[0].range, 1..8);
    let nested = run("flatten", &[list]);
    assert_eq!(ranges(&nested.as_array().unwrap()[1])[0].range, 0..7);
    let parts = run("split", &[joined, ":".into()]);
    assert!(ranges(&parts.as_array().unwrap()[0]).is_empty());
    assert_eq!(ranges(&parts.as_array().unwrap()[1])[0].range, 0..7);
}

#[test]
fn what_is_computed_from_a_secret_is_derived_as_a_whole() {
    let digest = run("sha1", &[secret("hunter2", "db", false)]);
    let found = ranges(&digest);
    assert_eq!((found[0].range.clone(), found[0].secret.id.as_str()), (0..40, "db"));
    assert!(found[0].secret.derived);
    let both = run("shellquote", &[secret("a", "one", false), secret("b", "two", false)]);
    assert_eq!(ranges(&both)[0].secret.id, "one+two");
    let hash = Value::hash([("k".into(), Value::Sensitive(Arc::new(secret("x", "deep", false))))]);
    assert_eq!(ranges(&run("to_ruby", &[hash]))[0].secret.id, "deep");
    let sprintf = run("sprintf", &["%d".into(), secret("42", "n", false)]);
    assert!(!ranges(&sprintf).is_empty(), "a number made of a secret is one");
}

#[test]
fn a_secret_that_cannot_be_read_is_never_digested() {
    let first = run("sha256", &[secret("<placeholder one>", "one", true)]);
    let second = run("sha256", &[secret("<placeholder two>", "two", true)]);
    let text = first.as_str().unwrap();
    assert!(text.contains("one") && text.len() != 64, "{text}");
    assert_ne!(first, second);
    assert_eq!(first, run("sha256", &[secret("<placeholder one>", "one", true)]));
    let found = ranges(&first);
    assert!(found[0].secret.opaque && found[0].secret.derived && found[0].range == (0..text.len()));
    let context = Nothing::default();
    run_in(&context, "abs", &[Value::Int(-1)], None).unwrap();
    assert!(context.reported.borrow().is_empty());
    run_in(&context, "num2bool", &[secret("7", "n", true)], None).unwrap();
    assert_eq!(context.reported.borrow()[0].code().name, "functions::opaque-secret");
}

#[test]
fn unwrapping_labels_what_was_sensitive() {
    let plain = Value::Sensitive(Arc::new("hunter2".into()));
    let found = ranges(&run("unwrap", &[plain]));
    assert_eq!(found[0].secret.id, "sensitive@site.pp:1");
    let known = Value::Sensitive(Arc::new(secret("hunter2", "db::password", false)));
    assert_eq!(ranges(&run("unwrap", &[known]))[0].secret.id, "db::password");
}

#[test]
fn messages_and_logs_do_not_tell_secrets() {
    let context = Nothing::default();
    run_in(&context, "notice", &["pw".into(), secret("hunter2", "db", false)], None).unwrap();
    assert_eq!(context.reported.borrow()[0].message(), "pw [redacted]");
    assert!(!failure("fail", &[secret("hunter2", "db", false)]).contains("hunter2"));
    let integer = Value::Type(Type::integer());
    assert!(!failure("new", &[integer, secret("hunter2", "db", false)]).contains("hunter2"));
}

#[test]
fn errors_do_not_tell_secrets() {
    let pattern = [secret("hunter2", "db", false), "^x".into()];
    let message = failure("validate_re", &pattern);
    assert!(!message.contains("hunter2") && message.contains("[redacted]"), "{message}");
    let kind = Value::Type(Type::enumeration(["a".into()], false));
    assert!(!failure("assert_type", &[kind, secret("hunter2", "db", false)]).contains("hunter2"));
}

#[test]
fn arguments_are_checked_in_puppets_words() {
    assert_eq!(failure("join", &["a".into()]), "'join' parameter 'arg' expects an Array value, got String");
    assert_eq!(failure("versioncmp", &["1".into()]), "'versioncmp' expects between 2 and 3 arguments, got 1");
    assert_eq!(failure("fqdn_rand", &[]), "fqdn_rand(): Wrong number of arguments given (0 for minimum 1)");
    assert_eq!(failure("str2bool", &[Value::Int(1)]), "str2bool(): Requires string to work with");
    assert_eq!(failure("with", &[]), "'with' expects a block");
}

#[test]
fn undef_is_empty_text_for_old_functions() {
    assert_eq!(run("pick", &[Value::Undef, "b".into()]), "b".into());
    assert_eq!(run("sprintf", &["<%s>".into(), Value::Undef]), "<>".into());
}
