//! Which of our codes stand for which of Puppet's errors: `issues.txt`.

/// The table.
pub struct Issues {
    rows: Vec<(Kind, String)>,
}

enum Kind {
    /// An issue code of Puppet's.
    Code(String),
    /// A pattern of its message, for exceptions without a code.
    Message(onig::Regex),
}

impl Issues {
    /// Reads `CODE our::code` and `/pattern/ our::code`, one a line.
    pub fn read() -> Self {
        let text = std::fs::read_to_string(crate::common::project("tests/conformance/issues.txt")).unwrap();
        let rows = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(row).collect();
        Self { rows }
    }

    /// Tells whether our code stands for Puppet's error; `RUNTIME_ERROR` stands for any exception.
    pub fn same_kind(&self, code: Option<&str>, message: &str, ours: &str) -> bool {
        let code = code.filter(|code| *code != "RUNTIME_ERROR");
        self.rows.iter().any(|(kind, our)| {
            let fits = match (kind, code) {
                (Kind::Code(theirs), Some(code)) => theirs == code,
                (Kind::Message(pattern), None) => pattern.find(message).is_some(),
                (Kind::Code(_), None) | (Kind::Message(_), Some(_)) => false,
            };
            fits && our == ours
        })
    }
}

fn row(line: &str) -> (Kind, String) {
    let (kind, code) = line.rsplit_once(' ').unwrap();
    let pattern = kind.trim().strip_prefix('/').and_then(|kind| kind.strip_suffix('/'));
    let kind = match pattern {
        Some(pattern) => Kind::Message(onig::Regex::new(pattern).unwrap()),
        None => Kind::Code(kind.trim().to_owned()),
    };
    (kind, code.to_owned())
}
