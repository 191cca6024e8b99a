//! `File` as far as it only computes with paths; all that reaches outside is refused by name.

use super::{Args, Row, carry, row};
use crate::ruby::{
    HostFile,
    interp::Interp,
    object::{Class, R, Rv},
};
use std::rc::Rc;

/// The pure methods of `File`, and classes whose every method is refused.
pub(super) static STATICS: &[(&str, &[Row])] = &[
    (
        "File",
        &[
            carry("basename", 1, 2, basename),
            carry("dirname", 1, 2, |it, _, args| {
                let path = it.string(args.at(0))?;
                Ok(Rv::str(dirname(&path)))
            }),
            carry("extname", 1, 1, |it, _, args| {
                let path = it.string(args.at(0))?;
                Ok(Rv::str(extname(&path)))
            }),
            carry("join", 0, -1, join),
            carry("split", 1, 1, |it, this, args| {
                let path = it.string(args.at(0))?;
                Ok(Rv::pair(Rv::str(dirname(&path)), basename(it, this, args)?))
            }),
            carry("expand_path", 1, 2, expand),
            carry("absolute_path", 1, 2, expand),
            row("absolute_path?", 1, 1, |it, _, args| Ok(Rv::Bool(it.string(args.at(0))?.starts_with('/')))),
            row("fnmatch", 2, 3, fnmatch),
            row("fnmatch?", 2, 3, fnmatch),
            row("exist?", 1, 1, |it, _, args| {
                Ok(Rv::Bool(seen(it, "File.exist?", args)? != HostFile::Missing))
            }),
            row("file?", 1, 1, |it, _, args| Ok(Rv::Bool(seen(it, "File.file?", args)? == HostFile::File))),
            row("directory?", 1, 1, |it, _, args| {
                Ok(Rv::Bool(seen(it, "File.directory?", args)? == HostFile::Folder))
            }),
            row("readable?", 1, 1, |it, _, args| {
                Ok(Rv::Bool(seen(it, "File.readable?", args)? != HostFile::Missing))
            }),
            row("read", 1, -1, |it, _, args| read(it, "File.read", args)),
            row("binread", 1, -1, |it, _, args| read(it, "File.binread", args)),
            row("readlines", 1, -1, |it, _, args| {
                let text = read(it, "File.readlines", args)?;
                let rest = args.values.get(1..).unwrap_or_default().to_vec();
                it.send_with(&text, "lines", Args { values: rest, ..pass(args) })
            }),
            row("open", 1, -1, |it, _, _| Err(it.refused("`File.open`"))),
            row("new", 1, -1, |it, _, _| Err(it.refused("`File.new`"))),
            row("write", 2, -1, |it, _, _| Err(it.refused("`File.write`"))),
            row("foreach", 1, -1, |it, _, _| Err(it.refused("`File.foreach`"))),
        ],
    ),
    (
        "Dir",
        &[row("exist?", 1, 1, |it, _, args| Ok(Rv::Bool(seen(it, "Dir.exist?", args)? == HostFile::Folder)))],
    ),
    ("IO", &[row("read", 1, -1, |it, _, args| read(it, "IO.read", args))]),
    ("SecureRandom", &[row("hex", 0, 1, |it, _, _| Err(it.refused("`SecureRandom.hex`")))]),
];

/// Classes and modules of which nothing is allowed that is not listed above.
const OUTSIDE: &[&str] = &[
    "File",
    "Dir",
    "IO",
    "FileUtils",
    "Process",
    "Open3",
    "Socket",
    "TCPSocket",
    "Net",
    "Net::HTTP",
    "SecureRandom",
    "Random",
    "Signal",
    "ObjectSpace",
    "GC",
    "Facter",
    "Etc",
    "Resolv",
    "Resolv::DNS",
    "Tempfile",
    "Timeout",
    "Puppet::Util::Execution",
    "Puppet::FileSystem",
];

/// Whether a class reaches outside.
pub(crate) fn is_outside(class: &Class) -> bool {
    OUTSIDE.contains(&class.name.borrow().as_str())
}

/// Refuses `new` of a class that reaches outside.
pub(super) fn refuse_new(it: &mut Interp<'_>, class: &Rc<Class>) -> R<()> {
    if is_outside(class) {
        let name = class.name.borrow().clone();
        return Err(it.refused(&format!("`{name}.new`")));
    }
    Ok(())
}

/// What the host has at a path; what is not in a module or the repo is refused.
fn seen(it: &mut Interp<'_>, what: &str, args: &Args<'_>) -> R<HostFile> {
    let path = it.string(args.at(0))?;
    match it.host.file(&path) {
        HostFile::Outside => Err(it.refused(&format!("`{what}`"))),
        found => Ok(found),
    }
}

