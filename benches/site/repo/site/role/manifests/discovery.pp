# Knows who is there.
class role::discovery {
  include profile::base
  include profile::discovery
}
