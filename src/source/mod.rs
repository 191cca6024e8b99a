//! Where everything comes from: files, spans, origins of values, and the world that is read.
//!
//! In: paths. Out: [`SourceFile`]s that syntax trees and diagnostics share, [`Location`]s, [`Origin`]s.

mod file;
mod origin;
mod world;

pub use file::{LineColumn, Location, SourceFile, Span};
pub use origin::{Frame, Guard, Origin, Read};
pub use world::{Asked, DiskWorld, MemoryWorld, Recorded, RecordingWorld, Trace, World};
