# Passes mail on.
class role::mail {
  include profile::base
  include profile::mail
  include profile::backup
}
