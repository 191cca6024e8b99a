//! The parser that pest makes of `grammar/puppet.pest`.
#![allow(missing_docs, reason = "the generated rules are documented by the grammar")]

use pest::{
    Parser as _,
    error::{Error, ErrorVariant, InputLocation},
    iterators::Pairs,
};
use std::sync::{Mutex, PoisonError};

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/puppet.pest"]
struct PuppetParser;

/// Where the grammar gave up.
#[derive(Clone, Debug)]
pub(super) struct Furthest {
    /// The byte offset up to which the text could be understood.
    pub at: usize,
    /// What could have stood there, in human words.
    pub expected: Vec<&'static str>,
}

/// Parses a text by a rule.
pub(super) fn parse(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, Furthest> {
    PuppetParser::parse(rule, text).map_err(|_| furthest(rule, text))
}

/// Parses again with pest's bookkeeping of tokens, which costs too much to be on for every file. The switch
/// is global to the process, hence the lock.
fn furthest(rule: Rule, text: &str) -> Furthest {
    static SWITCH: Mutex<()> = Mutex::new(());
    let _guard = SWITCH.lock().unwrap_or_else(PoisonError::into_inner);
    pest::set_error_detail(true);
    let result = PuppetParser::parse(rule, text);
    pest::set_error_detail(false);
    let Err(error) = result else { return Furthest { at: 0, expected: Vec::new() } };
    let by_rule = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let by_token = error.parse_attempts().map_or(by_rule, |attempts| attempts.max_position.max(by_rule));
    let at = if only_looked_at(text, by_rule, by_token) { by_rule } else { by_token };
    let expected = if at == by_rule { words(&error) } else { Vec::new() };
    Furthest { at, expected }
}

/// Tells whether the signs between two places were only looked at: pest counts what a lookahead sees as read.
/// Had they been read, a rule would have been tried after them.
fn only_looked_at(text: &str, by_rule: usize, by_token: usize) -> bool {
    let between = text.get(by_rule..by_token).unwrap_or_default();
    (1..=2).contains(&between.len()) && between.bytes().all(|byte| byte.is_ascii_punctuation())
}

/// Returns the expected rules in human words, each once.
fn words(error: &Error<Rule>) -> Vec<&'static str> {
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else { return Vec::new() };
    let mut words: Vec<_> = positives.iter().filter_map(|rule| word(*rule)).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// Returns the human word of a rule; operators and the rarer expressions are not worth a word.
fn word(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::EOI => "the end of the file",
        Rule::attribute | Rule::attribute_name => "an attribute",
        Rule::resource_body => "a title",
        Rule::expression | Rule::assignment | Rule::variable | Rule::word => "an expression",
        Rule::block => "a block in braces",
        Rule::parameter | Rule::parameter_list => "parameters",
        Rule::arrow => "`=>`",
        Rule::comma => "a comma",
        Rule::case_option => "a case option",
        Rule::case_colon => "a colon",
        Rule::type_ref | Rule::type_expression => "a type",
        Rule::member_name => "a function's name",
        Rule::selector_entry => "a selector entry",
        _ => return None,
    })
}
