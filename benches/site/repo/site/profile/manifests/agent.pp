# The agent that reports to the monitoring, and what it looks at.
class profile::agent (
  Hash[String[1], Hash] $checks = {},
  Stdlib::Host $server = 'monitor.example.org',
) {
  package { 'site-agent': }

  file { '/etc/site-agent.conf':
    content => template('profile/agent.conf.erb'),
    notify  => Service['site-agent'],
  }

  service { 'site-agent':
    ensure  => running,
    enable  => true,
    require => Package['site-agent'],
  }

  $checks.each |$name, $check| {
    file { "/etc/site-agent.d/${name}.yaml":
      content => to_yaml({ 'check' => $name, 'host' => $facts['networking']['fqdn'] } + $check),
      notify  => Service['site-agent'],
    }
  }

  @@file { "/etc/monitor/hosts/${trusted['certname']}.json":
    content => to_json({ 'address' => $facts['networking']['ip'], 'role' => $facts['role'] }),
    tag     => 'monitored',
  }
}
