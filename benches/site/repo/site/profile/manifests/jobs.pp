# What runs by the clock, with a wrapper, a log and its rotation.
class profile::jobs (
  Hash[String[1], Struct[{ command => String[1], Optional[every] => Integer[1, 60], Optional[user] => String[1] }]] $jobs = {},
) {
  file { ['/var/log/jobs', '/usr/local/lib/jobs']:
    ensure => directory,
  }

  $jobs.each |$name, $job| {
    $every = $job['every'].lest || { 60 }

    file { "/usr/local/lib/jobs/${name}":
      mode    => '0755',
      content => epp('profile/job.sh.epp', { 'name' => $name, 'command' => $job['command'] }),
    }

    cron { "job-${name}":
      command => "/usr/local/lib/jobs/${name} >> /var/log/jobs/${name}.log 2>&1",
      user    => pick($job['user'], 'root'),
      minute  => profile::minute($name, $every),
      require => File["/usr/local/lib/jobs/${name}"],
    }

    logrotate::rule { "job-${name}":
      path         => "/var/log/jobs/${name}.log",
      rotate       => '7',
      rotate_every => 'day',
      compress     => true,
      missingok    => true,
    }
  }
}
