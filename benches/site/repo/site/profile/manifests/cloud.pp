# Interfaces of a private cloud.
class profile::cloud {
  include glance
  include gnocchi
  include barbican
  include panko
  include placement
  include swift
  include ovn
}
