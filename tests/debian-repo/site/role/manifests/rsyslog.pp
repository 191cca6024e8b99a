# saz/rsyslog: a server that also sends on.
class role::rsyslog {
  class { 'rsyslog::client':
    server        => 'logs.example.org',
    log_local     => true,
    preserve_fqdn => true,
    custom_config => 'role/client.conf.erb',
  }

  rsyslog::snippet { '10-cron':
    content => 'cron.* /var/log/cron.log',
  }

  rsyslog::imfile { 'shop':
    file_name     => '/var/log/shop/error.log',
    file_tag      => 'shop-error',
    file_facility => 'local3',
  }
}
