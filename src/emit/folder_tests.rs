//! A folder that is written again and again, with a person's edits between.

use super::*;
use proptest::prelude::*;

fn output(files: &[(&str, &str)]) -> Output {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), OutFile::text(*text)));
    Output { files: files.collect(), ..Output::default() }
}

fn read(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join(path)).unwrap()
}

#[test]
fn a_folder_of_someone_else_is_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine"), "x").unwrap();
    let error = write_output(&output(&[("a", "1")]), folder.path()).unwrap_err();
    assert_eq!(error.code().name, "emit::not-ours");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_fresh_repository_is_no_folder_of_someone_else() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    write_output(&output(&[("a", "1")]), folder.path()).unwrap();
    assert_eq!(read(folder.path(), "a"), "1");
}

#[test]
fn writing_again_changes_nothing_and_removes_what_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let first = output(&[("a/b", "1"), ("c", "2")]);
    assert_eq!(write_output(&first, folder.path()).unwrap().changed.len(), 2);
    assert_eq!(write_output(&first, folder.path()).unwrap(), Written::default());
    let written = write_output(&output(&[("c", "2")]), folder.path()).unwrap();
    assert!(written.changed.is_empty() && written.removed.contains("a/b"));
    assert!(!folder.path().join("a").exists() && !folder.path().join(".migrate/base/a").exists());
}

#[test]
fn edits_are_merged_with_what_is_new_and_stay_in_later_conversions() {
    let folder = tempfile::tempdir().unwrap();
    write_output(&output(&[("a", "1\n2\n3\n4\n")]), folder.path()).unwrap();
    fs::write(folder.path().join("a"), "by hand\n1\n2\n3\n4\n").unwrap();
    let next = output(&[("a", "1\n2\n3\nfour\n")]);
    assert!(compare(&next, folder.path()).unwrap().changed.contains("a"));
    let written = write_output(&next, folder.path()).unwrap();
    assert!(written.kept.is_empty() && written.changed.contains("a"), "{written:?}");
    assert_eq!(read(folder.path(), "a"), "by hand\n1\n2\n3\nfour\n");
    assert_eq!(write_output(&next, folder.path()).unwrap(), Written::default());
    write_output(&output(&[("a", "2\n3\nfour\n")]), folder.path()).unwrap();
    assert!(read(folder.path(), "a").contains("by hand\n"));
}

#[test]
fn a_conflict_is_marked_with_both_sides_and_said_until_it_is_settled() {
    let folder = tempfile::tempdir().unwrap();
    write_output(&output(&[("a", "1\n2\n3\n")]), folder.path()).unwrap();
    fs::write(folder.path().join("a"), "1\nmine\n3\n").unwrap();
    let next = output(&[("a", "1\nnew\n3\n")]);
    let conflict = Kept { path: "a".into(), why: Why::Conflict(2) };
    let written = write_output(&next, folder.path()).unwrap();
    assert_eq!(written.kept, std::slice::from_ref(&conflict));
    assert!(written.findings()[0].message().contains("`a:2`"));
    let text = read(folder.path(), "a");
    assert!(text.contains("mine\n") && text.contains("new\n"), "{text}");
    // nothing more happens to it, but it is not forgotten
    assert_eq!(write_output(&next, folder.path()).unwrap().kept, [conflict]);
    assert_eq!(read(folder.path(), "a"), text);
    fs::write(folder.path().join("a"), "1\nmine\n3\n").unwrap();
    assert_eq!(write_output(&next, folder.path()).unwrap(), Written::default());
    assert_eq!(read(folder.path(), "a"), "1\nmine\n3\n");
}

