# What one reads after logging in.
class profile::motd (
  String $owner = 'nobody',
  Array[String] $notes = [],
) {
  concat { '/etc/motd': }

  concat::fragment { 'motd-host':
    target  => '/etc/motd',
    order   => '01',
    content => template('profile/motd.erb'),
  }

  $notes.each |$index, $note| {
    concat::fragment { "motd-note-${index}":
      target  => '/etc/motd',
      order   => "1${index}",
      content => " * ${note}\n",
    }
  }
}
