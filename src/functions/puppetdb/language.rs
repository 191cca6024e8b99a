//! The query language of the module `puppetdbquery`: `Package["mysql-server"] and architecture=amd64`.
//!
//! In: a text. Out: the query as PuppetDB takes it, for the endpoint it goes to. What the module's own parser makes
//! of odd inputs (a nested `not` is merged into the outer one, names are escaped twice) is kept.

use serde_json::{Value as Json, json};

/// What a query is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// The endpoint `nodes`.
    Nodes,
    /// The endpoint `facts`, and nodes of other endpoints.
    Facts,
    /// The endpoint itself; nothing is looked up by certname.
    None,
    /// Inside of a resource's block.
    Resources,
    /// Inside of `#name{…}`.
    Subquery,
}

/// Parses a query; an empty text is none.
pub(super) fn parse(text: &str, mode: Mode) -> Result<Option<Json>, String> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, at: 0 };
    if parser.tokens.is_empty() {
        return Ok(None);
    }
    let mut node = parser.or()?;
    if parser.at < parser.tokens.len() {
        return Err(parser.unexpected());
    }
    node.optimize();
    Ok(Some(node.evaluate(&mut vec![mode])))
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Sign(&'static str),
    Not,
    And,
    Or,
    Boolean(bool),
    Number(i64),
    Text(String),
}

const SIGNS: [&str; 19] =
    ["(", ")", "[", "]", "{", "}", "=", "!=", "~", "!~", "<=", "<", ">=", ">", "*", "#", ".", "@@", "@"];

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut rest = text;
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(found);
        }
        let (token, length) = token(rest)?;
        found.push(token);
        rest = rest.get(length..).unwrap_or_default();
    }
}

fn token(rest: &str) -> Result<(Token, usize), String> {
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Ok((Token::Sign(sign), sign.len()));
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
    let name = rest.get(..length).unwrap_or_default();
    let keyword = match name {
        "not" => Some(Token::Not),
        "and" => Some(Token::And),
        "or" => Some(Token::Or),
        "true" => Some(Token::Boolean(true)),
        "false" => Some(Token::Boolean(false)),
        _ => None,
    };
    if let Some(keyword) = keyword {
        return Ok((keyword, length));
    }
    if let Some((number, length)) = number(rest) {
        return Ok((Token::Number(number), length));
    }
    if length > 0 {
        return Ok((Token::Text(name.to_owned()), length));
    }
    quoted(rest).ok_or_else(|| format!("can not match: '{rest}'"))
}

fn number(rest: &str) -> Option<(i64, usize)> {
    let sign = usize::from(rest.starts_with('-'));
    let digits = rest.get(sign..)?.bytes().take_while(u8::is_ascii_digit).count();
    let text = rest.get(..sign + digits).filter(|_| digits > 0)?;
    Some((text.parse().ok()?, sign + digits))
}

/// A text in quotes; escapes are those of YAML: any in double quotes, a doubled quote in single ones.
fn quoted(rest: &str) -> Option<(Token, usize)> {
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if quote == '"' => text.push(unescaped(chars.next()?.1)),
            c if c == quote => return Some((Token::Text(text), at + 1)),
            c => text.push(c),
        }
    }
    None
}

fn unescaped(c: char) -> char {
    match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        'e' => '\u{1b}',
        other => other,
    }
}

/// A name, or a pattern (`~"…"`, `*`).
#[derive(Clone, Debug)]
enum Identifier {
    Name(Json),
    Pattern(String),
}

impl Identifier {
    fn text(&self) -> String {
        match self {
            Self::Name(Json::String(text)) | Self::Pattern(text) => text.clone(),
            Self::Name(other) => other.to_string(),
        }
    }

    fn plain(&self) -> Json {
        match self {
            Self::Name(name) => name.clone(),
            Self::Pattern(text) => json!(text),
        }
    }

    fn as_pattern(&self) -> String {
        match self {
            Self::Name(_) => escaped(&self.text()),
            Self::Pattern(text) => text.clone(),
        }
    }
}

