# What all applications need once.
class profile::app::common {
  ensure_packages(['openjdk-17-jre-headless', 'tzdata-java'], { 'ensure' => 'installed' })

  user { 'app':
    system => true,
    home   => '/srv/app',
  }

  file { ['/srv/app', '/etc/app', '/var/log/app', '/etc/app/env']:
    ensure => directory,
    owner  => 'app',
    mode   => '0750',
  }
}
