# What holds for all hosts, unless it is said otherwise.
Exec {
  path => ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
}

Cron {
  user => 'root',
}
