//! The private methods of `Kernel`: conversions, `raise`, `loop`, `catch`, formatting; all that reaches outside is
//! refused here.

use super::{Args, Row, own};
use crate::{
    ruby::{
        interp::Interp,
        object::{Body, Data, Flow, R, RProc, Rv},
        parsed,
    },
    source::SourceFile,
    value::Str,
};
use std::{rc::Rc, sync::Arc};

/// The methods of `Kernel`.
pub(super) static KERNEL: &[Row] = &[
    own("format", 1, -1, |it, _, args| super::format::format(it, args)),
    own("sprintf", 1, -1, |it, _, args| super::format::format(it, args)),
    own("Integer", 1, -1, |it, _, args| super::number::integer(it, args)),
    own("Float", 1, -1, |it, _, args| super::number::float(it, args)),
    own("String", 1, 1, |it, _, args| it.to_s(args.at(0)).map(Rv::str)),
    own("Array", 1, 1, array),
    own("Hash", 1, 1, hash),
    own("raise", 0, -1, raise),
    own("fail", 0, -1, raise),
    own("loop", 0, 0, repeat),
    own("catch", 0, 1, catch),
    own("throw", 1, 2, throw),
    own("lambda", 0, 0, lambda),
    own("proc", 0, 0, proc),
    own("block_given?", 0, 0, |_, _, args| {
        Ok(Rv::Bool(args.scope.is_some_and(|scope| scope.frame.block.is_some())))
    }),
    own("require", 1, 1, require),
    own("require_relative", 1, 1, require_relative),
    own("__method__", 0, 0, this_method),
    own("__dir__", 0, 0, dir),
    own("binding", 0, 0, |it, _, _| Err(it.unsupported_method("`binding`"))),
    own("eval", 1, -1, |it, _, _| Err(it.unsupported_method("`eval` of a string"))),
    own("caller", 0, -1, |_, _, _| Ok(Rv::array(Vec::new()))),
    own("puts", 0, -1, |it, _, _| it.step().map(|()| Rv::Nil)),
    own("print", 0, -1, |it, _, _| it.step().map(|()| Rv::Nil)),
    own("p", 0, -1, printed),
    own("pp", 0, -1, printed),
    own("printf", 0, -1, |it, _, _| it.step().map(|()| Rv::Nil)),
    own("putc", 1, 1, |_, _, args| Ok(args.at(0).clone())),
    own("warn", 0, -1, warn),
    own("_", 1, 1, |_, _, args| Ok(args.at(0).clone())),
    own("n_", 3, 3, |it, _, args| Ok(args.at(usize::from(it.int(args.at(2))? != 1)).clone())),
    own("srand", 0, 1, |it, _, _| Err(it.refused("`srand`"))),
    own("rand", 0, 1, |it, _, _| Err(it.refused("`rand`"))),
    own("system", 0, -1, |it, _, _| Err(it.refused("`system`"))),
    own("exec", 0, -1, |it, _, _| Err(it.refused("`exec`"))),
    own("spawn", 0, -1, |it, _, _| Err(it.refused("`spawn`"))),
    own("fork", 0, -1, |it, _, _| Err(it.refused("`fork`"))),
    own("`", 1, 1, |it, _, _| Err(it.refused("a command in backticks"))),
    own("open", 1, -1, |it, _, _| Err(it.refused("`open`"))),
    own("gets", 0, -1, |it, _, _| Err(it.refused("`gets`"))),
    own("readlines", 0, -1, |it, _, _| Err(it.refused("`readlines`"))),
    own("load", 1, 2, |it, _, _| Err(it.refused("`load`"))),
    own("exit", 0, 1, |it, _, _| Err(it.refused("`exit`"))),
    own("abort", 0, 1, |it, _, _| Err(it.refused("`abort`"))),
    own("sleep", 0, 1, |_, _, _| Ok(Rv::Int(0))),
    own("trap", 0, -1, |it, _, _| Err(it.refused("`trap`"))),
    own("select", 0, -1, |it, _, _| Err(it.refused("`Kernel#select`"))),
    own("test", 0, -1, |it, _, _| Err(it.refused("`Kernel#test`"))),
    own("URI", 1, 1, |it, _, args| {
        it.load_library("URI")?;
        let uri = Rv::Class(it.world.class("URI"));
        it.send(&uri, "parse", &args.values)
    }),
    own("Pathname", 1, 1, |it, _, args| {
        let object = it.world.object.clone();
        let class = it.constant_of(&object, &"Pathname".into())?;
        it.send(&class, "new", &args.values)
    }),
];

