//! Origins: conditions, iterations and reads in force while something is evaluated.
//!
//! All of it is cheap: stacks that are shared as slices only when an item is made, reads in one vector with marks.

use crate::source::{Frame, Guard, Location, Origin, Read};
use ecow::EcoString;
use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

/// What was read to compute a value; `None` where nothing was.
pub(crate) type Reads = Option<Arc<[Read]>>;

/// A stack that is handed out as a shared slice, made once until it changes.
#[derive(Debug)]
struct Stack<T> {
    items: Vec<T>,
    shared: Option<Arc<[T]>>,
}

impl<T: Clone> Default for Stack<T> {
    fn default() -> Self {
        Self { items: Vec::new(), shared: None }
    }
}

impl<T: Clone> Stack<T> {
    fn push(&mut self, item: T) {
        self.items.push(item);
        self.shared = None;
    }

    fn pop(&mut self) {
        self.items.pop();
        self.shared = None;
    }

    fn shared(&mut self) -> Arc<[T]> {
        let items = &self.items;
        self.shared.get_or_insert_with(|| items.as_slice().into()).clone()
    }
}

/// Keeps what origins are made of.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    on: Cell<bool>,
    reads: RefCell<Vec<Read>>,
    guards: RefCell<Stack<Guard>>,
    iteration: RefCell<Stack<EcoString>>,
}

/// A place in the list of reads, from which on they belong to the value in hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark(usize);

impl Recorder {
    pub(crate) fn new(on: bool) -> Self {
        Self { on: Cell::new(on), ..Self::default() }
    }

    /// Tells whether reads are recorded.
    pub(crate) fn is_on(&self) -> bool {
        self.on.get()
    }

    /// Notes a read; it is made only when recording is on.
    pub(crate) fn read(&self, read: impl FnOnce() -> Read) {
        if self.on.get() {
            self.reads.borrow_mut().push(read());
        }
    }

    /// Notes what an earlier value was computed from.
    pub(crate) fn read_all(&self, reads: &Reads) {
        if let Some(reads) = reads
            && self.on.get()
        {
            self.reads.borrow_mut().extend_from_slice(reads);
        }
    }

    /// Begins a value.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.reads.borrow().len())
    }

    /// Returns what was read since the mark, once each, and forgets it.
    pub(crate) fn take(&self, mark: Mark) -> Reads {
        if !self.on.get() {
            return None;
        }
        let mut reads = self.reads.borrow_mut();
        if reads.len() <= mark.0 {
            return None;
        }
        let mut found: Vec<Read> = Vec::new();
        for read in reads.drain(mark.0..) {
            if !found.contains(&read) {
                found.push(read);
            }
        }
        Some(found.into())
    }

    /// Makes the fact or trusted key that was just read more exact by one key.
    pub(crate) fn extend_last(&self, mark: Mark, key: &str) {
        let mut reads = self.reads.borrow_mut();
        if reads.len() != mark.0 + 1 {
            return;
        }
        if let Some(Read::Fact(path) | Read::Trusted(path)) = reads.last_mut() {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(key);
        }
    }

    /// Runs something under a condition.
    pub(crate) fn guarded<T>(&self, guard: Guard, run: impl FnOnce() -> T) -> T {
        self.guards.borrow_mut().push(guard);
        let result = run();
        self.guards.borrow_mut().pop();
        result
    }

    /// Runs something under a key of an iteration.
    pub(crate) fn iterated<T>(&self, key: EcoString, run: impl FnOnce() -> T) -> T {
        self.iteration.borrow_mut().push(key);
        let result = run();
        self.iteration.borrow_mut().pop();
        result
    }

    /// Runs the body of a class or define: conditions and iterations around its declaration are the container's own.
    pub(crate) fn contained<T>(&self, run: impl FnOnce() -> T) -> T {
        let guards = self.guards.take();
        let iteration = self.iteration.take();
        let reads = self.reads.take();
        let result = run();
        self.guards.replace(guards);
        self.iteration.replace(iteration);
        self.reads.replace(reads);
        result
    }

    /// Makes an origin of what is in force now.
    pub(crate) fn origin(&self, at: Option<Location>, frames: Arc<[Frame]>, reads: Reads) -> Arc<Origin> {
        Arc::new(Origin {
            at,
            frames,
            guards: self.guards.borrow_mut().shared(),
            iteration: self.iteration.borrow_mut().shared(),
            reads: reads.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_since_a_mark_belong_to_the_value_and_are_kept_once() {
        let recorder = Recorder::new(true);
        recorder.read(|| Read::NodeVariable("role".into()));
        let mark = recorder.mark();
        recorder.read(|| Read::Fact(EcoString::new()));
        recorder.extend_last(mark, "os");
        recorder.extend_last(mark, "family");
        recorder.read(|| Read::Fact("os.family".into()));
        assert_eq!(recorder.take(mark).unwrap().as_ref(), [Read::Fact("os.family".into())]);
        assert_eq!(recorder.take(mark), None);
        let off = Recorder::new(false);
        off.read(|| Read::Fact("os".into()));
        assert_eq!(off.take(Mark(0)), None);
    }

    #[test]
    fn a_container_begins_without_the_conditions_around_it() {
        let recorder = Recorder::new(true);
        let guard = Guard {
            at: Location::new(crate::source::SourceFile::new("a", ""), Default::default()),
            branch: "then".into(),
        };
        recorder.guarded(guard, || {
            let inside = recorder.contained(|| recorder.origin(None, Arc::default(), None).guards.len());
            assert_eq!((inside, recorder.origin(None, Arc::default(), None).guards.len()), (0, 1));
        });
    }
}
