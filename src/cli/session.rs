//! One run of the program: where results and diagnostics go, and the exit status.

use super::{ColorChoice, Common, Format};
use crate::diag::{Diagnostic, Severity};
use miette::{GraphicalReportHandler, GraphicalTheme};
use std::io::{self, IsTerminal, Write};

/// The exit status, as the command line promises it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Done; no differences; nothing to object to.
    Done,
    /// Something failed.
    Failed,
    /// Differences, findings, drift, something to do.
    Found,
    /// Refused in preflight; nothing changed.
    Refused,
    /// Activated, with failures.
    Degraded,
    /// Failed and rolled back.
    RolledBack,
    /// Failed, and the rollback failed too.
    Broken,
    /// Wrong arguments.
    Usage,
}

impl Status {
    /// Returns the number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Found => 2,
            Self::Refused => 3,
            Self::Degraded => 4,
            Self::RolledBack => 5,
            Self::Broken => 6,
            Self::Usage => 64,
        }
    }
}

/// Why a command ended before its end.
#[derive(Debug)]
pub enum Stop {
    /// These diagnostics, not yet reported.
    Diagnostics(Vec<Diagnostic>),
    /// Writing a result failed; a closed pipe is no failure.
    Io(io::Error),
}

/// The end of a command.
pub type Outcome = Result<Status, Stop>;

impl From<io::Error> for Stop {
    fn from(found: io::Error) -> Self {
        Self::Io(found)
    }
}

impl From<Box<Diagnostic>> for Stop {
    fn from(found: Box<Diagnostic>) -> Self {
        Self::Diagnostics(vec![*found])
    }
}

impl From<Vec<Diagnostic>> for Stop {
    fn from(found: Vec<Diagnostic>) -> Self {
        Self::Diagnostics(found)
    }
}

/// One run: the streams and the common flags.
pub struct Session<'a> {
    /// Results.
    pub out: &'a mut dyn Write,
    /// Diagnostics and progress.
    pub err: &'a mut dyn Write,
    /// The flags that every command takes.
    pub common: Common,
}

impl<'a> Session<'a> {
    /// Makes a session of two streams.
    pub fn new(out: &'a mut dyn Write, err: &'a mut dyn Write, common: Common) -> Self {
        Self { out, err, common }
    }

    /// Returns the form of the result, or the command's own default.
    #[must_use]
    pub fn format_or(&self, default: Format) -> Format {
        self.common.format.unwrap_or(default)
    }

    /// Prints a diagnostic, unless `--quiet` hides it.
    ///
    /// # Errors
    /// Gives an error of the stream.
    pub fn report(&mut self, diagnostic: &Diagnostic) -> io::Result<()> {
        if !self.shows(diagnostic) {
            return Ok(());
        }
        let mut text = String::new();
        let handler = GraphicalReportHandler::new_themed(self.theme()).with_width(100);
        match handler.render_report(&mut text, &diagnostic.clone().rendered()) {
            Ok(()) => writeln!(self.err, "{}", text.trim_end_matches('\n')),
            Err(_) => writeln!(self.err, "{}", diagnostic.one_line()),
        }
    }

    /// Tells whether a diagnostic is printed: `-q` leaves errors only, advice needs `-v`.
    #[must_use]
    pub fn shows(&self, diagnostic: &Diagnostic) -> bool {
        match diagnostic.severity() {
            Severity::Error => true,
            Severity::Warning => !self.common.quiet,
            Severity::Advice => !self.common.quiet && self.common.verbose > 0,
        }
    }

    /// Prints a line for people on stderr, unless `--quiet` hides it.
    ///
    /// # Errors
    /// Gives an error of the stream.
    pub fn note(&mut self, text: &str) -> io::Result<()> {
        if self.common.quiet { Ok(()) } else { writeln!(self.err, "{text}") }
    }

    /// Runs work on the threads that `--jobs` allows.
    pub fn on_threads<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        // deep manifests and data need deep stacks
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.common.jobs.unwrap_or(0))
            .stack_size(crate::eval::STACK)
            .build();
        match pool {
            Ok(pool) => pool.install(work),
            Err(_) => work(),
        }
    }

    /// Returns how many columns stdout has, where it is a terminal and the result goes there.
    #[must_use]
    pub fn terminal_width(&self) -> Option<usize> {
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    }

    fn theme(&self) -> GraphicalTheme {
        let colored = match self.common.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => io::stderr().is_terminal(),
        };
        if colored { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() }
    }

    /// Reports how a command ended and gives the status.
    pub fn finish(&mut self, outcome: Outcome) -> Status {
        let status = match outcome {
            Ok(status) => status,
            Err(Stop::Diagnostics(found)) => {
                for diagnostic in found {
                    let _ = self.report(&diagnostic);
                }
                Status::Failed
            }
            Err(Stop::Io(found)) if found.kind() == io::ErrorKind::BrokenPipe => Status::Done,
            Err(Stop::Io(found)) => {
                let _ = writeln!(self.err, "error: writing failed: {found}");
                Status::Failed
            }
        };
        match self.out.flush() {
            Err(found) if found.kind() != io::ErrorKind::BrokenPipe => Status::Failed,
            Ok(()) | Err(_) => status,
        }
    }
}
