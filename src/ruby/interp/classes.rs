//! Classes, modules and constants.

use super::Interp;
use crate::maps::HashMap;
use crate::ruby::{
    core::is_outside,
    object::{Class, Cref, Env, Method, R, Rv, Scope, Shape},
    tree::{ClassDef, ClassForm, ConstPath, ConstScope, Def, Node},
};
use ecow::EcoString;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::{Arc, LazyLock},
};

/// The classes that are there before any code ran: name, superclass, shape; modules have no superclass.
const BUILTIN: &[(&str, &str, Shape)] = &[
    ("BasicObject", "", Shape::BasicObject),
    ("Object", "BasicObject", Shape::Object),
    ("Module", "Object", Shape::Module),
    ("Class", "Module", Shape::Class),
    ("NilClass", "Object", Shape::Nil),
    ("TrueClass", "Object", Shape::True),
    ("FalseClass", "Object", Shape::False),
    ("Numeric", "Object", Shape::Object),
    ("Integer", "Numeric", Shape::Integer),
    ("Big Integer", "Integer", Shape::Big),
    ("Float", "Numeric", Shape::Float),
    ("Symbol", "Object", Shape::Symbol),
    ("String", "Object", Shape::String),
    ("Byte String", "String", Shape::Bytes),
    ("Array", "Object", Shape::Array),
    ("Hash", "Object", Shape::Hash),
    ("Range", "Object", Shape::Range),
    ("Proc", "Object", Shape::Proc),
    ("Method", "Object", Shape::Proc),
    ("Regexp", "Object", Shape::Regexp),
    ("MatchData", "Object", Shape::MatchData),
    ("Struct", "Object", Shape::Struct),
    ("Time", "Object", Shape::Time),
    ("Date", "Object", Shape::Time),
    ("DateTime", "Date", Shape::Time),
    ("Enumerator", "Object", Shape::Enumerator),
    ("Set", "Object", Shape::Set),
    ("IPAddr", "Object", Shape::IpAddr),
    ("StringIO", "Object", Shape::StringIo),
    ("ERB", "Object", Shape::Erb),
    ("IO", "Object", Shape::Object),
    ("File", "IO", Shape::Object),
    ("Dir", "Object", Shape::Object),
    ("Random", "Object", Shape::Object),
    ("Encoding", "Object", Shape::Native),
    ("Exception", "Object", Shape::Exception),
    ("ScriptError", "Exception", Shape::Exception),
    ("LoadError", "ScriptError", Shape::Exception),
    ("NotImplementedError", "ScriptError", Shape::Exception),
    ("NoMemoryError", "Exception", Shape::Exception),
    ("SecurityError", "Exception", Shape::Exception),
    ("SystemExit", "Exception", Shape::Exception),
    ("Interrupt", "Exception", Shape::Exception),
    ("SystemStackError", "Exception", Shape::Exception),
    ("StandardError", "Exception", Shape::Exception),
    ("ArgumentError", "StandardError", Shape::Exception),
    ("UncaughtThrowError", "ArgumentError", Shape::Exception),
    ("EncodingError", "StandardError", Shape::Exception),
    ("FiberError", "StandardError", Shape::Exception),
    ("IOError", "StandardError", Shape::Exception),
    ("EOFError", "IOError", Shape::Exception),
    ("IndexError", "StandardError", Shape::Exception),
    ("KeyError", "IndexError", Shape::Exception),
    ("StopIteration", "IndexError", Shape::Exception),
    ("LocalJumpError", "StandardError", Shape::Exception),
    ("NameError", "StandardError", Shape::Exception),
    ("NoMethodError", "NameError", Shape::Exception),
    ("RangeError", "StandardError", Shape::Exception),
    ("FloatDomainError", "RangeError", Shape::Exception),
    ("RegexpError", "StandardError", Shape::Exception),
    ("RuntimeError", "StandardError", Shape::Exception),
    ("FrozenError", "RuntimeError", Shape::Exception),
    ("SystemCallError", "StandardError", Shape::Exception),
    ("Errno", "", Shape::Object),
    ("Errno::ENOENT", "SystemCallError", Shape::Exception),
    ("Errno::EISDIR", "SystemCallError", Shape::Exception),
    ("Errno::EACCES", "SystemCallError", Shape::Exception),
    ("Errno::ERANGE", "SystemCallError", Shape::Exception),
    ("NoMatchingPatternError", "StandardError", Shape::Exception),
    ("NoMatchingPatternKeyError", "NoMatchingPatternError", Shape::Exception),
    ("ThreadError", "StandardError", Shape::Exception),
    ("TypeError", "StandardError", Shape::Exception),
    ("ZeroDivisionError", "StandardError", Shape::Exception),
    ("SocketError", "StandardError", Shape::Exception),
    ("IPAddr::Error", "ArgumentError", Shape::Exception),
    ("IPAddr::InvalidAddressError", "IPAddr::Error", Shape::Exception),
    ("IPAddr::AddressFamilyError", "IPAddr::Error", Shape::Exception),
    ("IPAddr::InvalidPrefixError", "IPAddr::InvalidAddressError", Shape::Exception),
    ("Kernel", "", Shape::Object),
    ("Comparable", "", Shape::Object),
    ("Enumerable", "", Shape::Object),
    ("Math", "", Shape::Object),
    ("Process", "", Shape::Object),
    ("GC", "", Shape::Object),
    ("ObjectSpace", "", Shape::Object),
    ("Signal", "", Shape::Object),
    ("FileUtils", "", Shape::Object),
    ("Base64", "", Shape::Object),
    ("Shellwords", "", Shape::Object),
    ("SecureRandom", "", Shape::Object),
    ("CGI", "Object", Shape::Object),
    ("CGI::Util", "", Shape::Object),
    ("ERB::Util", "", Shape::Object),
    ("URI", "", Shape::Object),
    ("JSON", "", Shape::Object),
    ("JSON::JSONError", "StandardError", Shape::Exception),
    ("JSON::ParserError", "JSON::JSONError", Shape::Exception),
    ("YAML", "", Shape::Object),
    ("Digest", "", Shape::Object),
    ("Digest::MD5", "Object", Shape::Digest),
    ("Digest::SHA1", "Object", Shape::Digest),
    ("Digest::SHA2", "Object", Shape::Digest),
    ("Digest::SHA256", "Object", Shape::Digest),
    ("Digest::SHA384", "Object", Shape::Digest),
    ("Digest::SHA512", "Object", Shape::Digest),
    ("OpenSSL", "", Shape::Object),
    ("OpenSSL::Digest", "Object", Shape::Digest),
    ("OpenSSL::Digest::MD5", "OpenSSL::Digest", Shape::Digest),
    ("OpenSSL::Digest::SHA1", "OpenSSL::Digest", Shape::Digest),
    ("OpenSSL::Digest::SHA256", "OpenSSL::Digest", Shape::Digest),
    ("OpenSSL::Digest::SHA384", "OpenSSL::Digest", Shape::Digest),
    ("OpenSSL::Digest::SHA512", "OpenSSL::Digest", Shape::Digest),
    ("OpenSSL::HMAC", "Object", Shape::Digest),
    ("OpenSSL::KDF", "", Shape::Object),
    ("OpenSSL::PKCS5", "", Shape::Object),
    ("Zlib", "", Shape::Object),
    ("Etc", "", Shape::Object),
    ("Resolv", "Object", Shape::Object),
    ("Resolv::DNS", "Object", Shape::Object),
    ("Tempfile", "File", Shape::Object),
    ("Timeout", "", Shape::Object),
    ("Timeout::Error", "RuntimeError", Shape::Exception),
    ("Open3", "", Shape::Object),
    ("Socket", "Object", Shape::Object),
    ("TCPSocket", "Object", Shape::Object),
    ("Net", "", Shape::Object),
    ("Net::HTTP", "Object", Shape::Object),
    ("Facter", "", Shape::Object),
    ("Puppet", "", Shape::Object),
    ("Puppet::Error", "RuntimeError", Shape::Exception),
    ("Puppet::ParseError", "Puppet::Error", Shape::Exception),
    ("Puppet::ParseErrorWithIssue", "Puppet::ParseError", Shape::Exception),
    ("Puppet::DevError", "Puppet::Error", Shape::Exception),
    ("Puppet::ResourceError", "Puppet::Error", Shape::Exception),
    ("Puppet::Parser", "", Shape::Object),
    ("Puppet::Parser::Functions", "", Shape::Object),
    ("Puppet::Parser::Scope", "Object", Shape::Scope),
    ("Puppet::Parser::TemplateWrapper", "Object", Shape::Template),
    ("Puppet::Parser::Files", "", Shape::Object),
    ("Puppet::Parser::Compiler", "Object", Shape::Native),
    ("Puppet::Parser::Functions::AutoloaderDelegate", "Object", Shape::Native),
    ("Puppet::Parser::Resource", "Object", Shape::Native),
    ("Puppet::Functions", "", Shape::Object),
    ("Puppet::Functions::Function", "Object", Shape::Function),
    ("Puppet::Functions::InternalFunction", "Puppet::Functions::Function", Shape::Function),
    ("Puppet::Util", "", Shape::Object),
    ("Puppet::Util::Execution", "", Shape::Object),
    ("Puppet::FileSystem", "", Shape::Object),
    ("Puppet::Util::Package", "", Shape::Object),
    ("Puppet::Util::Errors", "", Shape::Object),
    ("Puppet::Util::Logging", "", Shape::Object),
    ("Puppet::Pops", "", Shape::Object),
    ("Puppet::Pops::Types", "", Shape::Object),
    ("Puppet::Pops::Types::PSensitiveType", "Object", Shape::Object),
    ("Puppet::Pops::Types::PSensitiveType::Sensitive", "Object", Shape::Sensitive),
    ("Puppet::Pops::Types::PAnyType", "Object", Shape::Puppet),
];

