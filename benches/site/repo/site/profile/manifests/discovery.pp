# Who is there.
class profile::discovery {
  include etcd
  include etcddiscovery
}
