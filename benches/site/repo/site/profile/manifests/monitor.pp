# Collects what all others say of themselves.
class profile::monitor {
  file { ['/etc/monitor', '/etc/monitor/hosts']:
    ensure => directory,
  }

  File <<| tag == 'monitored' |>> {
    require => File['/etc/monitor/hosts'],
  }
}
