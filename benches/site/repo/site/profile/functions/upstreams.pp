# The addresses of an application's instances.
function profile::upstreams(Hash $app, String $network) >> Array[String] {
  $app['instances'].map |$index| { "${network}.${10 + $index}:${app['port']}" }
}
