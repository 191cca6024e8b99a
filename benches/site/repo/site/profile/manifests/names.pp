# Names of zones that the data list.
class profile::names (
  Hash[String[1], Hash[String[1], String[1]]] $zones = {},
) {
  include dns

  $zones.each |$zone, $records| {
    file { "/etc/zones/${zone}":
      content => template('profile/zone.erb'),
    }
  }

  file { '/etc/zones':
    ensure => directory,
  }
}
