# puppetlabs/stdlib: stages, lines, and a good many functions.
class role::stdlib (
  Hash[String, Hash]                     $services = {},
  Stdlib::Absolutepath                   $root     = '/etc/site',
  Stdlib::Host                           $upstream = 'upstream.example.org',
  Variant[Stdlib::IP::Address, Undef]    $address  = undef,
  Stdlib::Ensure::File                   $ensure   = 'file',
) {
  include stdlib
  include stdlib::manage

  ensure_packages(['curl', 'jq'], { 'ensure' => 'latest' })
  ensure_resource('user', 'shop', { 'ensure' => 'present', 'system' => true })

  file { $root:
    ensure => directory,
  }

  $merged = deep_merge({ 'a' => { 'b' => 1, 'c' => [1] } }, { 'a' => { 'c' => [2], 'd' => true } })
  $joined = join_keys_to_values({ 'x' => 1, 'y' => [2, 3] }, '=')
  $picked = pick(undef, '', $address, 'none')

  file { "${root}/values.txt":
    ensure  => $ensure,
    content => [
      "merged ${to_json($merged)}",
      "joined ${join($joined, ',')}",
      "picked ${picked}",
      "bool ${bool2str(str2bool('yes'), 'on', 'off')} ${bool2num(true)}",
      "base ${basename('/etc/site/values.txt', '.txt')} ${dirname("${root}/values.txt")}",
      "member ${member(['a', 'b'], 'b')} ${has_key({ 'k' => 1 }, 'k')}",
      "range ${range('1', '5').join(' ')} ${count([1, 2, undef])}",
      "lists ${difference(['a', 'b'], ['b']).join} ${intersection(['a', 'b'], ['b']).join} ${union(['a'], ['b']).join}",
      "prefix ${prefix(['a', 'b'], 'p-').join(' ')} ${suffix(['a'], '-s').join(' ')}",
      "delete ${delete(['a', 'b', 'a'], 'a').join} ${delete_undef_values({ 'a' => undef, 'b' => 1 })}",
      "bytes ${to_bytes('4 kB')} ${num2bool(1)}",
      "facts ${fact('os.release.major')} ${stdlib::ip_in_range('192.0.2.7', '192.0.2.0/24')}",
      "yaml ${to_yaml({ 'k' => [1, 'two'] })}",
    ].join("\n"),
  }

  file_line { 'hosts-allow':
    path  => '/etc/hosts.allow',
    line  => 'sshd: ALL',
    match => '^sshd:',
  }

  $services.each |$name, $attributes| {
    ensure_resource('service', $name, $attributes)
  }

  $shell = shell_escape('a b')
  exec { 'say':
    command     => "/bin/echo ${shell} ${fqdn_rotate(['a', 'b', 'c', 'd']).join(' ')}",
    refreshonly => true,
  }
}
