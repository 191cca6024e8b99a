//! What Ruby's parser (libyaml) refuses and `saphyr-parser` reads.
//!
//! In: the parser's events with their spans, one after the other. Out: why libyaml would stop here, if it would. The
//! rules are those of libyaml 0.2.5's `scanner.c` and `parser.c`; where the two disagree the other way round (libyaml
//! reads `[-, a]` and garbage after the first document), the parser's own error stands.

use crate::source::Span;
use saphyr_parser::{Event, ScalarStyle};

/// A collection that is still open.
struct Open {
    in_brackets: bool,
    /// For a mapping, whether a key comes next.
    key_next: Option<bool>,
}

/// Follows the events of one file.
pub(super) struct Strict<'a> {
    text: &'a str,
    open: Vec<Open>,
    brackets: usize,
    /// Where the event before ended.
    after: usize,
}

impl<'a> Strict<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, open: Vec::new(), brackets: 0, after: 0 }
    }

    /// Takes the next event; gives what libyaml says against it.
    pub(super) fn check(&mut self, event: &Event<'_>, span: Span) -> Result<(), &'static str> {
        let (start, end) = (span.range().start, span.range().end);
        let gap = self.text.get(self.after..start).unwrap_or_default();
        if self.brackets == 0 {
            tabs(gap, self.after == 0)?;
        }
        self.after = self.after.max(end);
        match event {
            Event::Scalar(_, style, ..) => {
                let body = self.properties(start)?;
                if *style == ScalarStyle::Plain {
                    self.plain(gap, body, end)?;
                }
                self.complete();
            }
            Event::Alias(_) => {
                self.anchor(start + 1)?;
                self.complete();
            }
            Event::SequenceStart(..) => self.start(span, None)?,
            Event::MappingStart(..) => self.start(span, Some(true))?,
            Event::SequenceEnd | Event::MappingEnd => {
                if self.open.pop().is_some_and(|open| open.in_brackets) {
                    self.brackets -= 1;
                }
                self.complete();
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn start(&mut self, span: Span, key_next: Option<bool>) -> Result<(), &'static str> {
        self.properties(span.range().start)?;
        let written = self.text.get(span.range()).unwrap_or_default();
        let in_brackets = written.trim_end().ends_with(['[', '{']);
        self.brackets += usize::from(in_brackets);
        self.open.push(Open { in_brackets, key_next });
        Ok(())
    }

    /// A node of the innermost collection is complete.
    fn complete(&mut self) {
        if let Some(Open { key_next: Some(key), .. }) = self.open.last_mut() {
            *key = !*key;
        }
    }

    /// Checks the anchor and the tag at the start of a node; gives where its content begins.
    fn properties(&self, start: usize) -> Result<usize, &'static str> {
        let mut at = start;
        loop {
            let end = match self.text.as_bytes().get(at) {
                Some(b'&') => self.anchor(at + 1)?,
                Some(b'!') => self.tag(at)?,
                _ => return Ok(at),
            };
            let rest = self.text.get(end..).unwrap_or_default();
            at = end + (rest.len() - rest.trim_start().len());
        }
    }

    /// The name of an anchor or alias has letters, digits, `_` and `-` only.
    fn anchor(&self, start: usize) -> Result<usize, &'static str> {
        let rest = self.text.get(start..).unwrap_or_default();
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let next = rest.get(length..).and_then(|rest| rest.chars().next());
        let ends =
            next.is_none_or(|c| c.is_whitespace() || self.brackets > 0 && matches!(c, ',' | ']' | '}'));
        if length > 0 && ends {
            Ok(start + length)
        } else {
            Err("an anchor or alias has letters, digits, `_` and `-` only")
        }
    }

    /// A tag ends at white space, or at a comma inside of brackets.
    fn tag(&self, start: usize) -> Result<usize, &'static str> {
        let rest = self.text.get(start..).unwrap_or_default();
        if rest.starts_with("!<") {
            return Ok(start + rest.find('>').map_or(rest.len(), |at| at + 1));
        }
        let is_uri = |c: char| c.is_ascii_alphanumeric() || "_-;/?:@&=+$.!~*'()%".contains(c);
        let length = rest.find(|c| !is_uri(c)).unwrap_or(rest.len());
        let next = rest.get(length..).and_then(|rest| rest.chars().next());
        if next.is_none_or(|c| c.is_whitespace() || self.brackets > 0 && c == ',') {
            Ok(start + length)
        } else {
            Err("a tag must be followed by white space")
        }
    }

    /// Inside of brackets some signs cannot begin a plain scalar, and `:` cannot end one; a key is never empty.
    fn plain(&self, gap: &str, body: usize, end: usize) -> Result<(), &'static str> {
        let content = self.text.get(body..end).unwrap_or_default().trim_start();
        let is_key = self.open.last().is_some_and(|open| open.key_next == Some(true));
        if content.is_empty() {
            let asked = without_comments(gap).contains('?');
            return if is_key && !asked { Err("a key is missing before `:`") } else { Ok(()) };
        }
        if self.brackets == 0 {
            return Ok(());
        }
        if content.starts_with([':', '|', '>', '?']) {
            return Err("inside of brackets a plain value cannot begin with this sign");
        }
        let from_here = self.text.get(body..).unwrap_or_default();
        let mut colons = from_here.match_indices(':').take_while(|(at, _)| body + at <= end);
        if colons.any(|(at, _)| {
            from_here.get(at + 1..).unwrap_or_default().starts_with([',', '?', '[', ']', '{', '}'])
        }) {
            return Err("inside of brackets `:` needs white space after it");
        }
        Ok(())
    }
}

