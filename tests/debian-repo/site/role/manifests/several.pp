# A host as it comes: several of the modules together.
class role::several {
  include ntp
  include apt
  include systemd
  include sysctl::values
  contain memcached

  class { 'ssh::server':
    storeconfigs_enabled => false,
    options              => { 'AllowGroups' => ['ops', 'dev'] },
  }

  concat { '/etc/issue': }
  concat::fragment { 'issue':
    target  => '/etc/issue',
    content => "${facts['os']['name']} \\n \\l\n",
  }

  logrotate::rule { 'memcached':
    path         => '/var/log/memcached.log',
    rotate       => '5',
    rotate_every => 'week',
    copytruncate => true,
  }

  systemd::dropin_file { 'nofile.conf':
    unit    => 'memcached.service',
    content => "[Service]\nLimitNOFILE=65536\n",
    notify  => Service['memcached'],
  }

  Class['apt::update'] -> Class['ntp']
}