/// All classes of one run; builtin ones are made when they are first named.
pub(crate) struct World {
    pub(crate) object: Rc<Class>,
    named: RefCell<HashMap<&'static str, Rc<Class>>>,
    /// Whether Ruby code defined any method: until then only builtins are looked for.
    pub(crate) has_methods: Cell<bool>,
}

/// The places of the builtin classes in their table, by name.
static PLACES: LazyLock<HashMap<&'static str, usize>> =
    LazyLock::new(|| BUILTIN.iter().enumerate().map(|(place, row)| (row.0, place)).collect());

fn new_class(name: &str, superclass: Option<Rc<Class>>, is_module: bool, kind: Shape) -> Rc<Class> {
    Rc::new(Class {
        name: RefCell::new(name.into()),
        superclass,
        is_module,
        kind,
        methods: RefCell::default(),
        singleton: RefCell::default(),
        includes: RefCell::default(),
        extends: RefCell::default(),
        consts: RefCell::default(),
        vars: RefCell::default(),
        private: RefCell::default(),
    })
}

impl World {
    pub(crate) fn new() -> Self {
        let object = new_class("Object", None, false, Shape::Object);
        let named = RefCell::new(HashMap::from_iter([("Object", object.clone())]));
        Self { object, named, has_methods: Cell::new(false) }
    }

