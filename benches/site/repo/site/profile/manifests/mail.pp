# Where mail goes.
class profile::mail (
  Hash[String[1], String[1]] $aliases = {},
) {
  $aliases.each |$name, $recipient| {
    mailalias { $name:
      recipient => split($recipient, ', *'),
      notify    => Exec['newaliases-site'],
    }
  }

  exec { 'newaliases-site':
    command     => 'newaliases',
    refreshonly => true,
  }
}
