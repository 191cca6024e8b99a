# Shares for others.
class profile::files (
  Hash[String[1], Hash] $shares = {},
) {
  include tdc
  include rsync::server

  $shares.each |$name, $share| {
    rsync::server::module { $name:
      path      => $share['path'],
      read_only => $share['read_only'],
      comment   => "share ${name}",
    }

    file { $share['path']:
      ensure => directory,
      mode   => '2775',
    }
  }
}
