//! The pre-scan: what a grammar without state cannot know.
//!
//! In: a text. Out: a text of the same length in which the bodies of heredocs are blank and the texts of an
//! EPP template are single marks, the bodies and texts themselves, and the first place where Puppet's lexer
//! would give up. It decides nothing about the language's structure: it knows quotes, comments, regular
//! expressions and brackets only as far as needed to find those places and to bound the nesting.

use super::{
    Mode,
    epp::{self, Next},
    heredoc,
};
use std::borrow::Cow;

/// How deep brackets and interpolations may nest: far beyond what people write, far below what fills a stack.
pub(super) const MAX_NESTING: usize = 150;
/// The mark of a text in an EPP template.
pub(super) const RENDER_TEXT: u8 = 1;
/// The mark of `<%=`.
pub(super) const RENDER_START: u8 = 2;
/// The mark of `%>` after `<%=`.
pub(super) const RENDER_END: u8 = 3;

/// What the pre-scan found.
pub(super) struct Scan<'a> {
    /// The text for the grammar, as long as the original.
    pub text: Cow<'a, str>,
    /// The heredocs by the offset of their tag.
    pub heredocs: Vec<heredoc::Body>,
    /// The texts of an EPP template by the offset of their mark.
    pub texts: Vec<(usize, String)>,
    /// Where Puppet's lexer gives up.
    pub problem: Option<Problem>,
    /// The first `/` where a regular expression could begin that has no end.
    pub open_regex: Option<usize>,
    /// The marks of `<%=` with the beginning of the text before them, which is where Puppet sees them.
    pub render_starts: Vec<(usize, usize)>,
}

impl Scan<'_> {
    /// Returns the text up to the place where the lexer gives up: what comes after it is not bounded in depth.
    pub(super) fn readable(&self) -> &str {
        let end = self.problem.as_ref().map_or(self.text.len(), |problem| problem.at);
        self.text.get(..end).unwrap_or(&self.text)
    }
}

/// A place where the lexer gives up.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    /// The token that cannot be read.
    pub at: usize,
    /// The place Puppet reports.
    pub shown: usize,
    /// What is wrong.
    pub kind: ProblemKind,
}

/// What the lexer can stumble over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProblemKind {
    /// A quote without its end.
    Quote(char),
    /// `/*` without its end.
    Comment,
    /// A malformed or unfinished heredoc.
    Heredoc(heredoc::TagProblem),
    /// `<%` without `%>`.
    EppTag,
    /// `<%#` without `%>`.
    EppComment,
    /// A name whose parts do not fit.
    Name,
    /// Digits with letters.
    Number,
    /// Brackets too deep.
    Nesting,
}

/// What a scan begins in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// A manifest.
    Code,
    /// A template.
    Epp,
    /// A heredoc's text with interpolation; whether `\$` is an escape.
    Text(bool),
}

impl From<Mode> for Start {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Manifest => Self::Code,
            Mode::Epp => Self::Epp,
        }
    }
}

/// A place where a statement may begin or end, in how many open braces.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    /// The offset.
    pub at: usize,
    /// How many braces are open.
    pub depth: usize,
}

/// Scans a text.
pub(super) fn scan(text: &str, start: Start) -> Scan<'_> {
    let mut scanner = Scanner::new(text);
    let problem = scanner.run(start).err();
    scanner.finish(problem)
}

/// Finds where statements may begin and end: at line breaks, semicolons and braces outside of other brackets.
pub(super) fn edges(text: &str) -> Vec<Edge> {
    let mut scanner = Scanner::new(text);
    scanner.edges = Some(Vec::new());
    let _ = scanner.run(Start::Code);
    scanner.edges.unwrap_or_default()
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            after: After::Start,
            frames: Vec::new(),
            jump: None,
            epp: None,
            masks: Vec::new(),
            marks: Vec::new(),
            heredocs: Vec::new(),
            texts: Vec::new(),
            open_regex: None,
            render_starts: Vec::new(),
            edges: None,
        }
    }
}

type Step = Result<(), Problem>;

/// What came before, as far as it says whether `/` begins a regular expression.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Start,
    /// A value's end: `/` divides.
    Operand,
    /// A word from this offset on: depends on whether it is a keyword.
    Word(usize),
    Other,
}

/// An open bracket.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Frame {
    Bracket,
    Brace,
    /// `${` in the double-quoted string that begins here.
    Quoted(usize),
    /// `${` in a heredoc's text; whether `\$` is an escape.
    Text(bool),
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    after: After,
    frames: Vec<Frame>,
    /// Where code goes on after the bodies of this line's heredocs.
    jump: Option<usize>,
    /// In a template, whether the open tag is `<%=`.
    epp: Option<bool>,
    masks: Vec<(usize, usize)>,
    marks: Vec<(usize, u8)>,
    heredocs: Vec<heredoc::Body>,
    texts: Vec<(usize, String)>,
    open_regex: Option<usize>,
    render_starts: Vec<(usize, usize)>,
    /// Recorded only if asked for.
    edges: Option<Vec<Edge>>,
}

