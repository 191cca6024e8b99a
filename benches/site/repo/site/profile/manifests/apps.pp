# Applications as the role's data list them.
class profile::apps (
  Hash[String[1], Hash] $apps = {},
  String[1] $network = '192.0.2',
) {
  include profile::app::common

  $apps.each |$name, $app| {
    $app['instances'].each |$index| {
      profile::app::instance { "${name}-${index}":
        app     => $name,
        port    => $app['port'] + $index,
        domains => $app['domains'],
        memory  => $app['memory'],
        env     => $app['env'] + { 'INSTANCE' => String($index) },
      }
    }
  }

  Profile::App::Instance <| tag == 'frontend' |> {
    priority => 10,
  }
}
