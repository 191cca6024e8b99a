# Answers names.
class role::dns {
  include profile::base
  include profile::names
  include profile::backup
}