#[derive(Clone, Debug)]
enum Node {
    Operation(&'static str, Vec<Node>),
    /// A node by its name.
    Certname(Vec<Identifier>),
    Comparison(&'static str, Vec<Identifier>, Json),
    Subquery(String, Box<Node>),
    Resource {
        type_name: String,
        title: Identifier,
        exported: bool,
        inner: Option<Box<Node>>,
    },
}

impl Node {
    /// Merges operations into equal outer ones, in the order in which the module does.
    fn optimize(&mut self) {
        match self {
            Self::Operation(name, children) => {
                let mut at = 0;
                while at < children.len() {
                    let same = matches!(children.get(at), Some(Self::Operation(inner, _)) if inner == name);
                    if same && let Self::Operation(_, inner) = children.remove(at) {
                        children.extend(inner);
                    }
                    at += 1;
                }
                children.iter_mut().for_each(Self::optimize);
            }
            Self::Subquery(_, inner) => inner.optimize(),
            Self::Resource { inner: Some(inner), .. } => inner.optimize(),
            Self::Certname(_) | Self::Comparison(..) | Self::Resource { inner: None, .. } => {}
        }
    }

    fn evaluate(&self, modes: &mut Vec<Mode>) -> Json {
        let mode = modes.last().copied().unwrap_or(Mode::None);
        match self {
            Self::Operation(name, children) => {
                let children: Vec<Json> = children.iter().map(|child| child.evaluate(modes)).collect();
                Json::Array(std::iter::once(json!(name)).chain(children).collect())
            }
            Self::Certname(path) => {
                let joined = path.iter().map(Identifier::as_pattern).collect::<Vec<_>>().join(".");
                json!(["~", "certname", escaped(&joined)])
            }
            Self::Comparison(operator, path, value) => comparison(mode, operator, path, value),
            Self::Subquery(endpoint, inner) => {
                modes.push(Mode::Subquery);
                let inner = inner.evaluate(modes);
                modes.pop();
                subquery(mode, &format!("{endpoint}s"), inner)
            }
            Self::Resource { type_name, title, exported, inner } => {
                let title_json = match title {
                    Identifier::Name(Json::String(name)) if capitalized(type_name) == "Class" => {
                        json!(capitalized_name(name))
                    }
                    other => other.plain(),
                };
                let operator = if matches!(title, Identifier::Pattern(_)) { "~" } else { "=" };
                let mut query = vec![
                    json!("and"),
                    json!(["=", "type", capitalized_name(type_name)]),
                    json!([operator, "title", title_json]),
                    json!(["=", "exported", exported]),
                ];
                modes.push(Mode::Resources);
                query.extend(inner.as_ref().map(|inner| inner.evaluate(modes)));
                modes.pop();
                subquery(mode, "resources", Json::Array(query))
            }
        }
    }
}

fn comparison(mode: Mode, operator: &str, path: &[Identifier], value: &Json) -> Json {
    let names: Vec<Json> = path.iter().map(Identifier::plain).collect();
    match mode {
        Mode::Subquery => {
            let field = if let [only] = names.as_slice() { only.clone() } else { json!(names) };
            compared(operator, &field, value)
        }
        Mode::Resources => {
            let first = names.first().cloned().unwrap_or_default();
            let field = if first == "tag" { first } else { json!(["parameter", first]) };
            compared(operator, &field, value)
        }
        Mode::Nodes | Mode::Facts | Mode::None => {
            let path = if path.iter().any(|it| matches!(it, Identifier::Pattern(_))) {
                json!(["~>", "path", path.iter().map(Identifier::as_pattern).collect::<Vec<_>>()])
            } else {
                json!(["=", "path", names])
            };
            subquery(mode, "fact_contents", json!(["and", path, compared(operator, &json!("value"), value)]))
        }
    }
}

fn compared(operator: &str, field: &Json, value: &Json) -> Json {
    match operator.strip_prefix('!') {
        Some(positive) => json!(["not", [positive, field, value]]),
        None => json!([operator, field, value]),
    }
}

fn subquery(from: Mode, to: &str, query: Json) -> Json {
    match from {
        Mode::None => query,
        _ => json!(["in", "certname", ["extract", "certname", [format!("select_{to}"), query]]]),
    }
}

/// `Regexp.escape`.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '.' | '*' | '?' | '+' | '^' | '$' | '|' | '\\' | '(' | ')' | '[' | ']' | '{' | '}' | '-'
            | '#' | ' ' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    first + &chars.as_str().to_lowercase()
}

fn capitalized_name(name: &str) -> String {
    name.split("::").map(capitalized).collect::<Vec<_>>().join("::")
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn unexpected(&self) -> String {
        match self.peek() {
            Some(token) => format!("parse error on value {token:?}"),
            None => "parse error: the query ends too early".to_owned(),
        }
    }

    fn accept(&mut self, wanted: &Token) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &'static str) -> bool {
        self.accept(&Token::Sign(sign))
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), String> {
        if self.sign(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn text(&mut self) -> Result<String, String> {
        let Some(Token::Text(text)) = self.peek().cloned() else { return Err(self.unexpected()) };
        self.at += 1;
        Ok(text)
    }

    fn or(&mut self) -> Result<Node, String> {
        let mut left = self.and()?;
        while self.accept(&Token::Or) {
            left = Node::Operation("or", vec![left, self.and()?]);
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Node, String> {
        let mut left = self.unary()?;
        while self.accept(&Token::And) {
            left = Node::Operation("and", vec![left, self.unary()?]);
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Node, String> {
        let mut negations = 0;
        while self.accept(&Token::Not) {
            negations += 1;
        }
        let inner = self.primary()?;
        Ok((0..negations).fold(inner, |inner, _| Node::Operation("not", vec![inner])))
    }

    fn primary(&mut self) -> Result<Node, String> {
        if self.sign("(") {
            let inner = self.or()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.sign("#") {
            return self.subquery();
        }
        if self.sign("@@") {
            let type_name = self.text()?;
            return self.resource(type_name, true);
        }
        if let (Some(Token::Text(name)), Some(Token::Sign("["))) = (self.peek(), self.tokens.get(self.at + 1))
        {
            let type_name = name.clone();
            self.at += 1;
            return self.resource(type_name, false);
        }
        let path = self.path()?;
        match self.operator() {
            Some(operator) => Ok(Node::Comparison(operator, path, self.literal()?)),
            None => Ok(Node::Certname(path)),
        }
    }

    fn subquery(&mut self) -> Result<Node, String> {
        let endpoint = self.text()?;
        let inner = if self.sign(".") {
            let path = self.path()?;
            let operator = self.operator().ok_or_else(|| self.unexpected())?;
            Node::Comparison(operator, path, self.literal()?)
        } else {
            self.block()?
        };
        Ok(Node::Subquery(endpoint, Box::new(inner)))
    }

    fn block(&mut self) -> Result<Node, String> {
        self.expect("{")?;
        let inner = self.or()?;
        self.expect("}")?;
        Ok(inner)
    }

    fn resource(&mut self, type_name: String, exported: bool) -> Result<Node, String> {
        self.expect("[")?;
        let title = self.identifier()?;
        self.expect("]")?;
        let has_block = self.peek() == Some(&Token::Sign("{"));
        let inner = if has_block { Some(Box::new(self.block()?)) } else { None };
        Ok(Node::Resource { type_name, title, exported, inner })
    }

    fn path(&mut self) -> Result<Vec<Identifier>, String> {
        let mut path = vec![self.identifier()?];
        while self.sign(".") {
            path.push(self.identifier()?);
        }
        Ok(path)
    }

    fn identifier(&mut self) -> Result<Identifier, String> {
        if self.sign("~") {
            return self.text().map(Identifier::Pattern);
        }
        if self.sign("*") {
            return Ok(Identifier::Pattern(".*".to_owned()));
        }
        if let Some(Token::Number(number)) = self.peek() {
            let number = *number;
            self.at += 1;
            return Ok(Identifier::Name(json!(number)));
        }
        self.text().map(|text| Identifier::Name(json!(text)))
    }

    fn operator(&mut self) -> Option<&'static str> {
        ["=", "!=", "~", "!~", "<=", "<", ">=", ">"].into_iter().find(|sign| self.sign(sign))
    }

    fn literal(&mut self) -> Result<Json, String> {
        if self.peek() == Some(&Token::Sign("@")) {
            return Err("dates (`@\"…\"`) are not supported in this query".to_owned());
        }
        let literal = match self.peek() {
            Some(Token::Boolean(it)) => json!(it),
            Some(Token::Text(text)) => json!(text),
            Some(Token::Number(number)) => {
                let number = *number;
                self.at += 1;
                return Ok(self.fraction(number));
            }
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(literal)
    }

    fn fraction(&mut self, whole: i64) -> Json {
        let (Some(Token::Sign(".")), Some(Token::Number(part))) = (self.peek(), self.tokens.get(self.at + 1))
        else {
            return json!(whole);
        };
        let float: f64 = format!("{whole}.{part}").parse().unwrap_or_default();
        self.at += 2;
        json!(float)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(mode: Mode, text: &str) -> String {
        parse(text, mode).unwrap().unwrap_or_default().to_string()
    }

    /// What the module's own parser gives for a comparison with a fact.
    fn fact(path: &str, comparison: &str) -> String {
        format!(
            r#"["in","certname",["extract","certname",["select_fact_contents",["and",["=","path",{path}],{comparison}]]]]"#
        )
    }

    #[test]
    fn facts_nodes_and_their_operators_are_those_of_the_module() {
        let major = fact(r#"["os","release","major"]"#, r#"["not",["=","value","12"]]"#);
        assert_eq!(parsed(Mode::Facts, r#"os.release.major != "12""#), major);
        assert_eq!(parsed(Mode::Nodes, "load=1.5"), fact(r#"["load"]"#, r#"["=","value",1.5]"#));
        assert_eq!(parsed(Mode::Nodes, "x=-3"), fact(r#"["x"]"#, r#"["=","value",-3]"#));
        assert_eq!(parsed(Mode::Nodes, "web"), r#"["~","certname","web"]"#);
        assert_eq!(parsed(Mode::Nodes, r#""a.b-c""#), r#"["~","certname","a\\\\\\.b\\\\\\-c"]"#);
        assert_eq!(parsed(Mode::Nodes, ""), "null");
        let pattern = r#""interfaces".~"eth".ip=1"#;
        assert!(parsed(Mode::Nodes, pattern).contains(r#"["~>","path",["interfaces","eth","ip"]]"#));
    }

    #[test]
    fn operations_are_merged_in_the_order_of_the_module() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| {
            let number = u32::from(name.as_bytes()[0]) - 96;
            fact(&format!("[\"{name}\"]"), &format!("[\"=\",\"value\",{number}]"))
        });
        assert_eq!(parsed(Mode::Nodes, "a=1 and b=2 and c=3"), format!(r#"["and",{c},{a},{b}]"#));
        let both = "(a=1 and b=2) and (c=3 and d=4)";
        assert_eq!(parsed(Mode::Nodes, both), format!(r#"["and",["and",{c},{d}],{a},{b}]"#));
        assert_eq!(parsed(Mode::Nodes, "not a=1 or b=2"), format!(r#"["or",["not",{a}],{b}]"#));
        assert_eq!(parsed(Mode::Nodes, "not not a=1"), format!(r#"["not",{a}]"#));
        let mixed = "a=1 or b=2 or c=3 and d=4";
        assert_eq!(parsed(Mode::Nodes, mixed), format!(r#"["or",["and",{c},{d}],{a},{b}]"#));
    }

    #[test]
    fn resources_and_subqueries_are_those_of_the_module() {
        let class = r#"["and",["=","type","Class"],["=","title","Foo::Bar"],["=","exported",false]]"#;
        assert_eq!(parsed(Mode::None, r#"class["foo::bar"]"#), class);
        let file = r#"["and",["=","type","File"],["~","title",".*"],["=","exported",true],["and",["=",["parameter","mode"],"0644"],["=","tag","x"]]]"#;
        assert_eq!(parsed(Mode::None, r#"@@file[*]{ mode="0644" and tag=x }"#), file);
        let node = r#"["in","certname",["extract","certname",["select_nodes",["and",[">","report_timestamp",5],["~",["a","b"],"x"]]]]]"#;
        assert_eq!(parsed(Mode::Nodes, r#"#node{ report_timestamp > 5 and a.b ~ "x" }"#), node);
    }

    #[test]
    fn broken_queries_are_errors() {
        for text in ["foo-bar", "a=", "(a=1", "a.*=~\"b\"", "'it''s'=1", "a=@\"yesterday\"", "File["] {
            assert!(parse(text, Mode::Nodes).is_err(), "{text}");
        }
    }
}
