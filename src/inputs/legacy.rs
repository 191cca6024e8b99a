//! Legacy facts computed from structured ones, for code that still reads `$::fqdn`.

use crate::value::{HashMap, Value};
use std::sync::Arc;

/// Legacy names and the path of the structured fact that has the same value.
const SAME: &[(&str, &str)] = &[
    ("architecture", "os.architecture"),
    ("augeasversion", "augeas.version"),
    ("bios_release_date", "dmi.bios.release_date"),
    ("bios_vendor", "dmi.bios.vendor"),
    ("bios_version", "dmi.bios.version"),
    ("boardassettag", "dmi.board.asset_tag"),
    ("boardmanufacturer", "dmi.board.manufacturer"),
    ("boardproductname", "dmi.board.product"),
    ("boardserialnumber", "dmi.board.serial_number"),
    ("chassisassettag", "dmi.chassis.asset_tag"),
    ("chassistype", "dmi.chassis.type"),
    ("dhcp_servers", "networking.dhcp"),
    ("domain", "networking.domain"),
    ("fqdn", "networking.fqdn"),
    ("gid", "identity.group"),
    ("hardwareisa", "processors.isa"),
    ("hardwaremodel", "os.hardware"),
    ("hostname", "networking.hostname"),
    ("id", "identity.user"),
    ("ipaddress", "networking.ip"),
    ("ipaddress6", "networking.ip6"),
    ("lsbdistcodename", "os.distro.codename"),
    ("lsbdistdescription", "os.distro.description"),
    ("lsbdistid", "os.distro.id"),
    ("lsbdistrelease", "os.distro.release.full"),
    ("lsbmajdistrelease", "os.distro.release.major"),
    ("lsbminordistrelease", "os.distro.release.minor"),
    ("lsbrelease", "os.distro.specification"),
    ("macaddress", "networking.mac"),
    ("manufacturer", "dmi.manufacturer"),
    ("memoryfree", "memory.system.available"),
    ("memorysize", "memory.system.total"),
    ("netmask", "networking.netmask"),
    ("netmask6", "networking.netmask6"),
    ("network", "networking.network"),
    ("network6", "networking.network6"),
    ("operatingsystem", "os.name"),
    ("operatingsystemmajrelease", "os.release.major"),
    ("operatingsystemrelease", "os.release.full"),
    ("osfamily", "os.family"),
    ("physicalprocessorcount", "processors.physicalcount"),
    ("processorcount", "processors.count"),
    ("productname", "dmi.product.name"),
    ("rubyplatform", "ruby.platform"),
    ("rubysitedir", "ruby.sitedir"),
    ("rubyversion", "ruby.version"),
    ("scope6", "networking.scope6"),
    ("selinux", "os.selinux.enabled"),
    ("selinux_config_mode", "os.selinux.config_mode"),
    ("selinux_config_policy", "os.selinux.config_policy"),
    ("selinux_current_mode", "os.selinux.current_mode"),
    ("selinux_enforced", "os.selinux.enforced"),
    ("selinux_policyversion", "os.selinux.policy_version"),
    ("serialnumber", "dmi.product.serial_number"),
    ("swapfree", "memory.swap.available"),
    ("swapsize", "memory.swap.total"),
    ("system32", "os.windows.system32"),
    ("uptime", "system_uptime.uptime"),
    ("uptime_days", "system_uptime.days"),
    ("uptime_hours", "system_uptime.hours"),
    ("uptime_seconds", "system_uptime.seconds"),
    ("uuid", "dmi.product.uuid"),
];

/// Names of an interface's legacy facts (`ipaddress_eth0`) and its structured field.
const INTERFACE: &[(&str, &str)] = &[
    ("ipaddress", "ip"),
    ("ipaddress6", "ip6"),
    ("macaddress", "mac"),
    ("mtu", "mtu"),
    ("netmask", "netmask"),
    ("netmask6", "netmask6"),
    ("network", "network"),
    ("network6", "network6"),
    ("scope6", "scope6"),
];

