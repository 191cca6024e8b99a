//! Reads a resource type from the Ruby that makes it, without running it.
//!
//! In: the type's file and, through a [`Library`], the files that it requires. Out: [`TypeFacts`]. Literals, constants,
//! loops over literals and the class methods of the type and its mixins are followed; what is made in another way is
//! told as partly read, never guessed.

mod api;
mod calls;
mod eval;
mod methods;
mod nagios;
mod relations;
mod titles;
mod types;
mod value;

use super::{AutoRelation, Partly, Titles, TypeFacts, codes};
use crate::{
    diag::{Diagnostic, Result},
    maps::{HashMap, HashSet},
    source::{Location, SourceFile, Span},
};
use ecow::EcoString;
use lib_ruby_parser as rb;
use lib_ruby_parser::Node;
use std::sync::Arc;
use value::{Frame, Method, This, Val};

/// Where the files are that a type's file requires, and whether it has providers.
pub trait Library: Sync {
    /// Finds `puppet_x/name` in the `lib` folders of the modules.
    fn require(&self, feature: &str) -> Option<Arc<SourceFile>>;

    /// Tells whether a file of a provider of this type is there that makes one.
    fn has_provider(&self, type_name: &str) -> bool;
}

/// What is read.
pub struct Request<'a> {
    /// The type's name.
    pub name: &'a str,
    /// The module that it is in.
    pub module: Option<EcoString>,
    /// The file `puppet/type/NAME.rb`.
    pub source: Arc<SourceFile>,
    /// The files that it can require.
    pub library: &'a dyn Library,
}

/// The stack of the thread that parses: deep nesting must not overflow it.
const STACK: usize = 256 << 20;

/// How many files a type may require.
const MAX_FILES: usize = 64;

/// How many expressions are followed.
const MAX_STEPS: u32 = 200_000;

/// How large a value may become, counted in its parts and bytes.
const MAX_SIZE: usize = 100_000;

/// How deep expressions and calls may nest.
const MAX_DEPTH: u32 = 300;

/// Reads a type.
///
/// # Errors
/// Says that the file does not parse, or that it makes no such type.
pub fn scan(request: &Request<'_>) -> Result<TypeFacts> {
    let files = requested(request);
    let worker = || read(request, &files);
    let joined = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker)?;
        Ok::<_, std::io::Error>(thread.join())
    });
    match joined {
        Ok(Ok(found)) => found,
        Ok(Err(_)) | Err(_) => Err(broken(&request.source, Span::default(), "the Ruby parser failed on it")),
    }
}

fn broken(source: &Arc<SourceFile>, span: Span, why: &str) -> Box<Diagnostic> {
    let place = Location::new(source.clone(), span);
    Box::new(Diagnostic::error(&codes::BROKEN, format!("`{}`: {why}", source.path())).related(place, "here"))
}

/// A file with the path by which Ruby knows it, relative to a `lib` folder.
struct Required {
    feature: String,
    source: Arc<SourceFile>,
}

/// Returns the type's file and all that it requires, found by their text: `require` has a literal nearly always.
fn requested(request: &Request<'_>) -> Vec<Required> {
    let feature = format!("puppet/type/{}", request.name);
    let mut files = vec![Required { feature, source: request.source.clone() }];
    let mut seen = HashSet::default();
    let mut at = 0;
    while let Some(file) = files.get(at)
        && files.len() < MAX_FILES
    {
        let wanted = requires(file);
        for feature in wanted {
            if seen.insert(feature.clone())
                && let Some(source) = request.library.require(&feature)
            {
                files.push(Required { feature, source });
            }
        }
        at += 1;
    }
    files
}

/// Returns what the lines of a file require, as paths relative to a `lib` folder.
fn requires(file: &Required) -> Vec<String> {
    let folder = file.feature.rsplit_once('/').map_or("", |(folder, _)| folder);
    let lines: Vec<&str> = file.source.text().lines().map(str::trim).collect();
    let whole = |at: usize| {
        let mut text = String::new();
        for line in lines.iter().skip(at).take(6) {
            text.push_str(line);
            if text.matches('(').count() <= text.matches(')').count() {
                break;
            }
        }
        text
    };
    let begins = |line: &str| line.starts_with("require") || line.starts_with("load");
    let calls = lines.iter().enumerate().filter(|(_, line)| begins(line)).map(|(at, _)| whole(at));
    calls.filter_map(|line| required(&line, folder)).collect()
}

fn required(line: &str, folder: &str) -> Option<String> {
    let (relative, rest) = match line.strip_prefix("require_relative") {
        Some(rest) => (true, rest),
        None => (false, line.strip_prefix("require").or_else(|| line.strip_prefix("load"))?),
    };
    let texts: Vec<&str> = rest.split(['\'', '"']).skip(1).step_by(2).collect();
    let joined = texts.join("/");
    let relative =
        relative || joined.starts_with("..") || rest.contains("__FILE__") || rest.contains("__dir__");
    // `File.expand_path('../x', __FILE__)` counts from the file, not from its folder
    let counts_file = rest.contains("expand_path") && rest.contains("__FILE__") && !rest.contains("dirname");
    let joined = if counts_file { joined.strip_prefix("../")?.to_owned() } else { joined };
    let path = if relative { format!("{folder}/{joined}") } else { joined };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    let path = parts.join("/");
    let path = path.strip_suffix(".rb").unwrap_or(&path).to_owned();
    (!path.is_empty()).then_some(path)
}

struct Parsed {
    source: Arc<SourceFile>,
    ast: Option<Box<Node>>,
}

