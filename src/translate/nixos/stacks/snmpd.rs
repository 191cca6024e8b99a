//! snmpd: `services.snmpd.configText`.
//!
//! Claims the package, the unit and the file, which the module installs as it is; the addresses that Debian's unit
//! takes from `/etc/default/snmpd` are the text's own `agentAddress`. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax,
};

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "snmpd",
    packages: &["snmpd", "net-snmp"],
    units: &["snmpd"],
    module: &["services", "snmpd"],
    also: &[],
    files: &[
        (
            "/etc/snmp/snmpd.conf",
            Form::Text(&["services", "snmpd", "configText"], |text| Some(syntax::bare(text))),
        ),
        ("/etc/snmp/snmp.conf", Form::Stays),
        ("/etc/default/snmpd", Form::Own("options of Debian's unit; the module starts snmpd itself")),
    ],
};
