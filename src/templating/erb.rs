//! ERB templates: the tag scanner with trim mode `-`, and rendering through the Ruby interpreter.
//!
//! In: a template's text. Out: the Ruby code that Ruby's own `ERB.new(text, trim_mode: '-')` would make of it, line
//! for line, and the text it renders to. The port follows `ERB::Compiler::ExplicitScanner` of Ruby 3.1.

use crate::{
    diag::Result,
    maps::HashMap,
    ruby::{Host, Script},
    source::SourceFile,
    value::Str,
};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Parsed templates by path and content.
static PARSED: LazyLock<Mutex<Parsed>> = LazyLock::new(Mutex::default);

/// How many parsed templates are kept.
const KEPT: usize = 4096;

/// Renders a template with the variables and functions of the calling scope.
///
/// The parsed template is kept, so that the next rendering of the same text is cheap.
///
/// # Errors
/// Gives Ruby's own exceptions and whatever the interpreter refuses, with the template's file and line.
pub fn render(source: &Arc<SourceFile>, host: &dyn Host) -> Result<Str> {
    parsed(source)?.render(host)
}

/// Parses a template, or takes the one parsed before.
///
/// # Errors
/// Gives the Ruby parser's first error, at its place in the template.
pub fn parsed(source: &Arc<SourceFile>) -> Result<Script> {
    let key = (source.shared_path(), *blake3::hash(source.text().as_bytes()).as_bytes());
    if let Some(known) = PARSED.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Ok(known.clone());
    }
    let script = parse(source)?;
    let mut kept = PARSED.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT {
        kept.clear();
    }
    kept.insert(key, script.clone());
    Ok(script)
}

fn parse(source: &Arc<SourceFile>) -> Result<Script> {
    let compiled = Compiler::compile(source.text());
    Script::parse_mapped(compiled.script, source, &compiled.map)
}

/// A piece of the script and, where it is the template's own code, the runs it was taken from.
type Piece<'a> = (&'a str, Option<&'a Vec<(u32, u32)>>);

/// Parsed templates by path and content.
type Parsed = HashMap<(Arc<str>, [u8; 32]), Script>;

/// The opening tag that the scanner is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Code,
    Insert,
    Comment,
}

/// A piece of code or text on its way into the script, with where it began in the template.
#[derive(Default)]
struct Content {
    text: String,
    /// (offset in the text, offset in the template) of each run taken from it.
    runs: Vec<(u32, u32)>,
}

impl Content {
    fn push(&mut self, text: &str, at: usize) {
        self.runs.push((self.text.len() as u32, at as u32));
        self.text.push_str(text);
    }

    fn take(&mut self) -> Self {
        std::mem::take(self)
    }
}

/// ERB's compiler: what it has written, and the line it is writing.
#[derive(Default)]
struct Compiler {
    script: String,
    map: Vec<(u32, u32)>,
    /// Commands of the current line.
    commands: usize,
    content: Content,
    tag: Option<Tag>,
}

impl Compiler {
    fn compile(text: &str) -> Self {
        let mut compiler = Self::default();
        compiler.command(&[("_erbout = +''", None)]);
        compiler.scan(text);
        let rest = compiler.content.take();
        if !rest.text.is_empty() {
            compiler.put(&rest);
        }
        compiler.command(&[("_erbout", None)]);
        compiler
    }

    fn scan(&mut self, text: &str) {
        let mut at = 0;
        while at < text.len() {
            let (found, token) = match self.tag {
                None => opening(text, at),
                Some(_) => closing(text, at),
            };
            let before = text.get(at..found).unwrap_or_default();
            if !before.is_empty() {
                self.content.push(before, at);
            }
            at = found + token.len();
            match self.tag {
                None => self.open(token, found),
                Some(tag) => at = self.close(tag, token, (text, at)),
            }
        }
    }

    /// An opening tag, or `<%%`.
    fn open(&mut self, token: &str, at: usize) {
        let tag = match token {
            "" => return,
            "<%%" => return self.content.push("<%", at),
            "<%=" => Tag::Insert,
            "<%#" => Tag::Comment,
            _ => Tag::Code,
        };
        self.tag = Some(tag);
        let before = self.content.take();
        if !before.text.is_empty() {
            self.put(&before);
        }
    }

