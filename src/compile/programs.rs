//! Programs that note whether they were asked: what they answer does not follow from what a compile reads.

use crate::{
    inputs::{Programs, RubyCall},
    value::Value,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Programs of one compile.
#[derive(Debug)]
pub(super) struct Watched(Arc<Noting>);

#[derive(Debug)]
struct Noting {
    programs: Arc<dyn Programs>,
    asked: AtomicBool,
}

impl Watched {
    pub(super) fn new(programs: Arc<dyn Programs>) -> Self {
        Self(Arc::new(Noting { programs, asked: AtomicBool::new(false) }))
    }

    pub(super) fn programs(&self) -> Arc<dyn Programs> {
        self.0.clone()
    }

    pub(super) fn was_asked(&self) -> bool {
        self.0.asked.load(Ordering::Relaxed)
    }
}

impl Programs for Noting {
    fn generate(&self, command: &[String]) -> Result<String, String> {
        self.asked.store(true, Ordering::Relaxed);
        self.programs.generate(command)
    }

    fn ruby(&self, call: &RubyCall<'_>) -> Result<Value, String> {
        self.asked.store(true, Ordering::Relaxed);
        self.programs.ruby(call)
    }
}
