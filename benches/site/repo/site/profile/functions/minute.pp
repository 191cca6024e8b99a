# A minute of the hour for a job, the same on every run of a host.
function profile::minute(String[1] $name, Integer[1, 60] $step = 60) >> Array[Integer] {
  $first = fqdn_rand($step, $name) + 0
  range(0, 60 / $step - 1).map |$turn| { Integer($first) + $turn * $step }
}
