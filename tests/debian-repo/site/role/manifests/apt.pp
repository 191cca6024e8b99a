# puppetlabs/apt: sources, pins, keys and settings from Hiera.
class role::apt {
  include apt

  apt::source { 'grafana':
    location => 'https://apt.grafana.com',
    release  => 'stable',
    repos    => 'main',
    keyring  => '/usr/share/keyrings/grafana.gpg',
    pin      => 400,
  }

  apt::conf { 'unattended':
    priority => 20,
    content  => "APT::Periodic::Unattended-Upgrade \"1\";\n",
  }

  Class['apt::update'] -> Package <| title == 'grafana' |>

  package { 'grafana': }
}
