//! Disks, their partitions and stable names, as the kernel's `/sys` and udev's `/dev/disk` have them.

use super::{Observed as There, Root, capture::word};
use crate::inputs::DiskOf;
use ecow::{EcoString, eco_format};
use std::collections::BTreeMap;

/// The unit of sizes in `/sys/block`.
const SECTOR: u64 = 512;

pub(super) fn disks(root: &Root) -> BTreeMap<EcoString, DiskOf> {
    let passing = ["loop", "ram", "zram", "sr", "fd", "dm-", "md", "nbd"];
    let names = root.list("/sys/block").unwrap_or_default();
    let real = names.into_iter().filter(|name| !passing.iter().any(|it| name.starts_with(it)));
    real.filter_map(|name| Some((name.as_str().into(), disk(root, &name)?))).collect()
}

fn disk(root: &Root, name: &str) -> Option<DiskOf> {
    let folder = format!("/sys/block/{name}");
    let size =
        |path: &str| word(root, &format!("{path}/size"))?.parse::<u64>().ok().map(|size| size * SECTOR);
    let parts = root.list(&folder).unwrap_or_default();
    let parts = parts.into_iter().filter(|part| part.starts_with(name));
    Some(DiskOf {
        size: size(&folder).filter(|size| *size > 0)?,
        model: word(root, &format!("{folder}/device/model")),
        partitions: parts
            .filter_map(|part| Some((part.as_str().into(), size(&format!("{folder}/{part}"))?)))
            .collect(),
    })
}

/// `/dev/disk/by-uuid/…` of each device, under each name that the device has.
pub(super) fn stable_names(root: &Root) -> BTreeMap<EcoString, EcoString> {
    let mut found = BTreeMap::new();
    for name in root.list("/dev/disk/by-uuid").unwrap_or_default() {
        let path = format!("/dev/disk/by-uuid/{name}");
        let Ok(There::Link(_, target)) = root.observe(&path) else { continue };
        let target = String::from_utf8_lossy(&target).into_owned();
        let Some(kernel) = target.rsplit('/').next() else { continue };
        found.insert(eco_format!("/dev/{kernel}"), EcoString::from(path.as_str()));
        if let Some(mapped) = word(root, &format!("/sys/block/{kernel}/dm/name")) {
            found.insert(eco_format!("/dev/mapper/{mapped}"), path.into());
        }
    }
    found
}
