# A database written to a file each night.
define profile::dump (
  Integer[0, 23] $hour,
) {
  file { "/usr/local/bin/dump-${name}":
    mode    => '0755',
    content => epp('profile/job.sh.epp', { 'name' => "dump-${name}", 'command' => "mongodump --db ${name}" }),
  }

  cron { "dump-${name}":
    command => "/usr/local/bin/dump-${name}",
    hour    => $hour,
    minute  => 17,
  }
}
