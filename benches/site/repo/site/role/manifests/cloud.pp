# Runs the private cloud's interfaces.
class role::cloud {
  include profile::base
  include profile::cloud
}