/// Returns the expression of the structured fact that has the value of a legacy one.
#[must_use]
pub fn structured_fact(legacy: &str) -> Option<String> {
    let expression = |steps: &mut dyn Iterator<Item = &str>| {
        format!("$facts{}", steps.map(|step| format!("['{step}']")).collect::<String>())
    };
    if let Some((_, path)) = SAME.iter().find(|(name, _)| *name == legacy) {
        return Some(expression(&mut path.split('.')));
    }
    let (name, interface) = legacy.split_once('_')?;
    let (_, field) = INTERFACE.iter().find(|(known, _)| *known == name)?;
    Some(expression(&mut ["networking", "interfaces", interface, field].into_iter()))
}

/// Returns the path of the structured fact that has the value of a legacy one.
pub(crate) fn structured_path(legacy: &str) -> Option<&'static str> {
    SAME.iter().find(|(name, _)| *name == legacy).map(|(_, path)| *path)
}

/// Adds the legacy facts that are not there and can be computed.
#[must_use]
pub fn derive_legacy_facts(facts: &Value) -> Value {
    let mut all = facts.as_hash().cloned().unwrap_or_default();
    for (legacy, path) in SAME {
        if let Some(value) = dig(facts, path) {
            add(&mut all, legacy, value);
        }
    }
    interfaces(facts, &mut all);
    sizes(facts, &mut all);
    processors(facts, &mut all);
    Value::Hash(Arc::new(all))
}

fn add(all: &mut HashMap, name: &str, value: Value) {
    all.entry(Value::str(name)).or_insert(value);
}

fn dig(facts: &Value, path: &str) -> Option<Value> {
    path.split('.').try_fold(facts, |value, step| value.get(step)).cloned()
}

fn interfaces(facts: &Value, all: &mut HashMap) {
    let Some(Value::Hash(interfaces)) = dig(facts, "networking.interfaces") else { return };
    // Facter writes names with an underscore for each character that may not be in a fact's name
    let legacy_name = |name: &str| name.replace([':', '.', '-'], "_");
    let names: Vec<String> = interfaces.keys().filter_map(Value::as_str).map(legacy_name).collect();
    add(all, "interfaces", Value::str(names.join(",")));
    for (name, fields) in interfaces.iter() {
        let Some(name) = name.as_str().map(legacy_name) else { continue };
        for (legacy, field) in INTERFACE {
            if let Some(value) = fields.get(field) {
                add(all, &format!("{legacy}_{name}"), value.clone());
            }
        }
    }
}

fn sizes(facts: &Value, all: &mut HashMap) {
    let mebibytes = [
        ("memoryfree_mb", "memory.system.available_bytes"),
        ("memorysize_mb", "memory.system.total_bytes"),
        ("swapfree_mb", "memory.swap.available_bytes"),
        ("swapsize_mb", "memory.swap.total_bytes"),
    ];
    for (legacy, path) in mebibytes {
        if let Some(Value::Int(bytes)) = dig(facts, path) {
            let rounded = (bytes as f64 / 1_048_576.0 * 100.0).round() / 100.0;
            add(all, legacy, Value::Float(rounded));
        }
    }
}

fn processors(facts: &Value, all: &mut HashMap) {
    let Some(Value::Array(models)) = dig(facts, "processors.models") else { return };
    for (at, model) in models.iter().enumerate() {
        add(all, &format!("processor{at}"), model.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{inputs::json, source::SourceFile};

    #[test]
    fn a_legacy_fact_has_a_structured_one() {
        assert_eq!(structured_fact("osfamily").unwrap(), "$facts['os']['family']");
        assert_eq!(
            structured_fact("ipaddress_eth0").unwrap(),
            "$facts['networking']['interfaces']['eth0']['ip']"
        );
        assert_eq!(structured_fact("my_fact"), None);
    }

    #[test]
    fn what_is_given_stays_and_the_rest_is_computed() {
        let text = "{\"fqdn\": \"given\", \"networking\": {\"fqdn\": \"x.y\", \"hostname\": \"x\",
                     \"interfaces\": {\"eth0.1\": {\"ip\": \"10.0.0.1\"}}}}";
        let facts = derive_legacy_facts(&json(&SourceFile::new("f", text)).unwrap());
        assert_eq!(facts.get("fqdn"), Some(&"given".into()));
        assert_eq!(facts.get("hostname"), Some(&"x".into()));
        assert_eq!(facts.get("ipaddress_eth0_1"), Some(&"10.0.0.1".into()));
    }
}
