# Memory for others' answers.
class profile::cache {
  include redis

  class { 'memcached':
    max_memory => '25%',
    listen_ip  => $facts['networking']['ip'],
  }
}
