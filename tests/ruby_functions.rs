//! Ruby functions of modules in the interpreter: dispatches, blocks, both APIs; and all function files of the
//! installed modules define their function or are refused by a code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what is wrong by failing, and prints what it looked at"
)]

use ecow::EcoString;
use migrate::{
    diag::{Diagnostic, Result},
    ruby::{FunctionCall, Host, HostBlock, call_function},
    source::SourceFile,
    value::{HashMap, Str, Type, TypeResolver, Value},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

struct NoScope;

impl Host for NoScope {
    fn variable(&self, name: &str) -> Option<Value> {
        (name == "facts").then(|| Value::hash([(Value::str("kernel"), Value::str("Linux"))]))
    }

    fn variables(&self) -> Arc<HashMap> {
        Arc::default()
    }

    fn set_variable(&self, _: &str, _: Value) -> Result<()> {
        Ok(())
    }

    fn call_function(&self, name: &str, arguments: &[Value], block: Option<HostBlock<'_>>) -> Result<Value> {
        match block {
            Some(block) => {
                Ok(Value::array(arguments.iter().map(|it| block(std::slice::from_ref(it)).unwrap())))
            }
            None => Ok(Value::str(format!("{name}/{}", arguments.len()))),
        }
    }

    fn render_template(&self, name: &str) -> Result<Str> {
        Ok(Str::new(name))
    }

    fn classes(&self) -> Vec<EcoString> {
        Vec::new()
    }

    fn tags(&self) -> Vec<EcoString> {
        Vec::new()
    }

    fn catalog_tags(&self) -> Vec<EcoString> {
        Vec::new()
    }

    fn module_name(&self) -> Option<EcoString> {
        None
    }

    fn resource(&self) -> EcoString {
        "Class[Main]".into()
    }

    fn environment(&self) -> EcoString {
        "production".into()
    }

    fn module_path(&self, _: &str) -> Option<EcoString> {
        None
    }

    fn now(&self) -> i64 {
        0
    }

    fn report(&self, _: Diagnostic) {}
}

struct NoAliases;

impl TypeResolver for NoAliases {
    fn resolve(&self, _: &str) -> Result<Option<Type>> {
        Ok(None)
    }
}

fn call(name: &str, text: &str, arguments: &[Value], block: Option<HostBlock<'_>>) -> Result<Value> {
    let block = block.map(|block| (block, (1, Some(1))));
    let call = FunctionCall { name, host: &NoScope, resolver: &NoAliases, arguments, block };
    call_function(&SourceFile::new(format!("{name}.rb"), text), &call)
}

const FOUR: &str = "
Puppet::Functions.create_function(:'my::pick') do
  dispatch :of_strings do
    param 'String[1]', :a
    optional_param 'Integer', :n
    return_type 'String'
  end
  dispatch :of_list do
    repeated_param 'Array', :lists
    optional_block_param 'Callable[1,1]', :block
  end
  def of_strings(a, n = 2)
    helper(a) * n
  end
  def of_list(*lists)
    flat = lists.flatten
    block_given? ? flat.map { |x| yield(x) } : call_function('count', flat, 1)
  end
  def helper(x)
    \"<#{x}#{closure_scope['facts']['kernel']}>\"
  end
end
";

#[test]
fn a_function_of_the_4x_api_is_dispatched_by_types() {
    let text = |result: Result<Value>| result.unwrap();
    assert_eq!(text(call("my::pick", FOUR, &["x".into()], None)), "<xLinux><xLinux>".into());
    assert_eq!(text(call("my::pick", FOUR, &["x".into(), Value::Int(1)], None)), "<xLinux>".into());
    let list = Value::array([Value::Int(1), Value::Int(2)]);
    assert_eq!(text(call("my::pick", FOUR, std::slice::from_ref(&list), None)), "count/2".into());
    let double = |values: &[Value]| match values {
        [Value::Int(it)] => Ok(Value::Int(it * 2)),
        _ => Ok(Value::Undef),
    };
    let doubled = Value::array([Value::Int(2), Value::Int(4)]);
    assert_eq!(text(call("my::pick", FOUR, &[list], Some(&double))), doubled);
}

#[test]
fn arguments_that_fit_no_dispatch_are_listed() {
    let found = call("my::pick", FOUR, &[Value::Bool(true)], None).unwrap_err();
    assert_eq!(found.code().name, "ruby::arguments");
    assert!(found.message().contains("my::pick"), "{}", found.message());
}

#[test]
fn a_function_of_the_3x_api_gets_its_arguments_as_a_list() {
    let text = "
module Puppet::Parser::Functions
  newfunction(:old, :type => :rvalue, :arity => -2, :doc => <<-EOS
    doc
    EOS
  ) do |args|
    raise(Puppet::ParseError, 'old(): no') if args[0] == ''
    return 'early' if args[0] == 'early'
    args.map { |it| it.to_s.upcase } + [function_other([1, 2]), lookupvar('facts')['kernel']]
  end
end
";
    let expected = Value::array(["A".into(), "1".into(), "other/2".into(), "Linux".into()]);
    assert_eq!(call("old", text, &["a".into(), Value::Int(1)], None).unwrap(), expected);
    assert_eq!(call("old", text, &["early".into()], None).unwrap(), "early".into());
    let found = call("old", text, &[Value::Undef], None).unwrap_err();
    assert_eq!((found.message(), found.line_column().unwrap().line), ("old(): no", 7));
    assert!(call("old", text, &[], None).unwrap_err().message().contains("Wrong number of arguments"));
}

#[test]
fn ruby_blocks_reach_puppet_functions() {
    let text = "
Puppet::Functions.create_function(:outer) do
  def outer(a, b)
    call_function('each_of', a, b) { |x| x + 10 }
  end
end
";
    let got = call("outer", text, &[Value::Int(1), Value::Int(2)], None).unwrap();
    assert_eq!(got, Value::array([Value::Int(11), Value::Int(12)]));
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|it| it == "rb")
            && path.components().any(|it| it.as_os_str() == "functions")
        {
            found.push(path);
        }
    }
}

#[test]
fn function_files_of_modules_define_a_function_or_are_refused() {
    let mut found = Vec::new();
    for module in std::fs::read_dir("/usr/share/puppet/modules").into_iter().flatten() {
        files(&module.unwrap().path().join("lib/puppet"), &mut found);
    }
    if found.is_empty() {
        assert!(std::env::var("CI").is_err(), "Debian's Puppet modules are needed");
        println!("skipped: no Puppet modules here");
        return;
    }
    found.sort();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for path in &found {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let kind = match call(&name, &text, &[], None) {
            Ok(_) => "called",
            Err(found) => {
                if !matches!(found.code().name, "ruby::raised" | "ruby::arguments") {
                    println!("{}: {}", path.display(), found.one_line());
                }
                found.code().name
            }
        };
        *kinds.entry(kind).or_default() += 1;
    }
    println!("{} function files, called without arguments: {kinds:?}", found.len());
    assert_eq!(kinds.get("ruby::syntax").copied().unwrap_or(0), 0, "each of them is Ruby");
}
