# Passes messages on.
class role::queue {
  include profile::base
  include profile::queue
  include profile::apps
}
