//! Type expressions as text: signatures of builtins, `assert_type('Integer', …)`, data of Hiera.

use super::{Type, TypeResolver, parameterize};
use crate::value::{Regexp, Value, parse_number};
use std::{iter::Peekable, str::Chars, sync::Arc};

/// How deep an expression may nest.
const DEPTH: usize = 64;

/// Reads a type expression such as `Optional[Array[String[1], 1]]`.
///
/// # Errors
/// Gives what is wrong, without a place.
pub fn parse_type(text: &str, resolver: &dyn TypeResolver) -> Result<Type, String> {
    let mut reader = Reader { chars: text.chars().peekable(), resolver, depth: 0 };
    let found = reader.value()?;
    reader.blanks();
    match (found, reader.chars.next()) {
        (Value::Type(it), None) => Ok(it),
        (_, _) => Err(format!("The expression <{text}> is not a valid type specification.")),
    }
}

/// Reads a literal: a type, text, number, regular expression, list or hash of them.
///
/// # Errors
/// Gives what is wrong, without a place.
pub fn parse_literal(text: &str, resolver: &dyn TypeResolver) -> Result<Value, String> {
    let mut reader = Reader { chars: text.chars().peekable(), resolver, depth: 0 };
    let found = reader.value()?;
    reader.blanks();
    match reader.chars.next() {
        None => Ok(found),
        Some(_) => Err(format!("`{text}` goes on after its end")),
    }
}

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    resolver: &'a dyn TypeResolver,
    depth: usize,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        while self.chars.next_if(|c| c.is_whitespace()).is_some() {}
    }

    fn take(&mut self, wanted: char) -> bool {
        self.blanks();
        self.chars.next_if_eq(&wanted).is_some()
    }

    fn expect(&mut self, wanted: char) -> Result<(), String> {
        if self.take(wanted) { Ok(()) } else { Err(format!("expected `{wanted}` in a type expression")) }
    }

    fn value(&mut self) -> Result<Value, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("type expression nests too deep".into());
        }
        self.blanks();
        let found = match self.chars.peek().copied() {
            Some('\'' | '"') => self.text(),
            Some('/') => self.regexp(),
            Some('{') => self.hash(),
            Some('[') => self.list('[', ']').map(Value::array),
            Some(c) if c.is_ascii_digit() || c == '-' => self.number(),
            Some(c) if c.is_alphabetic() || c == ':' => self.word(),
            _ => Err("a type expression ends too early".into()),
        };
        self.depth -= 1;
        found
    }

    fn text(&mut self) -> Result<Value, String> {
        let quote = self.chars.next();
        let mut out = String::new();
        loop {
            match self.chars.next() {
                None => return Err("a text in a type expression has no end".into()),
                c if c == quote => return Ok(Value::str(out)),
                Some('\\') => out.extend(self.chars.next()),
                Some(c) => out.push(c),
            }
        }
    }

    fn regexp(&mut self) -> Result<Value, String> {
        self.chars.next();
        let mut out = String::new();
        loop {
            match self.chars.next() {
                None => return Err("a regular expression in a type expression has no end".into()),
                Some('/') => return Regexp::new(out).map(|it| Value::Regexp(Arc::new(it))),
                Some('\\') if self.chars.peek() == Some(&'/') => out.extend(self.chars.next()),
                Some('\\') => {
                    out.push('\\');
                    out.extend(self.chars.next());
                }
                Some(c) => out.push(c),
            }
        }
    }

    fn number(&mut self) -> Result<Value, String> {
        let mut out = String::new();
        while let Some(c) = self.chars.next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')) {
            out.push(c);
        }
        parse_number(&out).ok_or_else(|| format!("`{out}` is not a number"))
    }

    fn list(&mut self, open: char, close: char) -> Result<Vec<Value>, String> {
        self.expect(open)?;
        let mut found = Vec::new();
        while !self.take(close) {
            found.push(self.value()?);
            if !self.take(',') {
                self.expect(close)?;
                break;
            }
        }
        Ok(found)
    }

    fn hash(&mut self) -> Result<Value, String> {
        self.expect('{')?;
        let mut found = Vec::new();
        while !self.take('}') {
            let key = self.value()?;
            self.expect('=')?;
            self.expect('>')?;
            found.push((key, self.value()?));
            if !self.take(',') {
                self.expect('}')?;
                break;
            }
        }
        Ok(Value::hash(found))
    }

    fn word(&mut self) -> Result<Value, String> {
        let mut name = String::new();
        while let Some(c) = self.chars.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | ':')) {
            name.push(c);
        }
        match name.as_str() {
            "default" => return Ok(Value::Default),
            "undef" => return Ok(Value::Undef),
            "true" => return Ok(Value::Bool(true)),
            "false" => return Ok(Value::Bool(false)),
            _ => {}
        }
        if !name.trim_start_matches(':').starts_with(|c: char| c.is_uppercase()) {
            return Ok(Value::str(name));
        }
        let base = Type::lookup(&name, self.resolver).map_err(|error| error.message().to_owned())?;
        self.blanks();
        if self.chars.peek() != Some(&'[') {
            return Ok(Value::Type(base));
        }
        let arguments = self.list('[', ']')?;
        parameterize(&base, &arguments, self.resolver)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::types::NoAliases;

    #[test]
    fn printed_types_read_back() {
        let texts = [
            "Optional[Array[String[1], 1]]",
            "Struct[{'a' => Integer[0, 5], Optional['b'] => String}]",
            "Variant[Enum['a', 'b'], Pattern[/a\\/b/], Undef]",
            "Callable[[String, Integer], Boolean]",
            "Callable[0, 0]",
            "Callable[String, 1, 3, Optional[Callable]]",
            "Hash[String, Array[Float[1.5, 2.5]], 1]",
            "Tuple[String, Integer, 1, 5]",
            "Type[File]",
            "Enum['a', true]",
            "Timespan",
        ];
        for text in texts {
            assert_eq!(parse_type(text, &NoAliases).unwrap().to_string(), text);
        }
        assert!(parse_type("Array[", &NoAliases).is_err());
        assert!(parse_type("5", &NoAliases).is_err());
        assert!(parse_type(&"Array[".repeat(500), &NoAliases).is_err());
    }
}
