# Images for installing.
class profile::boot (
  Hash[String[1], String[1]] $images = {},
) {
  include tftp
  include staging

  $images.each |$name, $source| {
    file { "/srv/tftp/${name}.cfg":
      content => epp('profile/boot.cfg.epp', { 'name' => $name, 'source' => $source }),
    }
  }
}
