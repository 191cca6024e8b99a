# Keeps the shops' data.
class role::db {
  include profile::base
  include profile::database
  include profile::backup
}
