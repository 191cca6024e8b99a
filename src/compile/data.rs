//! Hiera's answers for the evaluator.

use crate::{
    diag::Result,
    eval::{DataHost, DataSource, Datum},
    value::Value,
};

/// The data of one node.
pub(super) struct NodeData;

impl DataSource for NodeData {
    fn lookup(&self, _key: &str, _merge: Option<&Value>, _host: &dyn DataHost) -> Result<Option<Datum>> {
        Ok(None)
    }
}