#[test]
fn what_a_person_removed_stays_away_and_what_is_theirs_stays() {
    let folder = tempfile::tempdir().unwrap();
    let first = output(&[("gone", "1\n"), ("dropped", "1\n"), ("kept", "1\n")]);
    write_output(&first, folder.path()).unwrap();
    fs::remove_file(folder.path().join("gone")).unwrap();
    fs::write(folder.path().join("dropped"), "mine\n").unwrap();
    fs::write(folder.path().join("new"), "my own\n").unwrap();
    let next = output(&[("gone", "2\n"), ("kept", "2\n"), ("new", "ours\n")]);
    let written = write_output(&next, folder.path()).unwrap();
    let why: BTreeMap<_, _> = written.kept.iter().map(|kept| (kept.path.as_str(), &kept.why)).collect();
    let expected =
        BTreeMap::from([("gone", &Why::Deleted), ("dropped", &Why::NoLongerMade), ("new", &Why::InTheWay)]);
    assert_eq!(why, expected);
    assert!(!folder.path().join("gone").exists());
    assert_eq!(read(folder.path(), "dropped"), "mine\n");
    assert_eq!(read(folder.path(), "new"), "my own\n");
    assert_eq!(read(folder.path(), "kept"), "2\n");
    // the next time the same is said of what is still so
    let again: Vec<_> = write_output(&next, folder.path()).unwrap().kept;
    assert!(again.contains(&Kept { path: "gone".into(), why: Why::Deleted }));
    assert!(again.contains(&Kept { path: "new".into(), why: Why::InTheWay }));
    assert_eq!(read(folder.path(), "new"), "my own\n");
}

#[test]
fn bytes_and_links_that_a_person_put_are_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    write_output(&output(&[("a", "1\n"), ("b", "1\n")]), folder.path()).unwrap();
    fs::write(folder.path().join("a"), [0xff, 0]).unwrap();
    fs::remove_file(folder.path().join("b")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", folder.path().join("b")).unwrap();
    let written = write_output(&output(&[("a", "2\n"), ("b", "2\n")]), folder.path()).unwrap();
    assert!(written.kept.iter().all(|kept| kept.why == Why::Unmerged) && written.kept.len() == 2);
    assert_eq!(fs::read(folder.path().join("a")).unwrap(), [0xff, 0]);
    assert!(folder.path().join("b").is_symlink());
}

#[test]
fn an_interrupted_conversion_comes_to_the_same_end() {
    let folder = tempfile::tempdir().unwrap();
    write_output(&output(&[("a", "1\n2\n3\n4\n5\n")]), folder.path()).unwrap();
    fs::write(folder.path().join("a"), "mine\n2\n3\n4\n5\n").unwrap();
    let next = output(&[("a", "1\n2\n3\n4\nfive\n"), ("b", "new\n")]);
    // the files were written, the bases and the manifest were not
    let planned = Planned::new(&next, folder.path()).unwrap();
    for (path, file) in &planned.files {
        disk::place(folder.path(), path, file).unwrap();
    }
    let written = write_output(&next, folder.path()).unwrap();
    assert!(written.kept.is_empty(), "{written:?}");
    assert_eq!(read(folder.path(), "a"), "mine\n2\n3\n4\nfive\n");
    assert_eq!(write_output(&next, folder.path()).unwrap(), Written::default());
}

#[test]
fn what_was_decided_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = output(&[("a", "1\n")]);
    first.decided.state_versions.insert("web01".into(), "24.11".into());
    write_output(&first, folder.path()).unwrap();
    assert_eq!(check_folder(folder.path()).unwrap(), first.decided);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is converted before and after, the lines that a person added are in the file.
    #[test]
    fn no_line_of_a_person_is_lost(
        texts in proptest::collection::vec(proptest::collection::vec(0..5_u8, 0..8), 2..5),
        at in 0..8_usize,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let text = |lines: &[u8]| lines.iter().map(|line| format!("line {line}\n")).collect::<String>();
        for (turn, lines) in texts.iter().enumerate() {
            write_output(&output(&[("a", &text(lines))]), folder.path()).unwrap();
            let mut found: Vec<String> = read(folder.path(), "a").lines().map(str::to_owned).collect();
            found.insert(at.min(found.len()), format!("by a person, {turn}"));
            fs::write(folder.path().join("a"), found.join("\n") + "\n").unwrap();
        }
        write_output(&output(&[("a", "line 1\nline 7\n")]), folder.path()).unwrap();
        let end = read(folder.path(), "a");
        for turn in 0..texts.len() {
            let line = format!("by a person, {turn}");
            prop_assert!(end.lines().any(|found| found == line), "{line} is not in {end}");
        }
    }
}
