//! Templates: EPP and ERB.
//!
//! In: a template's source and the calling scope. Out: text whose secret bytes keep their labels.

pub mod erb;
