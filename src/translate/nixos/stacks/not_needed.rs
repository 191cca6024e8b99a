//! Files of the package manager and of Puppet itself.

use crate::translate::{
    Class,
    nixos::plan::{Decision, Planner, file_id},
};

const FOLDERS: [(&str, &str, &str); 9] = [
    ("/etc/apt", "apt-sources", "nixpkgs takes the place of apt's sources"),
    ("/etc/yum.repos.d", "apt-sources", "nixpkgs takes the place of yum's sources"),
    ("/etc/yum.conf", "apt-sources", "nixpkgs takes the place of yum's sources"),
    ("/etc/dpkg", "apt-sources", "dpkg is not on NixOS"),
    ("/usr/share/keyrings", "apt-sources", "keys of apt's sources"),
    ("/etc/puppet", "puppet-itself", "Puppet's agent is retired"),
    ("/etc/puppetlabs", "puppet-itself", "Puppet's agent is retired"),
    ("/opt/puppetlabs", "puppet-itself", "Puppet's agent is retired"),
    ("/etc/facter", "puppet-itself", "Puppet's agent is retired"),
];

pub(in crate::translate::nixos) fn files(planner: &mut Planner<'_>) {
    for (folder, rule, reason) in FOLDERS {
        let mut files = planner.open_below(folder);
        files.extend(planner.open_file(folder));
        for file in files {
            planner.decide(file_id(file), Decision::new(Class::Dropped, rule, reason));
        }
    }
}