impl<'a> Scanner<'a> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn run(&mut self, start: Start) -> Step {
        match start {
            Start::Code => {}
            Start::Epp => self.epp_text(false)?,
            Start::Text(escapes) => self.heredoc_text(escapes)?,
        }
        while let Some(byte) = self.bytes.get(self.at) {
            self.token(*byte)?;
        }
        if self.epp.is_some() {
            return Err(self.problem(self.at, ProblemKind::EppTag));
        }
        // Puppet reads a string as one: an interpolation without its end leaves the string open at the end
        let open = self.frames.iter().find_map(|frame| match frame {
            Frame::Quoted(token) => Some(*token),
            Frame::Bracket | Frame::Brace | Frame::Text(_) => None,
        });
        match open {
            Some(at) => Err(Problem { at, shown: self.bytes.len(), kind: ProblemKind::Quote('"') }),
            None => Ok(()),
        }
    }

    fn problem(&self, at: usize, kind: ProblemKind) -> Problem {
        Problem { at, shown: at, kind }
    }

    fn token(&mut self, byte: u8) -> Step {
        match byte {
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'\n' => {
                self.at = self.jump.take().unwrap_or(self.at + 1);
                self.edge(self.at);
            }
            b';' => {
                self.operator(1, After::Other);
                self.edge(self.at);
            }
            b'#' => self.at = self.find(b'\n', self.at),
            b'0'..=b'9' => return self.number(),
            b'A'..=b'Z' => return self.type_name(self.at),
            b'a'..=b'z' | b'_' => self.word(),
            b':' if self.peek(1) == b':' => return self.qualified(),
            b'$' => self.variable(),
            b'\'' => return self.single_quoted(),
            b'"' => return self.double_quoted(self.at + 1, self.at),
            b'(' | b'[' => return self.open(Frame::Bracket),
            b'{' => return self.open(Frame::Brace),
            b')' | b']' => self.close_bracket(),
            b'}' => return self.close_brace(),
            b'/' => return self.slash(),
            b'@' if self.peek(1) == b'(' => return self.heredoc(),
            b'%' if self.epp.is_some() && self.peek(1) == b'>' => return self.end_tag(2, false),
            b'-' if self.epp.is_some() && self.peek(1) == b'%' && self.peek(2) == b'>' => {
                return self.end_tag(3, true);
            }
            b'|' if self.peek(1) == b'>' => {
                self.operator(if self.peek(2) == b'>' { 3 } else { 2 }, After::Operand)
            }
            _ => self.operator(1, After::Other),
        }
        Ok(())
    }

    /// Records an edge unless a bracket or interpolation is open.
    fn edge(&mut self, at: usize) {
        if let Some(edges) = &mut self.edges
            && matches!(self.frames.last(), None | Some(Frame::Brace))
        {
            edges
                .push(Edge { at, depth: self.frames.iter().filter(|frame| **frame == Frame::Brace).count() });
        }
    }

    fn operator(&mut self, length: usize, after: After) {
        self.at += length;
        self.after = after;
    }

    fn find(&self, byte: u8, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        rest.iter().position(|other| *other == byte).map_or(self.bytes.len(), |at| from + at)
    }

    fn skip_word(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'));
        self.at += length.unwrap_or(rest.len());
    }

    fn word(&mut self) {
        let start = self.at;
        self.skip_word();
        self.after = After::Word(start);
    }

    /// Skips `::` with the name that must follow it.
    fn qualified(&mut self) -> Step {
        let start = self.at;
        self.at += 2;
        match self.peek(0) {
            b'A'..=b'Z' => self.type_name(start),
            b'a'..=b'z' | b'_' => {
                self.skip_word();
                self.after = After::Operand;
                Ok(())
            }
            _ => Err(Problem { at: start, shown: start + 2, kind: ProblemKind::Name }),
        }
    }

    /// Skips a type's name, of which every part must begin with an upper-case letter.
    fn type_name(&mut self, start: usize) -> Step {
        self.skip_word();
        while self.peek(0) == b':' && self.peek(1) == b':' && self.peek(2).is_ascii_uppercase() {
            self.at += 2;
            self.skip_word();
        }
        self.after = After::Operand;
        if self.peek(0) == b':' && self.peek(1) == b':' {
            return Err(self.problem(start, ProblemKind::Name));
        }
        Ok(())
    }

    /// Skips a number; what follows its digits must be no letter.
    fn number(&mut self) -> Step {
        let start = self.at;
        self.skip_word();
        let digits = self.text.get(start..self.at).unwrap_or_default();
        self.after = After::Operand;
        let fine = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
            Some(hex) => !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit()),
            None => is_decimal(digits, self.peek(0) == b'-'),
        };
        if fine { Ok(()) } else { Err(self.problem(start, ProblemKind::Number)) }
    }

    fn variable(&mut self) {
        self.at += 1;
        self.skip_name();
        self.after = After::Operand;
    }

    /// Skips a variable's name and tells whether there is one.
    fn skip_name(&mut self) -> bool {
        let start = self.at;
        self.skip_word();
        while self.peek(0) == b':' && self.peek(1) == b':' && is_word(self.peek(2)) {
            self.at += 2;
            self.skip_word();
        }
        self.at > start
    }

    fn single_quoted(&mut self) -> Step {
        let start = self.at;
        self.at += 1;
        self.skip_quote_text(b'\'', b"'");
        loop {
            match self.bytes.get(self.at) {
                Some(b'\'') => break,
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
                None => {
                    let problem = Problem { at: start, shown: start + 1, kind: ProblemKind::Quote('\'') };
                    return Err(problem);
                }
            }
        }
        self.operator(1, After::Operand);
        Ok(())
    }

    /// Skips a quote that is text: right where Puppet begins to read a text, where one that ends it follows.
    fn skip_quote_text(&mut self, quote: u8, ends: &[u8]) {
        let mut next = 1;
        while self.peek(next) == b'\\' && self.peek(next + 1) == b'\\' {
            next += 2;
        }
        if self.peek(0) == quote && ends.contains(&self.peek(next)) {
            self.at += 1;
        }
    }

    /// Goes on in a double-quoted string up to its end or its next `${`; `token` is where the string began.
    fn double_quoted(&mut self, from: usize, token: usize) -> Step {
        self.at = from;
        let mut shown = from;
        self.skip_quote_text(b'"', b"\"$");
        loop {
            match self.bytes.get(self.at) {
                Some(b'"') => break self.operator(1, After::Operand),
                Some(b'\\') => self.at += 2,
                Some(b'$') if self.peek(1) == b'{' => {
                    self.at += 1;
                    return self.open(Frame::Quoted(token));
                }
                Some(b'$') => {
                    self.at += 1;
                    if self.skip_name() {
                        shown = self.at;
                        self.skip_quote_text(b'"', b"\"$");
                    }
                }
                Some(_) => self.at += 1,
                None => return Err(Problem { at: token, shown, kind: ProblemKind::Quote('"') }),
            }
        }
        Ok(())
    }

    /// Goes on in a heredoc's text up to its end or its next `${`.
    fn heredoc_text(&mut self, escapes: bool) -> Step {
        loop {
            match self.bytes.get(self.at) {
                Some(b'\\') if escapes => self.at += 2,
                Some(b'$') if self.peek(1) == b'{' => {
                    self.at += 1;
                    return self.open(Frame::Text(escapes));
                }
                Some(_) => self.at += 1,
                None => return Ok(()),
            }
        }
    }

    fn open(&mut self, frame: Frame) -> Step {
        if self.frames.len() >= MAX_NESTING {
            return Err(self.problem(self.at, ProblemKind::Nesting));
        }
        self.frames.push(frame);
        self.operator(1, After::Other);
        self.edge(self.at);
        Ok(())
    }

    fn close_bracket(&mut self) {
        if self.frames.last() == Some(&Frame::Bracket) {
            self.frames.pop();
        }
        self.operator(1, After::Operand);
    }

    /// A closing brace ends the innermost brace, whatever brackets are open inside it, as in Puppet's lexer.
    fn close_brace(&mut self) -> Step {
        while self.frames.last() == Some(&Frame::Bracket) {
            self.frames.pop();
        }
        self.edge(self.at);
        let frame = self.frames.pop();
        self.operator(1, After::Other);
        match frame {
            Some(Frame::Quoted(token)) => self.double_quoted(self.at, token),
            Some(Frame::Text(escapes)) => self.heredoc_text(escapes),
            Some(Frame::Brace | Frame::Bracket) | None => Ok(()),
        }
    }

    fn slash(&mut self) -> Step {
        if self.peek(1) == b'*' {
            let end = self
                .rest()
                .find("*/")
                .filter(|end| *end > 1)
                .or_else(|| self.rest().get(2..).and_then(|rest| rest.find("*/")).map(|end| end + 2));
            let Some(end) = end else { return Err(self.problem(self.at, ProblemKind::Comment)) };
            self.at += end + 2;
            return Ok(());
        }
        match self.regex_end() {
            Some(end) => {
                self.at = end;
                self.after = After::Operand;
            }
            None => {
                if self.regex_acceptable() {
                    self.open_regex.get_or_insert(self.at);
                }
                self.operator(1, After::Other);
            }
        }
        Ok(())
    }

    fn regex_end(&self) -> Option<usize> {
        if !self.regex_acceptable() {
            return None;
        }
        let mut at = self.at + 1;
        loop {
            match self.bytes.get(at)? {
                b'/' => return Some(at + 1),
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
    }

    fn regex_acceptable(&self) -> bool {
        match self.after {
            After::Start | After::Other => true,
            After::Operand => false,
            After::Word(start) => {
                let word: &str = self.text.get(start..self.at).unwrap_or_default();
                let word = word.trim_end();
                let end = word.bytes().position(|byte| !is_word(byte)).unwrap_or(word.len());
                let whole = start == 0 || !matches!(self.bytes.get(start - 1), Some(b':' | b'-'));
                whole && OPERATOR_KEYWORDS.contains(&word.get(..end).unwrap_or_default())
            }
        }
    }

    fn heredoc(&mut self) -> Step {
        let tag = self.at;
        let fail = |kind, shown| Problem { at: tag, shown, kind: ProblemKind::Heredoc(kind) };
        let head = heredoc::tag(self.rest()).map_err(|(kind, at)| fail(kind, tag + at))?;
        let after_tag = tag + head.length;
        let from = match self.jump {
            Some(jump) => jump,
            None => match self.rest().get(head.length..).and_then(|rest| rest.find('\n')) {
                Some(newline) => after_tag + newline + 1,
                None => return Err(fail(heredoc::TagProblem::WithoutText, after_tag)),
            },
        };
        let rest = self.text.get(from..).unwrap_or_default();
        let Some(body) = heredoc::body(tag, head, rest, from) else {
            return Err(fail(heredoc::TagProblem::WithoutEnd, from));
        };
        self.masks.push((from, body.end));
        self.jump = Some(body.end);
        self.heredocs.push(body);
        self.at = after_tag;
        self.after = After::Operand;
        Ok(())
    }

    fn end_tag(&mut self, length: usize, trim: bool) -> Step {
        let start = self.at;
        if self.epp == Some(true) {
            self.marks.push((start, RENDER_END));
        }
        self.masks.push((start, start + length));
        self.at += length;
        self.after = After::Other;
        self.epp_text(trim)
    }

    /// Reads the text of a template up to the next tag.
    fn epp_text(&mut self, skip_leading: bool) -> Step {
        let start = self.at;
        let found = epp::text(self.rest(), skip_leading);
        let Ok(found) = found else { return Err(self.problem(self.bytes.len(), ProblemKind::EppComment)) };
        let end = start + found.length;
        self.masks.push((start, end));
        // only the last text may be empty
        if !found.text.is_empty() || (found.next == Next::End && found.length > 0) {
            self.marks.push((start, RENDER_TEXT));
            self.texts.push((start, found.text));
        }
        self.at = end;
        self.epp = match found.next {
            Next::End => None,
            Next::Code => Some(false),
            Next::Expression => {
                self.marks.push((end - 1, RENDER_START));
                self.render_starts.push((end - 1, start));
                Some(true)
            }
        };
        if found.next == Next::End && found.unbalanced {
            return Err(self.problem(self.bytes.len(), ProblemKind::EppTag));
        }
        Ok(())
    }

    fn finish(self, problem: Option<Problem>) -> Scan<'a> {
        let text = match self.masks.is_empty() {
            true => Cow::Borrowed(self.text),
            false => Cow::Owned(masked(self.text, &self.masks, &self.marks)),
        };
        let Self { heredocs, texts, open_regex, render_starts, .. } = self;
        Scan { text, heredocs, texts, problem, open_regex, render_starts }
    }
}

/// Words after which Puppet's lexer takes `/` for the beginning of a regular expression.
const OPERATOR_KEYWORDS: [&str; 19] = [
    "case", "class", "default", "define", "if", "elsif", "else", "inherits", "node", "and", "or", "undef",
    "in", "unless", "function", "type", "attr", "private", "",
];

/// Digits, with an exponent perhaps; its own digits may come after a sign.
fn is_decimal(digits: &str, signed: bool) -> bool {
    let (whole, exponent) = match digits.split_once(['e', 'E']) {
        Some((whole, exponent)) => (whole, Some(exponent)),
        None => (digits, None),
    };
    let all = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    all(whole) && exponent.is_none_or(|exponent| all(exponent) && (signed || !exponent.is_empty()))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Returns the text with spaces over the masks and the marks put in.
fn masked(text: &str, masks: &[(usize, usize)], marks: &[(usize, u8)]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (start, end) in masks {
        if let Some(range) = bytes.get_mut(*start..*end) {
            range.fill(b' ');
        }
    }
    for (at, mark) in marks {
        if let Some(byte) = bytes.get_mut(*at) {
            *byte = *mark;
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}
