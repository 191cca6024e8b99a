//! Parser events to values, as `Psych::Visitors::ToRuby` builds them.

use super::{CLASS, Document, Mark, NUMBER, Rules, SYNTAX, error, libyaml::Strict, scalar};
use crate::{
    diag::{Diagnostic, Result},
    maps::IndexMap,
    source::{Location, SourceFile, Span},
    value::Value,
};
use base64::Engine;
use ecow::EcoVec;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};
use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

/// Deeper nesting is refused; Ruby runs out of stack some thousands of levels down.
const DEPTH: usize = 500;

/// Why one attempt at a text ended.
enum Stop {
    /// The text is refused.
    Refused(Box<Diagnostic>),
    /// `key:<tab>value`, which libyaml reads and the parser does not; the index of a character after the tab.
    Tab(usize),
}

impl From<Box<Diagnostic>> for Stop {
    fn from(refused: Box<Diagnostic>) -> Self {
        Self::Refused(refused)
    }
}

/// Reads the first document.
pub(super) fn document(source: &Arc<SourceFile>, rules: Rules) -> Result<Document> {
    let text = source.text();
    let mut text = Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text));
    loop {
        match attempt(source, rules, &text) {
            Ok(document) => return Ok(document),
            Err(Stop::Refused(refused)) => return Err(refused),
            Err(Stop::Tab(after)) => text = Cow::Owned(blank_before(&text, after)),
        }
    }
}

fn attempt(source: &Arc<SourceFile>, rules: Rules, text: &str) -> std::result::Result<Document, Stop> {
    let offsets = offsets(source.text());
    let mut builder = Builder { source, rules, offsets, anchors: BTreeMap::new(), open: Vec::new() };
    let mut parser = Parser::new_from_str(text);
    let mut strict = Strict::new(source.text());
    let mut root = None;
    builder.check_characters()?;
    while let Some(event) = parser.next_event() {
        let (event, span) = match event {
            Ok(event) => event,
            // libyaml has given the document before it looks at what follows
            Err(found) if root.is_some() && found.info().contains("<document start>") => break,
            Err(found) => return Err(builder.stop(&found, text)),
        };
        if matches!(event, Event::DocumentEnd | Event::StreamEnd) {
            break;
        }
        let at = builder.span(span.start, span.end);
        strict.check(&event, at).map_err(|message| error(&SYNTAX, message, builder.at(at)))?;
        if let Some(node) = builder.event(event, at)? {
            root = Some(node);
        }
    }
    let (value, mark) = root.map_or_else(Default::default, |node| (node.value, node.mark));
    Ok(Document { source: source.clone(), value, mark })
}

/// Turns the tab before a character into a blank: the length stays, and so do all spans.
fn blank_before(text: &str, after: usize) -> String {
    text.chars().enumerate().map(|(at, c)| if at + 1 == after && c == '\t' { ' ' } else { c }).collect()
}

/// Byte offsets of characters, where they differ from the characters' own count.
fn offsets(text: &str) -> Option<Vec<u32>> {
    (!text.is_ascii()).then(|| {
        let inside = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lead = text.len() - inside.len();
        let starts = inside.char_indices().map(|(at, _)| (lead + at) as u32);
        starts.chain([text.len() as u32]).collect()
    })
}

#[derive(Clone)]
struct Node {
    value: Value,
    mark: Arc<Mark>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Scalar,
    Sequence,
    Mapping,
    Alias,
}

/// A collection whose end has not come yet.
struct Open {
    kind: Kind,
    anchor: usize,
    span: Span,
    items: Vec<Node>,
    entries: IndexMap<Value, (Span, Arc<Mark>, Value)>,
    key: Option<(Node, bool)>,
}

struct Builder<'a> {
    source: &'a Arc<SourceFile>,
    rules: Rules,
    offsets: Option<Vec<u32>>,
    anchors: BTreeMap<usize, Node>,
    open: Vec<Open>,
}

