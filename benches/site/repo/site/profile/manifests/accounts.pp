# People and their keys, from data that every level adds to.
class profile::accounts (
  Hash[String[1], Profile::Person] $accounts = {},
  Array[String[1]] $admins = [],
) {
  concat { '/etc/sudoers.d/people':
    mode => '0440',
    warn => true,
  }

  $accounts.each |$name, $account| {
    profile::account { $name:
      account => $account,
      admin   => $name in $admins,
    }
  }

  @group { 'retired':
    ensure => absent,
  }

  if $accounts.any |$name, $account| { $account['ensure'] == 'absent' } {
    realize(Group['retired'])
  }
}
