# Serves the shops.
class role::web {
  include profile::base
  include profile::apps
  include profile::balancer
  include profile::cache
}
