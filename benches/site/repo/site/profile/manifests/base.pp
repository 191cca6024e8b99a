# What every host has.
class profile::base (
  Array[Stdlib::Host] $time_servers,
  Hash[String[1], Hash] $sysctl = {},
  Hash[String[1], Hash] $limits = {},
) {
  include stdlib
  include apt
  include systemd
  include postfix
  include rsync
  include xinetd
  include openssl
  include collectd
  include sssd
  include filebeat
  include firewall
  include archive
  include profile::accounts
  include profile::jobs
  include profile::motd
  include profile::agent

  class { 'chrony':
    servers => $time_servers,
  }

  class { 'ssh':
    storeconfigs_enabled => false,
    server_options       => lookup('profile::base::sshd_options', Hash, 'deep', {}),
  }

  $sysctl.each |$key, $attributes| {
    sysctl::value { $key:
      * => $attributes,
    }
  }

  $limits.each |String $unit, Hash $settings| {
    systemd::dropin_file { "${unit}-limits.conf":
      unit     => "${unit}.service",
      filename => 'limits.conf',
      content  => epp('profile/limits.conf.epp', { 'settings' => $settings }),
    }
  }

  Class['apt::update'] -> Class['profile::agent']
}
