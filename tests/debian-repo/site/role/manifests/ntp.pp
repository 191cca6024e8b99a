# A time server of puppetlabs/ntp, all from Hiera.
class role::ntp {
  include ntp
}
