# Keeps files.
class role::files {
  include profile::base
  include profile::files
  include profile::backup
}