/// Whether a name is a private method of `Kernel`.
pub(super) fn is_private(name: &str) -> bool {
    KERNEL.iter().any(|row| row.name == name)
}

fn array(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    match args.at(0) {
        Rv::Nil => Ok(Rv::array(Vec::new())),
        Rv::Array(_) => Ok(args.at(0).clone()),
        other => Ok(Rv::array(it.splat(other)?)),
    }
}

fn hash(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    match args.at(0) {
        Rv::Hash(_) => Ok(args.at(0).clone()),
        Rv::Nil => Ok(Rv::hash(Default::default())),
        Rv::Array(items) if items.len() == 0 => Ok(Rv::hash(Default::default())),
        other => {
            let name = it.conversion_name(other);
            Err(it.type_error(format!("can't convert {name} into Hash")))
        }
    }
}

fn raise(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let plain = args.plain();
    let exception = match plain {
        [] => match it.globals.get("$!") {
            Some(current) if !current.is_nil() => current.clone(),
            _ => return Err(it.raise("RuntimeError", "unhandled exception")),
        },
        [Rv::Str(message)] => {
            let message = message.text.borrow().clone();
            return Err(it.raise("RuntimeError", message));
        }
        [Rv::Class(class), rest @ ..] => {
            let values = rest.get(..1).unwrap_or_default().to_vec();
            it.send(&Rv::Class(class.clone()), "new", &values)?
        }
        [exception, message, ..] => it.send(exception, "exception", std::slice::from_ref(message))?,
        [exception] => exception.clone(),
    };
    let is_exception = matches!(&exception, Rv::Object(object) if matches!(object.data, Data::Exception(_)));
    if !is_exception {
        return Err(it.type_error("exception class/object expected"));
    }
    let cause = it.globals.get("$!").cloned();
    if let Rv::Object(object) = &exception
        && let Data::Exception(raised) = &object.data
    {
        let place = it.place();
        let mut raised = raised.borrow_mut();
        raised.at = Some(place);
        if raised.cause.is_none() {
            raised.cause = cause.filter(|cause| !cause.is_nil() && !cause.same(&exception));
        }
    }
    Err(Box::new(Flow::Raise(exception)))
}

fn repeat(it: &mut Interp<'_>, this: &Rv, args: &Args<'_>) -> R {
    let Some(block) = &args.block else { return Ok(it.enumerator(this, "loop", args)) };
    loop {
        it.step()?;
        match it.call_block(block, &[]) {
            Ok(_) => {}
            Err(flow) => match *flow {
                Flow::Raise(exception) if &*it.class_name(&exception) == "StopIteration" => {
                    return Ok(Rv::Nil);
                }
                other => return Err(Box::new(other)),
            },
        }
    }
}

fn catch(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let tag = match args.opt(0) {
        Some(tag) => tag.clone(),
        None => it.object(it.world.object.clone(), Data::None),
    };
    let block = it.block(args)?.clone();
    match it.yield1(&block, tag.clone()) {
        Err(flow) => match *flow {
            Flow::Throw(thrown, value) if thrown.same(&tag) || crate::ruby::object::eql(&thrown, &tag, 0) => {
                Ok(value)
            }
            other => Err(Box::new(other)),
        },
        ok => ok,
    }
}

fn throw(_: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    Err(Box::new(Flow::Throw(args.at(0).clone(), args.at(1).clone())))
}

