# Spreads requests over the applications.
class profile::balancer (
  Hash[String[1], Hash] $backends = {},
) {
  class { 'haproxy':
    global_options => { 'log' => '127.0.0.1 local0', 'maxconn' => String($facts['processors']['count'] * 1000), 'daemon' => '' },
  }

  $backends.each |$name, $backend| {
    haproxy::listen { $name:
      ipaddress => $facts['networking']['ip'],
      ports     => String($backend['port']),
      options   => { 'option' => ['tcplog'], 'balance' => 'roundrobin' },
    }

    $backend['members'].each |$member| {
      haproxy::balancermember { "${name}-${member}":
        listening_service => $name,
        server_names      => $member,
        ipaddresses       => $member,
        ports             => String($backend['port']),
        options           => 'check',
      }
    }
  }
}
