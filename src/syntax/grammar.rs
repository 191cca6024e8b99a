//! The parser that pest makes of `grammar/puppet.pest`.
#![allow(missing_docs, reason = "the generated rules are documented by the grammar")]

use pest::{Parser as _, error::InputLocation, iterators::Pairs};
use std::sync::{Mutex, PoisonError};

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/puppet.pest"]
struct PuppetParser;

/// Parses a text by a rule; on failure gives the byte offset up to which it could be understood.
pub(super) fn parse(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, usize> {
    PuppetParser::parse(rule, text).map_err(|_| furthest(rule, text))
}

/// Parses again with pest's bookkeeping of tokens, which costs too much to be on for every file. The switch
/// is global to the process, hence the lock.
fn furthest(rule: Rule, text: &str) -> usize {
    static SWITCH: Mutex<()> = Mutex::new(());
    let _guard = SWITCH.lock().unwrap_or_else(PoisonError::into_inner);
    pest::set_error_detail(true);
    let result = PuppetParser::parse(rule, text);
    pest::set_error_detail(false);
    let Err(error) = result else { return 0 };
    let by_rule = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    error.parse_attempts().map_or(by_rule, |attempts| attempts.max_position.max(by_rule))
}
