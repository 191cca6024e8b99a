# duritong/sysctl: values from Hiera and one here.
class role::sysctl {
  include sysctl::values

  sysctl::value { 'net.ipv4.tcp_rmem':
    value => '4096 87380  6291456',
  }
  sysctl::value { 'vm.swappiness':
    value  => '10',
    target => '/etc/sysctl.d/10-vm.conf',
  }
}
