//! The `migrate` program: hands the command line to [`migrate::cli`].

fn main() {}
