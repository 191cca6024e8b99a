//! The `migrate` program: hands the command line to [`migrate::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    migrate::cli::main()
}
