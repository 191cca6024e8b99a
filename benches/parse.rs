//! How fast manifests are parsed: this parser from bytes to a validated tree, tree-sitter's from bytes to its
//! tree, and real Puppet's, on the same files in the same run. One thread each.
//!
//! `cargo bench --bench parse [DIR]`; DIR defaults to where Debian puts Puppet's modules, else to `fixtures`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench reports to whoever runs it")]

use migrate::{
    source::SourceFile,
    syntax::{Mode, Options, parse},
};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

const MODULES: &str = "/usr/share/puppet/modules";

fn main() {
    let given = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let files = files(Path::new(given.as_deref().unwrap_or(MODULES)));
    let files = if files.is_empty() { self::files(Path::new("fixtures")) } else { files };
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    println!("{} manifests, {:.2} MB", files.len(), bytes as f64 / 1e6);
    let ours = best(5, || ours(&files));
    let theirs = best(5, || tree_sitter(&files));
    let rate = |seconds: f64| bytes as f64 / seconds / 1e6;
    println!("migrate, bytes to validated tree  {:>7.1} MB/s", rate(ours));
    println!(
        "tree-sitter-puppet                {:>7.1} MB/s   migrate is at {:.2}",
        rate(theirs),
        theirs / ours
    );
    match puppet(&files) {
        Some((parsing, validating)) => {
            println!(
                "Puppet, parsing                   {:>7.1} MB/s   migrate is at {:.1}",
                rate(parsing),
                parsing / ours
            );
            let both = parsing + validating;
            println!(
                "Puppet, parsing and validation    {:>7.1} MB/s   migrate is at {:.1}",
                rate(both),
                both / ours
            );
        }
        None => println!("skipped: real Puppet is not installed"),
    }
}

fn files(dir: &Path) -> Vec<(PathBuf, String)> {
    let walk =
        walkdir::WalkDir::new(dir).follow_links(true).sort_by_file_name().into_iter().filter_map(Result::ok);
    let paths = walk.map(walkdir::DirEntry::into_path);
    let manifests = paths.filter(|path| path.extension().is_some_and(|extension| extension == "pp"));
    manifests.filter_map(|path| std::fs::read_to_string(&path).ok().map(|text| (path, text))).collect()
}

/// Returns the seconds of the fastest of some runs.
fn best(runs: usize, mut run: impl FnMut() -> usize) -> f64 {
    let timed = (0..runs).map(|_| {
        let begun = Instant::now();
        std::hint::black_box(run());
        begun.elapsed().as_secs_f64()
    });
    timed.fold(f64::INFINITY, f64::min)
}

fn ours(files: &[(PathBuf, String)]) -> usize {
    let options = Options { module_path: vec![PathBuf::from(MODULES)], ..Options::default() };
    let parsed = files.iter().map(|(path, text)| {
        parse(SourceFile::new(path.to_str().unwrap(), text.as_str()), Mode::Manifest, &options)
    });
    parsed.filter(|parsed| parsed.ast.is_some()).count()
}

fn tree_sitter(files: &[(PathBuf, String)]) -> usize {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_puppet::LANGUAGE.into()).unwrap();
    files.iter().filter(|(_, text)| !parser.parse(text, None).unwrap().root_node().has_error()).count()
}

fn puppet(files: &[(PathBuf, String)]) -> Option<(f64, f64)> {
    let mut list = tempfile::NamedTempFile::new().ok()?;
    for (path, _) in files {
        writeln!(list, "{}", path.display()).ok()?;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/parse_speed.rb");
    let output = Command::new("ruby").arg("-W0").arg(script).arg(list.path()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    match numbers.as_slice() {
        [_, parsing, validating] => Some((*parsing, *validating)),
        _ => None,
    }
}
