# puppetlabs/concat: one file of many hands.
class role::concat {
  concat { '/etc/motd':
    owner => 'root',
    group => 'root',
    mode  => '0644',
    warn  => true,
    order => 'numeric',
  }

  concat::fragment { 'motd-header':
    target  => '/etc/motd',
    content => "Welcome to ${facts['networking']['fqdn']}\n",
    order   => '01',
  }

  ['alpha', 'beta'].each |Integer $index, String $name| {
    concat::fragment { "motd-${name}":
      target  => '/etc/motd',
      content => " * ${name}\n",
      order   => 10 + $index,
    }
  }

  concat::fragment { 'motd-local':
    target => '/etc/motd',
    source => '/etc/motd.local',
    order  => 99,
  }

  concat { 'settings':
    path   => '/etc/shop/settings.json',
    format => 'json-pretty',
    force  => true,
  }
  concat::fragment { 'settings-base':
    target  => 'settings',
    content => '{"base": {"port": 8080}}',
  }
}
