//! Private keys that stand in a plain text or belong to the host.
//!
//! Claims every file whose text has a private key, and sshd's host keys. A key in a plain text would be readable in the
//! store: it is for a human, and the report names it. Host keys are `carried`: they move with the host, since age
//! decrypts this host's secrets with them. A public host key is made of its private one. Fixture: `fixtures/stacks`.

use crate::{
    model::{File, FileKind},
    translate::{
        Class, Flag,
        nixos::plan::{Decision, Planner, file_id},
    },
};

const RULE: &str = "private-keys";

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    for file in &planner.config.files {
        let id = file_id(file);
        if !planner.is_open(&id) {
            continue;
        }
        let host_key =
            file.path.starts_with("/etc/ssh/ssh_host_") && !matches!(file.kind, FileKind::Absent { .. });
        let (reason, carried) = match (host_key, file.path.ends_with(".pub")) {
            (true, true) => {
                let reason = "ssh-keygen makes it of the private key, which is carried over";
                let decision = Decision::new(Class::Satisfied, RULE, reason).flag(Flag::Carried);
                planner.decide(id, decision);
                continue;
            }
            (true, false) => {
                ("a host key: carry it over before the first switch, age decrypts with it", true)
            }
            (false, _) if has_key(file) => {
                ("a private key in a plain text, which must not get into the store: make it a secret", false)
            }
            (false, _) => continue,
        };
        planner.stub(&id, &file.from, reason);
        let decision = Decision::new(Class::Manual, RULE, reason).flag(Flag::NeedsSecret);
        planner.decide(id, decision.flag_if(carried, Flag::Carried));
    }
}

fn has_key(file: &File) -> bool {
    let FileKind::Regular { content: Some(text), .. } = &file.kind else { return false };
    text.parts().iter().any(|part| match part {
        crate::model::TextPart::Text(text) => {
            text.contains("PRIVATE KEY-----\n") && text.contains("-----END")
        }
        crate::model::TextPart::Secret(_) => false,
    })
}
