//! HOCON's tokens.

use super::Problem;
use crate::value::Value;
use ecow::EcoString;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// White space on one line.
    Space(EcoString),
    Newline,
    /// A scalar that is not unquoted text, with its text.
    Value(Value, EcoString),
    Quoted(EcoString),
    Unquoted(EcoString),
    /// `${…}`: whether it is optional, and the tokens inside.
    Reference(bool, Vec<Token>),
    Comma,
    Colon,
    Equals,
    PlusEquals,
    OpenCurly,
    CloseCurly,
    OpenSquare,
    CloseSquare,
    End,
}

/// Characters that end unquoted text.
const RESERVED: &str = "$\"{}[]:=,+#`^?!@*&\\";

/// Splits a text into tokens with the bytes they begin at.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, Problem> {
    let mut scanner = Scanner { text, at: 0 };
    let mut found = Vec::new();
    loop {
        let start = scanner.at;
        let token = scanner.next()?;
        let end = token == Token::End;
        found.push((token, start));
        if end {
            return Ok(found);
        }
    }
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let found = self.peek()?;
        self.at += found.len_utf8();
        Some(found)
    }

    /// Takes as long as a condition holds.
    fn take_while(&mut self, holds: impl Fn(char) -> bool) -> EcoString {
        let end = self.rest().find(|found| !holds(found)).unwrap_or(self.rest().len());
        let taken = self.rest().get(..end).unwrap_or_default().into();
        self.at += end;
        taken
    }

    fn is_comment(&self) -> bool {
        self.rest().starts_with('#') || self.rest().starts_with("//")
    }

    fn next(&mut self) -> Result<Token, Problem> {
        let space = self.take_while(|found| is_space(found) && found != '\n');
        if !space.is_empty() {
            return Ok(Token::Space(space));
        }
        if self.is_comment() {
            self.take_while(|found| found != '\n');
        }
        let start = self.at;
        let Some(first) = self.peek() else { return Ok(Token::End) };
        let single = match first {
            '\n' => Token::Newline,
            ':' => Token::Colon,
            ',' => Token::Comma,
            '=' => Token::Equals,
            '{' => Token::OpenCurly,
            '}' => Token::CloseCurly,
            '[' => Token::OpenSquare,
            ']' => Token::CloseSquare,
            '"' => return self.quoted(),
            '$' => return self.reference(),
            '+' if self.rest().starts_with("+=") => {
                self.at += 2;
                return Ok(Token::PlusEquals);
            }
            '-' | '0'..='9' => return self.number(),
            other if RESERVED.contains(other) => {
                let message = format!("the reserved character `{other}` is not allowed outside of quotes");
                return Err(Problem::at(start, message));
            }
            _ => return Ok(self.unquoted()),
        };
        self.take();
        Ok(single)
    }

    /// Unquoted text; `true`, `false` and `null` at its beginning stand for themselves.
    fn unquoted(&mut self) -> Token {
        let words = [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Undef)];
        for (word, value) in words {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Token::Value(value, word.into());
            }
        }
        let mut text = EcoString::new();
        while let Some(found) = self.peek() {
            if RESERVED.contains(found) || is_space(found) || self.is_comment() {
                break;
            }
            text.push(found);
            self.take();
        }
        Token::Unquoted(text)
    }

    /// A number as Ruby's `Integer` and `Float` read it, else text.
    fn number(&mut self) -> Result<Token, Problem> {
        let start = self.at;
        let text = self.take_while(|found| found.is_ascii_digit() || "eE+-.".contains(found));
        let value = if text.contains(['.', 'e', 'E']) { float(&text) } else { integer(&text) };
        match value {
            Some(value) => Ok(Token::Value(value, text)),
            None if text.trim_start_matches(['-', '+']).bytes().all(|byte| byte.is_ascii_digit())
                && text.len() > 18 =>
            {
                Err(Problem::at(start, format!("`{text}` does not fit into 64 bits")))
            }
            None if text.contains('+') => {
                Err(Problem::at(start, "the reserved character `+` is not allowed outside of quotes"))
            }
            None => Ok(Token::Unquoted(text)),
        }
    }

    fn quoted(&mut self) -> Result<Token, Problem> {
        let start = self.at;
        if self.rest().starts_with("\"\"\"") {
            return self.triple();
        }
        self.take();
        let mut text = EcoString::new();
        loop {
            match self.take() {
                None => return Err(Problem::at(start, "a quote is not closed")),
                Some('"') => return Ok(Token::Quoted(text)),
                Some('\\') => text.push(self.escape()?),
                Some(found) if found.is_control() => {
                    return Err(Problem::at(self.at, "control characters in quotes need a backslash"));
                }
                Some(found) => text.push(found),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Problem> {
        let start = self.at;
        let wrong = || Problem::at(start, "this is no escape sequence of JSON");
        Ok(match self.take() {
            Some(same @ ('"' | '\\' | '/')) => same,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let digits = self.rest().get(..4).ok_or_else(wrong)?;
                let found =
                    u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).ok_or_else(wrong)?;
                self.at += 4;
                found
            }
            _ => return Err(wrong()),
        })
    }

    /// `"""…"""`: the last three of its closing quotes end it.
    fn triple(&mut self) -> Result<Token, Problem> {
        let start = self.at;
        self.at += 3;
        let Some(length) = self.rest().find("\"\"\"") else {
            return Err(Problem::at(start, "a triple quote is not closed"));
        };
        let more = self.rest().get(length + 3..).unwrap_or_default();
        let extra = more.len() - more.trim_start_matches('"').len();
        let text = self.rest().get(..length + extra).unwrap_or_default().into();
        self.at += length + extra + 3;
        Ok(Token::Quoted(text))
    }

    fn reference(&mut self) -> Result<Token, Problem> {
        let start = self.at;
        if !self.rest().starts_with("${") {
            return Err(Problem::at(start, "`$` is not followed by `{`"));
        }
        self.at += 2;
        let optional = self.peek() == Some('?');
        if optional {
            self.take();
        }
        let mut inside = Vec::new();
        loop {
            match self.next()? {
                Token::CloseCurly => return Ok(Token::Reference(optional, inside)),
                Token::End => return Err(Problem::at(start, "`${` is not closed")),
                token => inside.push(token),
            }
        }
    }
}

/// What Java and Ruby's `hocon` take for white space.
fn is_space(found: char) -> bool {
    found.is_whitespace() || matches!(found, '\u{feff}' | '\u{1c}'..='\u{1f}')
}

/// Ruby's `Integer(text)`: a leading zero makes it octal.
fn integer(text: &str) -> Option<Value> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (radix, digits) = match digits.strip_prefix('0') {
        Some(rest) if !rest.is_empty() => (8, rest),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let sign = if negative { "-" } else { "" };
    i64::from_str_radix(&format!("{sign}{digits}"), radix).ok().map(Value::Int)
}

/// Ruby's `Float(text)`: digits on both sides of a dot.
fn float(text: &str) -> Option<Value> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let fits = match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    };
    let fits = fits && exponent.is_none_or(|it| digits(it.strip_prefix(['+', '-']).unwrap_or(it)));
    fits.then(|| text.parse().ok().map(Value::Float)).flatten()
}
