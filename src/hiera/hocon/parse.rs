//! HOCON's tokens to a tree.

use super::{
    Node, Path, Problem,
    tokens::{Token, tokens},
};
use crate::maps::IndexMap;
use crate::value::Value;
use ecow::EcoString;

/// How deep objects and arrays may be nested.
const DEPTH: usize = 200;

/// Parses a whole file.
pub(super) fn document(text: &str) -> Result<Node, Problem> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, trail: Vec::new(), arrays: 0, depth: 0 };
    parser.skip_blank();
    let root = match parser.peek() {
        Token::OpenCurly => {
            parser.next();
            parser.object(true)?
        }
        Token::OpenSquare => {
            parser.next();
            parser.array()?
        }
        _ => parser.object(false)?,
    };
    parser.skip_blank();
    match parser.peek() {
        Token::End => Ok(root),
        _ => Err(parser.problem("the file goes on behind its end")),
    }
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
    /// The keys that lead to where the parser is.
    trail: Path,
    arrays: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn problem(&self, message: impl Into<String>) -> Problem {
        let last = self.tokens.last().map_or(0, |(_, at)| *at);
        Problem::at(self.tokens.get(self.at).map_or(last, |(_, at)| *at), message)
    }

    fn skip_blank(&mut self) {
        while matches!(self.peek(), Token::Space(_) | Token::Newline) {
            self.at += 1;
        }
    }

    /// Skips what separates elements; tells whether there was a comma or a new line.
    fn separator(&mut self) -> bool {
        let mut seen = false;
        loop {
            match self.peek() {
                Token::Space(_) => {}
                Token::Newline => seen = true,
                Token::Comma => {
                    self.at += 1;
                    return true;
                }
                _ => return seen,
            }
            self.at += 1;
        }
    }

    fn deeper<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        if self.depth >= DEPTH {
            return Err(self.problem("values are nested too deep"));
        }
        self.depth += 1;
        let result = run(self);
        self.depth -= 1;
        result
    }

    /// Parses fields up to the closing brace, or to the end of a file without braces.
    fn object(&mut self, braces: bool) -> Result<Node, Problem> {
        self.deeper(|parser| {
            let mut fields = IndexMap::default();
            loop {
                parser.skip_blank();
                match parser.peek() {
                    Token::CloseCurly if braces => {
                        parser.next();
                        return Ok(Node::Object(fields));
                    }
                    Token::End if !braces => return Ok(Node::Object(fields)),
                    _ => parser.field(&mut fields)?,
                }
                let more = parser.separator();
                let closed = match parser.peek() {
                    Token::CloseCurly => braces,
                    Token::End => !braces,
                    _ => false,
                };
                if !more && !closed {
                    return Err(
                        parser.problem("a comma, a new line or the end of the object is expected here")
                    );
                }
            }
        })
    }

    fn field(&mut self, fields: &mut IndexMap<EcoString, Node>) -> Result<(), Problem> {
        let path = self.key()?;
        self.skip_blank();
        let outer = self.trail.len();
        self.trail.extend(path.iter().cloned());
        let value = match self.peek() {
            Token::OpenCurly => self.value()?,
            Token::Colon | Token::Equals => {
                self.next();
                self.value()?
            }
            Token::PlusEquals if self.arrays > 0 => {
                return Err(self.problem("`+=` does not work inside of a list"));
            }
            Token::PlusEquals => {
                self.next();
                self.arrays += 1;
                let item = self.value()?;
                self.arrays -= 1;
                let before = Node::Reference(self.trail.clone(), true);
                Node::Concatenation(vec![before, Node::Array(vec![item])])
            }
            _ => return Err(self.problem("`=`, `:` or `{` is expected behind a key")),
        };
        self.trail.truncate(outer);
        let mut keys = path.into_iter().rev();
        let inside = |value, key| Node::Object(IndexMap::from_iter([(key, value)]));
        let Some(first) = keys.next_back() else { return Ok(()) };
        let value = keys.fold(value, inside);
        let merged = match fields.get(&first).cloned() {
            Some(earlier) => value.over(earlier),
            None => value,
        };
        fields.insert(first, merged);
        Ok(())
    }

    /// Parses a key: a path of names.
    fn key(&mut self) -> Result<Path, Problem> {
        if self.peek() == &Token::Unquoted("include".into()) {
            return Err(self.problem("`include` is not supported"));
        }
        let start = self.at;
        while matches!(
            self.peek(),
            Token::Value(..) | Token::Quoted(_) | Token::Unquoted(_) | Token::Space(_)
        ) {
            self.at += 1;
        }
        let expression: Vec<Token> = self
            .tokens
            .get(start..self.at)
            .unwrap_or_default()
            .iter()
            .map(|(token, _)| token.clone())
            .collect();
        path(&expression).ok_or_else(|| {
            self.at = start;
            self.problem("a key is expected here")
        })
    }

    /// Parses a value or a concatenation of several, up to the end of the line.
    fn value(&mut self) -> Result<Node, Problem> {
        self.skip_blank();
        let mut parts: Vec<Node> = Vec::new();
        let mut space = None;
        loop {
            let part = match self.peek().clone() {
                Token::Space(text) => {
                    self.next();
                    space = Some(text);
                    continue;
                }
                Token::Value(value, text) => {
                    self.next();
                    Node::Scalar(value, text)
                }
                Token::Quoted(text) | Token::Unquoted(text) => {
                    self.next();
                    Node::Scalar(Value::str(text.clone()), text)
                }
                Token::Reference(optional, inside) => {
                    let path = path(&inside).ok_or_else(|| self.problem("there is no path in `${}`"))?;
                    self.next();
                    Node::Reference(path, optional)
                }
                Token::OpenCurly => {
                    self.next();
                    self.object(true)?
                }
                Token::OpenSquare => {
                    self.next();
                    self.array()?
                }
                _ => break,
            };
            if !parts.is_empty() {
                parts.extend(space.take().map(Node::Space));
            }
            space = None;
            parts.push(part);
        }
        let whole = parts.len() == 1;
        match parts.pop() {
            None => Err(self.problem("a value is expected here")),
            Some(only) if whole => Ok(only),
            Some(last) => {
                parts.push(last);
                Ok(super::resolve::joined_early(parts))
            }
        }
    }

    fn array(&mut self) -> Result<Node, Problem> {
        self.deeper(|parser| {
            parser.arrays += 1;
            let mut items = Vec::new();
            loop {
                parser.skip_blank();
                if parser.peek() == &Token::CloseSquare {
                    parser.next();
                    parser.arrays -= 1;
                    return Ok(Node::Array(items));
                }
                items.push(parser.value()?);
                if !parser.separator() && parser.peek() != &Token::CloseSquare {
                    return Err(parser.problem("a comma, a new line or `]` is expected here"));
                }
            }
        })
    }
}

/// Splits a path expression at dots outside of quotes.
fn path(expression: &[Token]) -> Option<Path> {
    let first = expression.iter().position(|token| !matches!(token, Token::Space(_)))?;
    let last = expression.iter().rposition(|token| !matches!(token, Token::Space(_)))?;
    let mut names: Vec<(EcoString, bool)> = vec![(EcoString::new(), false)];
    for token in expression.get(first..=last)? {
        let text = match token {
            Token::Quoted(text) => {
                if let Some((name, may_be_empty)) = names.last_mut() {
                    *may_be_empty |= name.is_empty();
                    name.push_str(text);
                }
                continue;
            }
            Token::Value(_, text) | Token::Unquoted(text) | Token::Space(text) => text,
            _ => return None,
        };
        for (index, part) in text.split('.').enumerate() {
            if index > 0 {
                names.push((EcoString::new(), false));
            }
            if let Some((name, _)) = names.last_mut() {
                name.push_str(part);
            }
        }
    }
    let fits = names.iter().all(|(name, may_be_empty)| *may_be_empty || !name.is_empty());
    fits.then(|| names.into_iter().map(|(name, _)| name).collect())
}