    /// A closing tag, or `%%>`; gives where scanning goes on.
    fn close(&mut self, tag: Tag, token: &str, (text, at): (&str, usize)) -> usize {
        match token {
            "" => return at,
            "%%>" => {
                self.content.push("%>", at - 3);
                return at;
            }
            _ => {}
        }
        self.tag = None;
        let content = self.content.take();
        self.finish(tag, content);
        if token != "-%>" {
            return at;
        }
        let rest = text.get(at..).unwrap_or_default();
        let line_end = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
        if line_end > 0 || rest.is_empty() {
            self.line_break();
        }
        at + line_end
    }

    fn finish(&mut self, tag: Tag, mut content: Content) {
        match tag {
            Tag::Comment => {}
            Tag::Insert => self.command(&[
                ("_erbout.<<((", None),
                (&content.text, Some(&content.runs)),
                (").to_s)", None),
            ]),
            Tag::Code if content.text.ends_with('\n') => {
                content.text.pop();
                self.command(&[(&content.text, Some(&content.runs))]);
                self.line_break();
            }
            Tag::Code => self.command(&[(&content.text, Some(&content.runs))]),
        }
    }

    /// Text of the template, as a literal that spans as many lines as the text does.
    fn put(&mut self, content: &Content) {
        let mut literal = String::with_capacity(content.text.len() + 24);
        for letter in content.text.chars() {
            match letter {
                '\n' => literal.push_str("\\n"),
                '\r' => literal.push_str("\\r"),
                '"' => literal.push_str("\\\""),
                '\\' => literal.push_str("\\\\"),
                '#' => literal.push_str("\\#"),
                '\0' => literal.push_str("\\0"),
                '\u{4}' => literal.push_str("\\x04"),
                '\u{1a}' => literal.push_str("\\x1a"),
                other => literal.push(other),
            }
        }
        let lines = "\n".repeat(content.text.matches('\n').count());
        self.command(&[("_erbout.<< \"", None), (&literal, None), ("\".freeze", None), (&lines, None)]);
    }

    /// Adds a command to the current line; pieces of the template note where they came from.
    fn command(&mut self, pieces: &[Piece<'_>]) {
        if self.commands > 0 {
            self.script.push_str("; ");
        }
        self.commands += 1;
        for (piece, runs) in pieces {
            let start = self.script.len() as u32;
            self.map.extend(runs.iter().flat_map(|runs| runs.iter()).map(|(at, file)| (start + at, *file)));
            self.script.push_str(piece);
        }
    }

    fn line_break(&mut self) {
        self.script.push('\n');
        self.commands = 0;
    }
}

/// The next opening tag at or after `from`, with the blanks before a `<%-` at the start of a line or of the scan.
fn opening(text: &str, from: usize) -> (usize, &str) {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        let line_start = at == from || at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'\n');
        if line_start {
            let rest = text.get(at..).unwrap_or_default();
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            if rest.get(blanks..).is_some_and(|rest| rest.starts_with("<%-")) {
                return (at, rest.get(..blanks + 3).unwrap_or_default());
            }
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(next) = rest.iter().position(|byte| matches!(byte, b'<' | b'\n')) else {
            return (text.len(), "");
        };
        let found = at + next;
        let tail = text.get(found..).unwrap_or_default();
        let token = ["<%-", "<%%", "<%=", "<%#", "<%"].into_iter().find(|token| tail.starts_with(token));
        if let Some(token) = token {
            return (found, tail.get(..token.len()).unwrap_or_default());
        }
        at = found + 1;
        if at >= text.len() {
            return (text.len(), "");
        }
    }
}

/// The next closing tag at or after `from`.
fn closing(text: &str, from: usize) -> (usize, &str) {
    let mut at = from;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['-', '%'])).map(|next| at + next) {
        let tail = text.get(found..).unwrap_or_default();
        if let Some(token) = ["-%>", "%%>", "%>"].into_iter().find(|token| tail.starts_with(token)) {
            return (found, tail.get(..token.len()).unwrap_or_default());
        }
        at = found + 1;
    }
    (text.len(), "")
}
