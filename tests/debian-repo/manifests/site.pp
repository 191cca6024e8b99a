# A host's name says its role: `ntp01` is `role::ntp`.

Package {
  ensure => installed,
}

$role = regsubst($facts['networking']['hostname'], '\d+$', '')

node default {
  include "role::${role}"
}

# saz/rsyslog 2.2 reads `@modules` in a class where it was never set: a variable of the node is what it finds.
node /^rsyslog\d+\./ {
  $modules = ['$ModLoad imuxsock', '$ModLoad imklog']
  include role::rsyslog
}
