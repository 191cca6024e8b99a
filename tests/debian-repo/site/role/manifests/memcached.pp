# saz/memcached with a share of the memory.
class role::memcached {
  class { 'memcached':
    max_memory    => '25%',
    listen_ip     => $facts['networking']['ip'],
    udp_port      => 0,
    extended_opts => ['modern', 'hash_algorithm=murmur3'],
  }
}
