# Installs other hosts.
class role::boot {
  include profile::base
  include profile::boot
}