/// A tab cannot stand where a key could begin: at the start of a line, after `- ` and after `? `.
fn tabs(gap: &str, at_start: bool) -> Result<(), &'static str> {
    for (number, line) in gap.split('\n').enumerate() {
        let mut key_possible = number > 0 || at_start;
        if key_possible && (line.starts_with("---") || line.starts_with('%')) {
            continue;
        }
        for c in line.chars() {
            match c {
                '#' => break,
                '-' | '?' => key_possible = true,
                ':' => key_possible = false,
                '\t' if key_possible => return Err("a tab cannot stand here: indent with blanks"),
                _ => {}
            }
        }
    }
    Ok(())
}

fn without_comments(gap: &str) -> String {
    gap.lines().map(|line| line.split('#').next().unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use crate::{
        hiera::yaml::{Rules, read},
        source::SourceFile,
    };

    fn refused(text: &str) -> bool {
        read(&SourceFile::new("a.yaml", text), Rules::default()).is_err()
    }

    #[test]
    fn what_libyaml_refuses_is_refused() {
        for text in [
            "k: [:a, b]\n",
            "k: {a: |x}\n",
            "k: [a:, b]\n",
            ": v\n",
            "- :\n",
            "- \t08\n",
            "\ta: 1\n",
            "a: 1\n\t\nb: 2\n",
            "k: &a+b 1\n",
            "&: v\n",
            "k: !!#float 1\n",
            "k: {a: !5}\n",
        ] {
            assert!(refused(text), "{text:?}");
        }
    }

    #[test]
    fn what_libyaml_reads_is_read() {
        for text in [
            "k: \t1\n",
            "k: :a\n",
            "k: |\n  a\n",
            "? a\n: b\n",
            "?\n: b\n",
            "k: [a: 1, b]\n",
            "k: {a: b:c, \"d\":1}\n",
            "k: &a-1 x\nl: *a-1\n",
            "k: !!str 1\n",
            "k: [!x , b]\n",
            "# a\tb\nk: 1 \t# c\n",
            "---\t\na: 1\n",
        ] {
            assert!(!refused(text), "{text:?}");
        }
    }
}