impl Builder<'_> {
    /// Takes one event; gives the root when it is complete.
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<Option<Node>> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.map(|tag| full_tag(&tag));
                let value = self.scalar(&text, style, tag.as_deref(), span)?;
                let node = Node { value, mark: Arc::new(Mark { span, children: Vec::new() }) };
                self.register(anchor, &node);
                let is_text = tag.as_deref() == Some("tag:yaml.org,2002:str");
                self.add(node, Kind::Scalar, is_text)
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    let message = "an alias inside of the node that it stands for cannot be read";
                    return Err(error(&SYNTAX, message, self.at(span)));
                };
                self.add(node, Kind::Alias, false)
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_sequence_tag(tag.map(|tag| full_tag(&tag)).as_deref(), span)?;
                self.start(Kind::Sequence, anchor, span)
            }
            Event::MappingStart(anchor, tag) => {
                self.check_mapping_tag(tag.map(|tag| full_tag(&tag)).as_deref(), span)?;
                self.start(Kind::Mapping, anchor, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(None),
        }
    }

    fn start(&mut self, kind: Kind, anchor: usize, span: Span) -> Result<Option<Node>> {
        if self.open.len() >= DEPTH {
            return Err(error(&SYNTAX, format!("nested more than {DEPTH} levels deep"), self.at(span)));
        }
        let (items, entries, key) = (Vec::new(), IndexMap::default(), None);
        self.open.push(Open { kind, anchor, span, items, entries, key });
        Ok(None)
    }

    fn end(&mut self, span: Span) -> Result<Option<Node>> {
        let Some(open) = self.open.pop() else { return Ok(None) };
        let whole = open.span.join(span);
        let anchor = open.anchor;
        let kind = open.kind;
        let node = open.finish(whole);
        self.register(anchor, &node);
        self.add(node, kind, false)
    }

    fn register(&mut self, anchor: usize, node: &Node) {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
    }

    /// Puts a complete node into the innermost open collection, or gives it back as the root.
    fn add(&mut self, node: Node, kind: Kind, is_text: bool) -> Result<Option<Node>> {
        let Some(open) = self.open.last_mut() else { return Ok(Some(node)) };
        if open.kind == Kind::Sequence {
            open.items.push(node);
        } else if let Some((key, key_is_text)) = open.key.take() {
            open.entry(key, key_is_text, node, kind);
        } else {
            open.key = Some((node, is_text));
        }
        Ok(None)
    }

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&str>, span: Span) -> Result<Value> {
        let Some(tag) = tag else {
            return if style == ScalarStyle::Plain { self.plain(text, span) } else { Ok(Value::str(text)) };
        };
        match tag {
            "!binary" | "tag:yaml.org,2002:binary" => Ok(binary(text)),
            "!str" | "!ruby/string" | "tag:yaml.org,2002:str" => Ok(Value::str(text)),
            "!float" | "tag:yaml.org,2002:float" => {
                let value = scalar::tagged_float(text, self.rules.psych);
                value.map_err(|refused| self.refuse(text, &refused, span))
            }
            _ if tag.starts_with("!ruby/sym") => Ok(Value::Symbol(text.into())),
            _ if names_an_object(tag) => Err(self.disallowed(tag, span)),
            _ => self.plain(text, span),
        }
    }

    fn plain(&self, text: &str, span: Span) -> Result<Value> {
        match scalar::resolve(text, self.rules.psych) {
            Ok(value) => Ok(value),
            Err(scalar::Refused::Class(_)) if self.rules.objects => Ok(Value::str(text)),
            Err(refused) => Err(self.refuse(text, &refused, span)),
        }
    }

    fn refuse(&self, text: &str, refused: &scalar::Refused, span: Span) -> Box<Diagnostic> {
        let at = self.at(span);
        let found = match refused {
            scalar::Refused::Class(class) => {
                let message =
                    format!("`{text}` is read by Ruby as a `{class}`, which Puppet does not permit");
                error(&CLASS, message, at)
            }
            scalar::Refused::Number => {
                error(&NUMBER, format!("`{text}` looks like a number and Ruby cannot convert it"), at)
            }
            scalar::Refused::TooBig => {
                error(&NUMBER, format!("`{text}` does not fit into 64 bits, which is not supported"), at)
            }
        };
        Box::new(found.help("quote it if it is meant as text"))
    }

    fn check_sequence_tag(&self, tag: Option<&str>, span: Span) -> Result<()> {
        match tag {
            Some(tag) if tag.starts_with("!seq:") || tag.starts_with("!ruby/array:") => {
                Err(self.disallowed(tag, span))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn check_mapping_tag(&self, tag: Option<&str>, span: Span) -> Result<()> {
        let Some(tag) = tag else { return Ok(()) };
        let plain_hash = matches!(tag, "!ruby/object:Hash" | "!ruby/hash-with-ivars");
        let object = matches!(tag, "!set" | "tag:yaml.org,2002:set" | "!omap" | "tag:yaml.org,2002:omap")
            || tag.starts_with("!map:")
            || tag.starts_with("!ruby/") && !tag.starts_with("!ruby/sym") && !tag.starts_with("!ruby/string");
        if object && !plain_hash && !self.rules.objects { Err(self.disallowed(tag, span)) } else { Ok(()) }
    }

    fn disallowed(&self, tag: &str, span: Span) -> Box<Diagnostic> {
        error(&CLASS, format!("`{tag}` names an object, which Puppet does not permit"), self.at(span))
    }

    /// Refuses the characters that libyaml's reader refuses.
    fn check_characters(&self) -> Result<()> {
        let allowed = |found: char| matches!(found, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..);
        let Some((at, found)) = self.source.text().char_indices().find(|(_, found)| !allowed(*found)) else {
            return Ok(());
        };
        let span = Span::new(at as u32, (at + found.len_utf8()) as u32);
        let message = format!("control characters are not allowed, and this is U+{:04X}", u32::from(found));
        Err(error(&SYNTAX, message, self.at(span)))
    }

    fn syntax(&self, found: &ScanError) -> Box<Diagnostic> {
        let span = self.span(*found.marker(), *found.marker());
        error(&SYNTAX, found.info().to_owned(), self.at(span))
    }

    fn stop(&self, found: &ScanError, text: &str) -> Stop {
        let after = found.marker().index();
        let tab = after > 0 && text.chars().nth(after - 1) == Some('\t');
        if tab && found.info().contains("valid YAML whitespace") {
            Stop::Tab(after)
        } else {
            Stop::Refused(self.syntax(found))
        }
    }

    fn at(&self, span: Span) -> Location {
        Location::new(self.source.clone(), span)
    }

    fn span(&self, start: Marker, end: Marker) -> Span {
        Span::new(self.byte(start.index()), self.byte(end.index()))
    }

    fn byte(&self, character: usize) -> u32 {
        match &self.offsets {
            None => character as u32,
            Some(offsets) => offsets.get(character).or_else(|| offsets.last()).copied().unwrap_or_default(),
        }
    }
}

impl Open {
    fn finish(self, span: Span) -> Node {
        if self.kind == Kind::Sequence {
            let children = self.items.iter().map(|item| (Span::default(), item.mark.clone())).collect();
            let value = Value::Array(self.items.into_iter().map(|item| item.value).collect::<EcoVec<_>>());
            return Node { value, mark: Arc::new(Mark { span, children }) };
        }
        let children = self.entries.values().map(|(key, mark, _)| (*key, mark.clone())).collect();
        let value = Value::hash(self.entries.into_iter().map(|(key, (_, _, value))| (key, value)));
        Node { value, mark: Arc::new(Mark { span, children }) }
    }

    /// Adds an entry: the last of two equal keys wins at the place of the first; `<<` merges.
    fn entry(&mut self, key: Node, key_is_text: bool, node: Node, kind: Kind) {
        let merges = key.value.as_str() == Some("<<") && !key_is_text && kind != Kind::Scalar;
        let sources = if merges { merge_sources(&node, kind) } else { None };
        match sources {
            Some(entries) => self.entries.extend(entries),
            None => {
                self.entries.insert(key.value, (key.mark.span, node.mark, node.value));
            }
        }
    }
}

type Entries = IndexMap<Value, (Span, Arc<Mark>, Value)>;

/// What a `<<` brings in; `None` where it is no hash or list of hashes, and stays an ordinary entry.
fn merge_sources(node: &Node, kind: Kind) -> Option<Entries> {
    match (&node.value, kind) {
        (Value::Hash(_), _) => entries_of(&node.value, &node.mark),
        (Value::Array(items), Kind::Sequence) => {
            let mut merged = Entries::default();
            for (item, (_, mark)) in items.iter().zip(&node.mark.children).rev() {
                merged.extend(entries_of(item, mark)?);
            }
            Some(merged)
        }
        (_, _) => None,
    }
}

fn entries_of(value: &Value, mark: &Mark) -> Option<Entries> {
    let hash = value.as_hash()?;
    let entry = |((key, value), (span, mark)): ((&Value, &Value), &(Span, Arc<Mark>))| {
        (key.clone(), (*span, mark.clone(), value.clone()))
    };
    Some(hash.iter().zip(&mark.children).map(entry).collect())
}

fn full_tag(tag: &Tag) -> String {
    format!("{}{}", tag.handle, tag.suffix)
}

/// `String#unpack('m')`: what is no base64 is passed over.
fn binary(text: &str) -> Value {
    let alphabet = |found: &char| found.is_ascii_alphanumeric() || matches!(found, '+' | '/');
    let clean: String = text.chars().take_while(|found| *found != '=').filter(alphabet).collect();
    let whole = if clean.len() % 4 == 1 { clean.len() - 1 } else { clean.len() };
    let engine = base64::engine::GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        base64::engine::GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
    );
    let bytes = engine.decode(clean.get(..whole).unwrap_or_default()).unwrap_or_default();
    String::from_utf8(bytes).map_or_else(|bytes| Value::Binary(bytes.into_bytes().into()), Value::str)
}

fn names_an_object(tag: &str) -> bool {
    let objects = ["!ruby/object:", "!ruby/encoding", "!ruby/class", "!ruby/module"];
    objects.iter().any(|object| tag.starts_with(object))
        || matches!(tag, "!ruby/regexp" | "!ruby/range")
        || tag.starts_with("!str:")
        || tag.starts_with("!ruby/string:")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hiera::yaml::read;

    fn value(text: &str) -> Value {
        read(&SourceFile::new("a.yaml", text), Rules::default()).unwrap().value
    }

    #[test]
    fn the_last_of_two_equal_keys_wins_and_merges_override_what_stands_before() {
        assert_eq!(value("a: 1\nb: 2\na: 3\n"), value("a: 3\nb: 2\n"));
        let merged = value("base: &b {x: 1, y: 2}\nd:\n  x: 9\n  <<: *b\n  y: 7\n");
        assert_eq!(merged.get("d"), Some(&value("{x: 1, y: 7}")));
    }

    #[test]
    fn a_tab_may_follow_a_colon() {
        assert_eq!(
            value("é:\t1\nb:\n  - c:\t\t2\n    d: 'x:\ty'\n"),
            value("é: 1\nb: [{c: 2, d: \"x:\\ty\"}]\n")
        );
    }

    #[test]
    fn only_the_first_document_counts() {
        assert_eq!(value("a: 1\n---\nb: 2\n"), value("a: 1\n"));
    }

    #[test]
    fn keys_know_their_lines() {
        let file = SourceFile::new("a.yaml", "---\n# é\na: 1\nb:\n  c:\n   - x\n   - y\n");
        let document = read(&file, Rules::default()).unwrap();
        assert_eq!(document.key_location(&Value::str("b")).unwrap().line(), 4);
        let path = [Value::str("b"), Value::str("c"), Value::Int(1)];
        assert_eq!(document.location(&path).line(), 7);
    }

    #[test]
    fn errors_have_a_place() {
        let file = SourceFile::new("a.yaml", "a: 1\nb: 2020-01-01\n");
        let found = read(&file, Rules::default()).unwrap_err();
        assert_eq!(found.line_column().unwrap().line, 2);
        assert_eq!(found.code().name, "hiera::yaml-class");
    }
}
