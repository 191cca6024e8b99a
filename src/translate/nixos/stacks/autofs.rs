//! autofs: `services.autofs.autoMaster`.
//!
//! Claims the package, the unit, the master map and its maps. The module runs automount on the text as it is; maps
//! stay at the paths that it names. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax,
};

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "autofs",
    packages: &["autofs", "autofs5"],
    units: &["autofs"],
    module: &["services", "autofs"],
    also: &[],
    files: &[
        (
            "/etc/auto.master",
            Form::Text(&["services", "autofs", "autoMaster"], |text| Some(syntax::bare(text))),
        ),
        (
            "/etc/auto.master.d/",
            Form::Text(&["services", "autofs", "autoMaster"], |text| Some(syntax::bare(text))),
        ),
    ],
};
