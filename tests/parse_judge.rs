//! The front end against real Puppet.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test")]

use migrate::{source::SourceFile, syntax};
use std::path::{Path, PathBuf};

fn files(dir: &Path, ext: &str) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(dir).follow_links(true).sort_by_file_name();
    let found = walk.into_iter().filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    found.filter(|path| path.extension().is_some_and(|other| other == ext)).collect()
}

#[test]
fn dev() {
    for ext in ["pp", "epp"] {
        let (mut bad, mut all, mut bytes) = (0, 0, 0);
        let start = std::time::Instant::now();
        for path in files(Path::new("/usr/share/puppet/modules"), ext) {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            all += 1;
            bytes += text.len();
            let source = SourceFile::new(path.to_str().unwrap(), text);
            let mode = if ext == "pp" { syntax::Mode::Manifest } else { syntax::Mode::Epp };
            let parsed = syntax::parse(source, mode, &syntax::Options::default());
            if parsed.ast.is_none() {
                bad += 1;
                println!("{}", parsed.diagnostics[0].one_line());
            }
        }
        println!("{ext}: {bad} of {all} refused, {bytes} bytes, {:?}", start.elapsed());
    }
}
