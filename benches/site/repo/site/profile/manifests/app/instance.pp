# One process of an application: unit, environment, site, log.
define profile::app::instance (
  String[1] $app,
  Profile::Port $port,
  Array[String[1]] $domains,
  String[1] $memory = '256M',
  Hash[String[1], String] $env = {},
  Integer[0, 99] $priority = 50,
) {
  require profile::app::common

  $unit = "app-${name}"

  file {
    default:
      owner => 'app',
      group => 'app',
      mode  => '0640',
    ;
    "/etc/app/env/${name}":
      content => epp('profile/env.epp', { 'env' => $env, 'port' => $port }),
      notify  => Systemd::Unit_file["${unit}.service"],
    ;
    "/etc/app/${name}.yaml":
      content => template('profile/app.yaml.erb'),
    ;
    ["/srv/app/${name}", "/srv/app/${name}/tmp", "/var/log/app/${name}"]:
      ensure => directory,
      mode   => '0750',
    ;
    "/etc/app/${name}.site":
      content => template('profile/vhost.erb'),
      mode    => '0644',
    ;
  }

  systemd::unit_file { "${unit}.service":
    content => epp('profile/app.service.epp', { 'name' => $name, 'memory' => $memory, 'priority' => $priority }),
    enable  => true,
    active  => true,
  }

  logrotate::rule { $unit:
    path         => "/var/log/app/${name}/*.log",
    rotate       => '14',
    rotate_every => 'day',
    compress     => true,
    missingok    => true,
    create       => true,
  }

  if $app =~ /^shop/ {
    tag 'frontend'
  }
}
