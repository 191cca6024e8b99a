#!/usr/bin/ruby
# frozen_string_literal: true

# settings.rb: writes data/settings.json, what `$settings::NAME` is on a compiling server that nobody configured.
#   ruby -W0 tests/oracle/settings.rb                               Puppet 7
#   tests/oracle/in_trixie ruby -W0 tests/oracle/settings.rb        Puppet 8
# Each run replaces its own version: `{"7": {"known": {name: value}, "server": [names]}, "8": …}`. Under `server` are
# the names whose value depends on the machine: it differs between two servers with other folders and names, is
# computed by code, or names a path.

require 'puppet'
require 'json'

DATA = File.expand_path('../../data/settings.json', __dir__)

# JSON has no infinity: such a setting is left to the user.
UNLIMITED = 'unlimited'

def values(name)
  argv = %w[confdir vardir codedir logdir rundir publicdir].flat_map { |dir| ["--#{dir}", "/#{name}/#{dir}"] }
  argv += ['--certname', "#{name}.example.net"]
  Puppet.settings.preferred_run_mode = :server
  Puppet.initialize_settings(argv, false)
  names = []
  Puppet.settings.each_key { |key| names << key unless key == :name }
  names.to_h { |key| [key.to_s, plain(Puppet.settings.value_sym(key, :production))] }
end

# A process of its own, since settings are global.
def asked(name)
  reader, writer = IO.pipe
  fork do
    writer.write(JSON.generate(values(name)))
    writer.close
    exit!
  end
  writer.close
  JSON.parse(reader.read)
end

# What Puppet::Parser::Scope#transform_setting makes of a value.
def plain(value)
  case value
  when Float::INFINITY then UNLIMITED
  when String, Numeric, true, false, nil then value
  when Array then value.map { |it| plain(it) }
  when Hash then value.to_h { |key, it| [plain(key), plain(it)] }
  else value.to_s
  end
end

def of_machine?(name, value)
  default = Puppet.settings.setting(name.to_sym).instance_variable_get(:@default)
  default.respond_to?(:call) || value == UNLIMITED || value.to_s.include?('/') || %w[environment manifest strict strict_variables].include?(name)
end

first, second = asked('one'), asked('two')
known, server = first.partition { |name, value| second[name] == value && !of_machine?(name, value) }
all = File.exist?(DATA) ? JSON.parse(File.read(DATA)) : {}
all[Puppet.version[/\d+/]] = { 'known' => known.sort.to_h, 'server' => server.map(&:first).sort }
lines = all.sort.map { |version, it| "#{JSON.generate(version)}: #{JSON.generate(it)}" }
File.write(DATA, "{\n#{lines.join(",\n")}\n}\n")
