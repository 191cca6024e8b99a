# What a host is for is a fact; what that means is a class.
node default {
  include "role::${facts['role']}"
}
