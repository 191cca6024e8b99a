//! Mounts.

use crate::model::{ItemId, ItemKind, Mount, MountState};
use crate::translate::{
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};
use ecow::EcoString;

pub(crate) const RULE: Rule =
    Rule { name: "mount", doc: "entries of fstab", claims: claims_type!("Mount"), apply };

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let path = attributes.name("name");
    let path: EcoString = if path.len() > 1 { path.trim_end_matches('/').into() } else { path };
    let state = match attributes.string("ensure").as_deref() {
        Some("mounted") => MountState::Mounted,
        Some("unmounted") => MountState::Unmounted,
        Some("absent") => MountState::Absent,
        _ => MountState::Defined,
    };
    let options = attributes.string("options").unwrap_or_default();
    let mut options: Vec<EcoString> =
        options.split(',').filter(|it| !it.is_empty()).map(Into::into).collect();
    if attributes.bool("atboot") == Some(false) && !options.iter().any(|it| it == "noauto") {
        options.push("noauto".into());
    }
    let number = |it: Option<i64>| it.and_then(|it| u8::try_from(it).ok()).unwrap_or_default();
    let mount = Mount {
        path: path.clone(),
        state,
        device: attributes.string("device"),
        fstype: attributes.string("fstype"),
        options,
        dump_pass: [number(attributes.int("dump")), number(attributes.int("pass"))],
        from: build.from.clone(),
    };
    attributes.satisfied(&["remounts", "target", "provider", "blockdevice"], "steers the agent only");
    build.config.mounts.push(mount);
    Outcome::item(ItemId::new(ItemKind::Mount, path))
}