/// The text of a file of a module or the repo.
pub(super) fn read(it: &mut Interp<'_>, what: &str, args: &Args<'_>) -> R {
    let path = it.string(args.at(0))?;
    let problem = match seen(it, what, args)? {
        HostFile::File => match it.host.read_file(&path) {
            Some(bytes) => {
                it.charge(bytes.len())?;
                return Ok(it.bytes(bytes));
            }
            None => "No such file or directory",
        },
        HostFile::Folder => "Is a directory",
        HostFile::Missing | HostFile::Outside => "No such file or directory",
    };
    let class = if problem.starts_with("Is") { "Errno::EISDIR" } else { "Errno::ENOENT" };
    let place = if problem.starts_with("Is") { "@ io_fread" } else { "@ rb_sysopen" };
    Err(it.raise(class, format!("{problem} {place} - {path}")))
}

fn pass<'a>(args: &Args<'a>) -> Args<'a> {
    Args { values: Vec::new(), keywords: args.keywords, block: args.block.clone(), scope: args.scope }
}

fn trimmed(path: &str) -> &str {
    let kept = path.trim_end_matches('/');
    if kept.is_empty() && !path.is_empty() { "/" } else { kept }
}

fn basename(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let path = it.string(args.at(0))?;
    let whole = trimmed(&path);
    let base = if whole == "/" { "/" } else { whole.rsplit('/').next().unwrap_or_default() };
    let suffix = match args.opt(1) {
        Some(suffix) => it.string(suffix)?.to_string(),
        None => String::new(),
    };
    if suffix == ".*" {
        let cut = extname(base).len();
        return Ok(Rv::str(base.get(..base.len() - cut).unwrap_or(base)));
    }
    let stripped = base.strip_suffix(suffix.as_str()).filter(|it| !it.is_empty()).unwrap_or(base);
    Ok(Rv::str(stripped))
}

fn dirname(path: &str) -> String {
    let whole = trimmed(path);
    match whole.rsplit_once('/') {
        None => ".".into(),
        Some((dir, _)) => {
            let dir = dir.trim_end_matches('/');
            if dir.is_empty() { "/".into() } else { dir.to_owned() }
        }
    }
}

fn extname(path: &str) -> String {
    let base = trimmed(path).rsplit('/').next().unwrap_or_default();
    match base.rfind('.') {
        Some(at)
            if at > 0
                && !base.get(..at).unwrap_or_default().chars().all(|it| it == '.')
                && at + 1 < base.len() =>
        {
            base.get(at..).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}

fn join(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let mut made = String::new();
    let parts = super::array::flatten(it, &Rv::array(args.values.clone()), &Args::of(Vec::new()))?;
    for (index, part) in parts.iter().enumerate() {
        let part = it.string(part)?;
        if index == 0 {
            made.push_str(&part);
            continue;
        }
        match (made.ends_with('/'), part.starts_with('/')) {
            (true, true) => {
                made.truncate(made.trim_end_matches('/').len());
                made.push_str(&part);
            }
            (false, false) => {
                made.push('/');
                made.push_str(&part);
            }
            (_, _) => made.push_str(&part),
        }
    }
    Ok(Rv::str(made))
}

fn expand(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let path = it.string(args.at(0))?;
    let base = match args.opt(1) {
        Some(base) => it.string(base)?.to_string(),
        None => String::new(),
    };
    let whole = if path.starts_with('/') { path.to_string() } else { format!("{base}/{path}") };
    if !whole.starts_with('/') || path.starts_with('~') {
        return Err(it.refused("`File.expand_path` of a relative path"));
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    Ok(Rv::str(format!("/{}", parts.join("/"))))
}

fn fnmatch(it: &mut Interp<'_>, _: &Rv, args: &Args<'_>) -> R {
    let pattern: Vec<char> = it.string(args.at(0))?.chars().collect();
    let text: Vec<char> = it.string(args.at(1))?.chars().collect();
    Ok(Rv::Bool(glob(it, &pattern, &text)?))
}

fn glob(it: &mut Interp<'_>, pattern: &[char], text: &[char]) -> R<bool> {
    it.step()?;
    let Some((first, rest)) = pattern.split_first() else { return Ok(text.is_empty()) };
    match first {
        '*' => {
            for skip in 0..=text.len() {
                if it.nested(|it| glob(it, rest, text.get(skip..).unwrap_or_default()))? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        '?' => match text.split_first() {
            Some((_, tail)) => it.nested(|it| glob(it, rest, tail)),
            None => Ok(false),
        },
        '[' => Err(it.unsupported_method("`File.fnmatch` with a set of characters")),
        letter => match text.split_first() {
            Some((found, tail)) if found == letter => it.nested(|it| glob(it, rest, tail)),
            _ => Ok(false),
        },
    }
}