fn lambda(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let block = it.block(args)?.clone();
    let Body::Block(code, scope) = &block.body else { return Ok(Rv::Proc(block)) };
    let body = Body::Block(code.clone(), scope.clone());
    Ok(Rv::Proc(Rc::new(RProc { body, lambda: true, id: block.id })))
}

fn proc(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    it.block(args).cloned().map(Rv::Proc)
}

/// Libraries whose methods are here or that need none.
const LIBRARIES: &[&str] = &[
    "json",
    "yaml",
    "psych",
    "set",
    "time",
    "date",
    "base64",
    "digest",
    "digest/md5",
    "digest/sha1",
    "digest/sha2",
    "digest/sha256",
    "ipaddr",
    "shellwords",
    "erb",
    "cgi",
    "cgi/util",
    "uri",
    "ostruct",
    "stringio",
    "pathname",
    "English",
    "forwardable",
    "bigdecimal",
    "rubygems",
    "zlib",
    "openssl",
    "strscan",
    "pp",
    "tsort",
    "securerandom",
    "fileutils",
    "tempfile",
    "tmpdir",
    "open3",
    "socket",
    "net/http",
    "net/https",
    "open-uri",
    "resolv",
    "timeout",
    "logger",
    "benchmark",
    "etc",
    "monitor",
];

fn require(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let name = it.string(args.at(0))?;
    let bare = name.strip_suffix(".rb").unwrap_or(&name);
    if LIBRARIES.contains(&bare) {
        return Ok(Rv::Bool(true));
    }
    if let Some(file) = it.host.helper_file(bare, None) {
        return it.load(&file);
    }
    let of_puppet = ["puppet", "facter", "hiera"].iter().any(|own| bare == *own || is_under(bare, own));
    if of_puppet {
        return Ok(Rv::Bool(true));
    }
    Err(it.raise("LoadError", format!("cannot load such file -- {name}")))
}

fn is_under(name: &str, folder: &str) -> bool {
    name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn require_relative(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let name = it.string(args.at(0))?;
    let from = it.source.path().to_owned();
    match it.host.helper_file(name.strip_suffix(".rb").unwrap_or(&name), Some(&from)) {
        Some(file) => it.load(&file),
        None => Err(it.raise("LoadError", format!("cannot load such file -- {name}"))),
    }
}

impl Interp<'_> {
    /// Runs a helper file of a module, once.
    pub(crate) fn load(&mut self, file: &Arc<SourceFile>) -> R {
        let path = file.shared_path();
        if self.loaded.contains(&path) {
            return Ok(Rv::Bool(false));
        }
        self.loaded.push(path);
        let script = parsed(file).map_err(|found| Box::new(Flow::Fatal(found)))?;
        let object = self.world.object.clone();
        let this = self.object(object.clone(), Data::None);
        let (source, at) = (self.source.clone(), self.at);
        self.nested(|it| it.run(script.unit(), this, object))?;
        (self.source, self.at) = (source, at);
        Ok(Rv::Bool(true))
    }
}

fn this_method(_: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let name = args.scope.and_then(|scope| scope.frame.method.as_ref().map(|(name, _)| name.clone()));
    Ok(name.map_or(Rv::Nil, Rv::Sym))
}

fn dir(it: &mut Interp<'_>, _: &Rv, _: &Args<'_>) -> R {
    let path = it.source.path();
    Ok(Rv::str(path.rsplit_once('/').map_or(".", |(dir, _)| dir)))
}

/// `p`: nothing is printed; it gives what it was given.
fn printed(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    it.step()?;
    Ok(match args.values.as_slice() {
        [] => Rv::Nil,
        [only] => only.clone(),
        several => Rv::array(several.to_vec()),
    })
}

fn warn(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let mut text = Str::default();
    for value in args.plain() {
        text.push(&it.to_s(value)?);
    }
    it.note(&text);
    Ok(Rv::Nil)
}
