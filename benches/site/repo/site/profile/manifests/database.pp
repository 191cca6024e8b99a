# Documents and who coordinates them.
class profile::database (
  Array[String[1]] $databases = [],
) {
  include mongodb
  include zookeeper

  $databases.each |$database| {
    file { "/etc/databases/${database}.json":
      content => to_json_pretty({
        'name'     => $database,
        'password' => Sensitive(seeded_rand(1000000, $database)).unwrap,
        'sizes'    => [1, 2, 4].map |$factor| { $factor * $facts['memory']['system']['total_bytes'] / 1048576 },
      }),
    }

    profile::dump { $database:
      hour => Integer(fqdn_rand(24, $database)),
    }
  }

  file { '/etc/databases':
    ensure => directory,
  }
}
