# rodjek/logrotate: rules of the host.
class role::logrotate {
  logrotate::rule { 'shop':
    path          => ['/var/log/shop/*.log', '/var/log/shop-api/*.log'],
    rotate        => '12',
    rotate_every  => 'week',
    compress      => true,
    delaycompress => true,
    missingok     => true,
    sharedscripts => true,
    create        => true,
    create_mode   => '0640',
    create_owner  => 'shop',
    create_group  => 'adm',
    postrotate    => ['systemctl reload shop', 'true'],
  }

  logrotate::rule { 'audit':
    ensure       => present,
    path         => '/var/log/audit.log',
    rotate_every => 'hour',
    size         => '100M',
    mail         => 'audit@example.org',
  }
}