    /// A builtin class by its full name; `Object` where there is none.
    pub(crate) fn class(&self, name: &str) -> Rc<Class> {
        self.builtin(name).unwrap_or_else(|| self.object.clone())
    }

    fn builtin(&self, name: &str) -> Option<Rc<Class>> {
        if let Some(known) = self.named.borrow().get(name) {
            return Some(known.clone());
        }
        let (name, parent, kind) = *BUILTIN.get(*PLACES.get(name)?)?;
        let is_module = parent.is_empty() && name != "BasicObject";
        let class = new_class(name, self.builtin(parent), is_module, kind);
        self.named.borrow_mut().insert(name, class.clone());
        Some(class)
    }
}

impl Interp<'_> {
    /// The class of a value.
    pub(crate) fn class_of(&self, value: &Rv) -> Rc<Class> {
        let name = match value {
            Rv::Object(object) => match object.class.kind {
                Shape::Big => "Integer",
                Shape::Bytes => "String",
                _ => return object.class.clone(),
            },
            Rv::Nil => "NilClass",
            Rv::Bool(true) => "TrueClass",
            Rv::Bool(false) => "FalseClass",
            Rv::Int(_) => "Integer",
            Rv::Float(_) => "Float",
            Rv::Sym(_) => "Symbol",
            Rv::Str(_) => "String",
            Rv::Array(_) => "Array",
            Rv::Hash(_) => "Hash",
            Rv::Range(_) => "Range",
            Rv::Proc(_) => "Proc",
            Rv::Regexp(_) => "Regexp",
            Rv::Match(_) => "MatchData",
            Rv::Class(class) if class.is_module => "Module",
            Rv::Class(_) => "Class",
            Rv::Puppet(_) if Self::shape(value) == Shape::Sensitive => {
                "Puppet::Pops::Types::PSensitiveType::Sensitive"
            }
            Rv::Puppet(_) => "Puppet::Pops::Types::PAnyType",
        };
        self.world.class(name)
    }

    /// `value.is_a?(class)`.
    pub(crate) fn is_instance(&self, value: &Rv, class: &Rc<Class>) -> bool {
        let own = self.class_of(value);
        if own.is_a(class) {
            return true;
        }
        if let Rv::Object(object) = value
            && object.extends.borrow().iter().any(|module| module.is_a(class))
        {
            return true;
        }
        match class.name.borrow().as_str() {
            "Kernel" => true,
            "Comparable" => matches!(value, Rv::Int(_) | Rv::Float(_) | Rv::Str(_)),
            "Enumerable" => {
                matches!(
                    Self::shape(value),
                    Shape::Array | Shape::Hash | Shape::Range | Shape::Struct | Shape::Set
                )
            }
            _ => false,
        }
    }

    pub(crate) fn make_class(&self, name: &str, superclass: Option<Rc<Class>>) -> Rc<Class> {
        let parent = superclass.unwrap_or_else(|| self.world.object.clone());
        let kind = parent.kind;
        new_class(name, Some(parent), false, kind)
    }

    pub(crate) fn make_module(&self, name: &str) -> Rc<Class> {
        new_class(name, None, true, Shape::Object)
    }

    pub(crate) fn qualified(&self, owner: &Rc<Class>, name: &str) -> EcoString {
        if Rc::ptr_eq(owner, &self.world.object) {
            name.into()
        } else {
            format!("{}::{name}", owner.name.borrow()).into()
        }
    }

    /// A constant by its name alone: in the enclosing classes, then in the ancestors, then at the top.
    pub(super) fn lexical_constant(&mut self, name: &EcoString, scope: &Scope) -> R {
        let mut cref = Some(&scope.cref);
        while let Some(here) = cref {
            if let Some(value) = here.class.consts.borrow().get(name) {
                return Ok(value.clone());
            }
            cref = here.parent.as_ref();
        }
        let class = scope.cref.class.clone();
        for ancestor in class.ancestors() {
            if let Some(value) = ancestor.consts.borrow().get(name) {
                return Ok(value.clone());
            }
        }
        let object = self.world.object.clone();
        if let Some(value) = self.known_constant(&object, name) {
            return value;
        }
        let full = self.qualified(&class, name);
        Err(self.raise("NameError", format!("uninitialized constant {full}")))
    }

    /// `A::B`.
    pub(crate) fn constant_of(&mut self, class: &Rc<Class>, name: &EcoString) -> R {
        if let Some(value) = self.known_constant(class, name) {
            return value;
        }
        let full = self.qualified(class, name);
        if is_outside(class) || full.starts_with("OpenSSL::") {
            return Err(self.refused(&format!("`{full}`")));
        }
        if full.starts_with("Puppet::") && class.kind != Shape::Template {
            return Err(self.unsupported_method(&format!("Puppet's own `{full}`")));
        }
        Err(self.raise("NameError", format!("uninitialized constant {full}")))
    }

    fn known_constant(&mut self, class: &Rc<Class>, name: &EcoString) -> Option<R> {
        for ancestor in class.ancestors() {
            if let Some(value) = ancestor.consts.borrow().get(name) {
                return Some(Ok(value.clone()));
            }
        }
        if Rc::ptr_eq(class, &self.world.object) {
            match self.load_library(name) {
                Ok(true) => return self.known_constant(class, name),
                Ok(false) => {}
                Err(flow) => return Some(Err(flow)),
            }
        }
        let full = self.qualified(class, name);
        if let Some(known) = self.world.builtin(if full == "Psych" { "YAML" } else { &full }) {
            return Some(Ok(Rv::Class(known)));
        }
        let class = class.name.borrow().clone();
        crate::ruby::core::constant(self, &class, name)
    }

    pub(super) fn class_variable(&mut self, name: &EcoString, scope: &Scope) -> R {
        match self.find_class_variable(name, scope) {
            Some(value) => Ok(value),
            None => {
                let class = scope.cref.class.name.borrow().clone();
                Err(self.raise("NameError", format!("uninitialized class variable {name} in {class}")))
            }
        }
    }

    pub(super) fn find_class_variable(&self, name: &EcoString, scope: &Scope) -> Option<Rv> {
        scope.cref.class.ancestors().iter().find_map(|class| class.vars.borrow().get(name).cloned())
    }

    pub(super) fn set_class_variable(&mut self, name: &EcoString, value: Rv, scope: &Scope) {
        let ancestors = scope.cref.class.ancestors();
        let owner = ancestors.iter().find(|class| class.vars.borrow().contains_key(name));
        owner.unwrap_or(&scope.cref.class).vars.borrow_mut().insert(name.clone(), value);
    }

    /// `def`.
    pub(super) fn define(&mut self, on: Option<&Node>, def: &Arc<Def>, scope: &Scope) -> R {
        self.world.has_methods.set(true);
        let method = Method::Def(def.clone(), scope.cref.clone());
        match on {
            Some(on) => match self.eval(on, scope)? {
                Rv::Class(class) => {
                    class.singleton.borrow_mut().insert(def.name.clone(), method);
                }
                Rv::Object(object) => {
                    object.singleton.borrow_mut().insert(def.name.clone(), method);
                }
                other => {
                    let name = self.conversion_name(&other);
                    return Err(self.type_error(format!("can't define singleton for {name}")));
                }
            },
            None => {
                let class = &scope.cref.class;
                if scope.frame.module_function.get() {
                    class.singleton.borrow_mut().insert(def.name.clone(), method.clone());
                }
                class.methods.borrow_mut().insert(def.name.clone(), method);
                class.set_private(&def.name, scope.frame.private.get());
            }
        }
        Ok(Rv::Sym(def.name.clone()))
    }

    /// `class`, `module`, `class << x`.
    pub(super) fn class_body(&mut self, def: &ClassDef, scope: &Scope) -> R {
        let class = match &def.form {
            ClassForm::Class(path, parent) => {
                let parent = parent.as_ref().map(|parent| self.eval(parent, scope)).transpose()?;
                self.open_class(path, parent, scope)?
            }
            ClassForm::Module(path) => self.open_module(path, scope)?,
            ClassForm::Singleton(of) => return self.singleton_body(of, def, scope),
        };
        self.run_class(def, class, scope)
    }

    fn run_class(&mut self, def: &ClassDef, class: Rc<Class>, scope: &Scope) -> R {
        let Some(body) = &def.body else { return Ok(Rv::Nil) };
        let inner = Scope {
            this: Rv::Class(class.clone()),
            env: Env::new(def.slots, None),
            frame: self.frame(None, None, Vec::new()),
            cref: Rc::new(Cref { class, parent: Some(scope.cref.clone()) }),
            block: 0,
        };
        self.nested(|this| this.eval(body, &inner))
    }

    /// `class << self`: methods are defined on a stand-in and moved to the class itself.
    fn singleton_body(&mut self, of: &Node, def: &ClassDef, scope: &Scope) -> R {
        let target = self.eval(of, scope)?;
        let stand_in = self.make_module("");
        let result = self.run_class(def, stand_in.clone(), scope)?;
        let methods = stand_in.methods.take();
        match target {
            Rv::Class(class) => class.singleton.borrow_mut().extend(methods),
            Rv::Object(object) => object.singleton.borrow_mut().extend(methods),
            _ => return Err(self.type_error("can't define singleton")),
        }
        Ok(result)
    }

    fn owner(&mut self, path: &ConstPath, scope: &Scope) -> R<Rc<Class>> {
        match &path.scope {
            ConstScope::Lexical => Ok(scope.cref.class.clone()),
            ConstScope::Top => Ok(self.world.object.clone()),
            ConstScope::In(of) => match self.eval(of, scope)? {
                Rv::Class(class) => Ok(class),
                _ => Err(self.type_error("not a class/module")),
            },
        }
    }

    fn known_class(&mut self, path: &ConstPath, owner: &Rc<Class>, scope: &Scope) -> Option<Rc<Class>> {
        let own = owner.consts.borrow().get(&path.name).cloned();
        let outer = || match path.scope {
            ConstScope::Lexical => {
                let top = scope.cref.parent.is_none();
                let known = || self.world.object.consts.borrow().get(&path.name).cloned();
                top.then(|| known().or_else(|| self.world.builtin(&path.name).map(Rv::Class))).flatten()
            }
            ConstScope::Top | ConstScope::In(_) => {
                self.world.builtin(&self.qualified(owner, &path.name)).map(Rv::Class)
            }
        };
        match own.or_else(outer) {
            Some(Rv::Class(class)) => Some(class),
            _ => None,
        }
    }

    fn open_class(&mut self, path: &ConstPath, parent: Option<Rv>, scope: &Scope) -> R<Rc<Class>> {
        let owner = self.owner(path, scope)?;
        if let Some(known) = self.known_class(path, &owner, scope) {
            return Ok(known);
        }
        let parent = match parent {
            None => None,
            Some(Rv::Class(class)) => Some(class),
            Some(_) => return Err(self.type_error("superclass must be a Class")),
        };
        let name = self.qualified(&owner, &path.name);
        let class = self.make_class(&name, parent);
        owner.consts.borrow_mut().insert(path.name.clone(), Rv::Class(class.clone()));
        Ok(class)
    }

    fn open_module(&mut self, path: &ConstPath, scope: &Scope) -> R<Rc<Class>> {
        let owner = self.owner(path, scope)?;
        if let Some(known) = self.known_class(path, &owner, scope) {
            return Ok(known);
        }
        let name = self.qualified(&owner, &path.name);
        let module = self.make_module(&name);
        owner.consts.borrow_mut().insert(path.name.clone(), Rv::Class(module.clone()));
        Ok(module)
    }
}
