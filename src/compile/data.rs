//! Hiera's answers for the evaluator.

use crate::{
    diag::Result,
    eval::DataSource,
    hiera::{ContextCall, Found, Host, NodeData, Query},
    value::Value,
};

impl DataSource for NodeData<'_> {
    fn lookup(&self, key: &str, query: &Query<'_>, host: &dyn Host) -> Result<Option<Found>> {
        NodeData::lookup(self, key, query, host)
    }

    fn call_context(&self, call: &ContextCall<'_>, host: &dyn Host) -> Result<Option<Value>> {
        NodeData::call_context(self, call, host)
    }
}
