//! Literal values of hash keys, to find the same key twice (`Puppet::Pops::Evaluator::LiteralEvaluator`).

use crate::syntax::ast::{Expr, ExprKind, Segment};

/// Returns a text that is the same for equal literals and different for others; `None` for what is no literal.
pub(super) fn key(expr: &Expr) -> Option<String> {
    Some(match &expr.kind {
        ExprKind::Undef => "undef".to_owned(),
        ExprKind::Default => "default".to_owned(),
        ExprKind::Boolean(value) => format!("b{value}"),
        ExprKind::Integer(value, _) => format!("i{value}"),
        ExprKind::Float(value) => format!("f{value}"),
        ExprKind::String(text) | ExprKind::Name(text) => format!("s{text:?}"),
        ExprKind::Regex(source) => format!("r{source:?}"),
        ExprKind::Interpolated(segments) => match &**segments {
            [Segment::Text(_, text)] => format!("s{text:?}"),
            _ => return None,
        },
        ExprKind::Array(values) => format!("{:?}", values.iter().map(key).collect::<Option<Vec<_>>>()?),
        ExprKind::Hash(entries) => {
            let pairs = entries.iter().map(|entry| key(&entry.key).zip(key(&entry.value)));
            format!("{:?}", pairs.collect::<Option<std::collections::BTreeMap<_, _>>>()?)
        }
        _ => return None,
    })
}
