# saz/ssh: server and client, without PuppetDB.
class role::ssh {
  class { 'ssh':
    storeconfigs_enabled => false,
    server_options       => {
      'PasswordAuthentication' => 'no',
      'PermitRootLogin'        => 'without-password',
      'Port'                   => [22, 2222],
      'Match User git'         => {
        'ForceCommand' => '/usr/bin/git-shell',
      },
    },
  }

  ssh::server::match_block { 'sftponly':
    type    => 'Group',
    options => {
      'ChrootDirectory' => '%h',
      'ForceCommand'    => 'internal-sftp',
    },
  }

  ssh::server::host_key { 'ssh_host_ed25519_key':
    private_key_content => 'not a key',
    public_key_source   => 'puppet:///modules/role/ssh_host_ed25519_key.pub',
  }
}