fn parse(source: &Arc<SourceFile>) -> Result<Parsed> {
    let options = rb::ParserOptions {
        buffer_name: source.path().to_owned(),
        record_tokens: false,
        ..rb::ParserOptions::default()
    };
    let result = rb::Parser::new(source.text().as_bytes().to_vec(), options).do_parse();
    if let Some(error) = result.diagnostics.iter().find(|found| found.is_error()) {
        let message = error.render_message();
        return Err(broken(source, span(&error.loc), &message));
    }
    Ok(Parsed { source: source.clone(), ast: result.ast })
}

fn span(at: &rb::Loc) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(at.begin), offset(at.end))
}

fn read(request: &Request<'_>, files: &[Required]) -> Result<TypeFacts> {
    let parsed = files.iter().map(|file| parse(&file.source)).collect::<Result<Vec<_>>>()?;
    let mut scan = Scan::new(request);
    for file in &parsed {
        if let Some(ast) = file.ast.as_deref() {
            scan.source = file.source.clone();
            scan.collect(ast, "");
        }
    }
    if let Some(ast) = parsed.first().and_then(|file| file.ast.as_deref()) {
        scan.source = request.source.clone();
        scan.eval(ast, &mut Frame::new(This::File(EcoString::new())));
    }
    scan.facts()
}

/// A type while it is read.
struct Scan<'a> {
    request: &'a Request<'a>,
    source: Arc<SourceFile>,
    /// Constants by full name.
    constants: HashMap<EcoString, &'a Node>,
    open_constants: HashSet<EcoString>,
    /// Methods of modules themselves, by `A::B.name`.
    module_methods: HashMap<EcoString, Method<'a>>,
    /// Methods that modules give to what includes or extends them, by module.
    mixins: HashMap<EcoString, Vec<Method<'a>>>,
    /// The bodies of Nagios's own objects, by name.
    nagios: HashMap<EcoString, &'a Node>,
    class_methods: HashMap<EcoString, Method<'a>>,
    instance_methods: HashSet<EcoString>,
    made: bool,
    api: bool,
    params: Vec<Param>,
    properties: Vec<EcoString>,
    metaparameters: Vec<EcoString>,
    isomorphic: bool,
    auto: Vec<AutoRelation>,
    titles: Option<Titles>,
    partly: Option<Partly>,
    provides: bool,
    unsure: u32,
    steps: u32,
    depth: u32,
}

struct Param {
    name: EcoString,
    namevar: bool,
}

impl<'a> Scan<'a> {
    fn new(request: &'a Request<'a>) -> Self {
        Self {
            request,
            source: request.source.clone(),
            constants: HashMap::default(),
            open_constants: HashSet::default(),
            module_methods: HashMap::default(),
            mixins: HashMap::default(),
            nagios: HashMap::default(),
            class_methods: HashMap::default(),
            instance_methods: HashSet::default(),
            made: false,
            api: false,
            params: Vec::new(),
            properties: Vec::new(),
            metaparameters: Vec::new(),
            isomorphic: true,
            auto: Vec::new(),
            titles: None,
            partly: None,
            provides: false,
            unsure: 0,
            steps: 0,
            depth: 0,
        }
    }

    /// Notes that something was not understood; the first counts.
    fn doubt(&mut self, why: impl Into<EcoString>, node: &Node) {
        if self.partly.is_none() {
            let at = Location::new(self.source.clone(), span(node.expression()));
            self.partly = Some(Partly { why: why.into(), at: Some(at) });
        }
    }

    /// Puts together what was read (`Puppet::Type.newtype`, at its end).
    fn facts(mut self) -> Result<TypeFacts> {
        if !self.made {
            let message = format!("`{}` does not make the type `{}`", self.source.path(), self.request.name);
            return Err(Box::new(Diagnostic::error(&codes::NO_TYPE, message)));
        }
        let ensurable =
            ["exists?", "create", "destroy"].iter().all(|name| self.instance_methods.contains(*name));
        if ensurable && !self.properties.iter().any(|name| name == "ensure") {
            self.properties.insert(0, "ensure".into());
        }
        if self.provides || self.request.library.has_provider(self.request.name) {
            self.add_param("provider".into(), false);
        }
        let titles = self.read_titles();
        let key = |param: &&Param| param.namevar || param.name == "name";
        let namevars: Vec<EcoString> = self.params.iter().filter(key).map(|it| it.name.clone()).collect();
        let titles = titles.unwrap_or_else(|| titles::default(&namevars));
        let params = self.params.iter().map(|it| it.name.clone());
        Ok(TypeFacts {
            module: self.request.module.clone(),
            namevars,
            properties: self.properties,
            parameters: params.chain(self.metaparameters).collect(),
            titles,
            isomorphic: self.isomorphic,
            auto: self.auto,
            ruby: true,
            partly: self.partly,
        })
    }

    fn add_param(&mut self, name: EcoString, namevar: bool) {
        match self.params.iter_mut().find(|it| it.name == name) {
            Some(known) => known.namevar |= namevar,
            None => self.params.push(Param { name, namevar }),
        }
    }

    fn add_property(&mut self, name: EcoString) {
        if self.properties.contains(&name) {
            return;
        }
        if name == "ensure" { self.properties.insert(0, name) } else { self.properties.push(name) }
    }

    /// Calls a method that was read, with the values of its arguments.
    fn run(&mut self, method: &Method<'a>, arguments: Vec<Val<'a>>, this: This) -> Val<'a> {
        let mut frame = Frame::new(this);
        frame.bind(method.parameters, arguments, self);
        let source = std::mem::replace(&mut self.source, method.source.clone());
        let value = match method.body {
            Some(body) => self.eval(body, &mut frame),
            None => Val::Nil,
        };
        self.source = source;
        frame.returned.unwrap_or(value)
    }
}

#[cfg(test)]
mod tests;
