# One person on one host.
define profile::account (
  Profile::Person $account,
  Boolean $admin = false,
) {
  $ensure = pick($account['ensure'], 'present')
  $home = "/home/${name}"

  group { $name:
    ensure => $ensure,
    gid    => $account['uid'],
  }

  user { $name:
    ensure     => $ensure,
    uid        => $account['uid'],
    gid        => $name,
    comment    => $account['name'],
    home       => $home,
    shell      => $account['shell'] ? { undef => '/bin/bash', default => $account['shell'] },
    managehome => false,
    groups     => sort(unique(pick($account['groups'], []) + ['people'])),
  }

  if $ensure == 'present' {
    Group[$name] -> User[$name]

    file { [$home, "${home}/.ssh"]:
      ensure => directory,
      owner  => $name,
      group  => $name,
      mode   => '0700',
    }

    file { "${home}/.bashrc":
      owner   => $name,
      group   => $name,
      content => template('profile/bashrc.erb'),
    }

    $account['keys'].each |$label, $key| {
      ssh_authorized_key { "${name}@${label}":
        user => $name,
        type => 'ssh-ed25519',
        key  => $key,
      }
    }

    if $admin {
      concat::fragment { "sudoers-${name}":
        target  => '/etc/sudoers.d/people',
        content => "${name} ALL=(ALL) NOPASSWD: ALL\n",
        order   => sprintf('%05d', $account['uid']),
      }
    }
  }
}
