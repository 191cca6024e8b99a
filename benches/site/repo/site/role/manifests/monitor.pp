# Looks at all others.
class role::monitor {
  include profile::base
  include profile::monitor
  include profile::cache
}
