#!/usr/bin/ruby
# frozen_string_literal: true

# Records what the real Puppet gives for each expression of fixtures/functions/*.txt (one a line), as *.json beside:
# {"expression": {"value": "…"}} or {"expression": {"error": "…"}}.
#
#   ruby -W0 tests/oracle/functions.rb [NAME.txt …]                            Puppet 7, with bookworm's stdlib (8.5)
#   tests/oracle/in_trixie ruby -W0 tests/oracle/functions.rb [NAME.txt …]     Puppet 8, the same stdlib; stdlib9.txt is
#                                                                              asked with trixie's own (9.4)
#
# The value is `String(type($r))` and `String($r, '%p')`. Puppet 8's answers are in *.8.json where they differ.

require 'puppet'
require 'json'

HERE = File.expand_path('../../fixtures/functions', __dir__)
FACTS = JSON.parse(File.read(File.expand_path('../../fixtures/eval/facts.json', __dir__)))
NODE = 'node1.example.net'
VERSION = Puppet.version.to_i
OWN = '/usr/share/puppet/modules'

Puppet.initialize_settings(['--confdir', '/tmp/functions/conf', '--vardir', '/tmp/functions/var',
                            '--codedir', '/tmp/functions/code', '--vendormoduledir', '/nonexistent',
                            '--hiera_config', '/nonexistent/hiera.yaml'])
Puppet::Util::Log.level = :crit
Puppet[:strict] = :warning
Puppet[:strict_variables] = true

def manifest(expression)
  "$r = (#{expression})\nnotify { 'type': message => \"${type($r)}\" }\n" \
    "notify { 'value': message => $r ? { Sensitive => 'Sensitive', default => String($r, '%p') } }\n"
end

def compile(code)
  env = Puppet::Node::Environment.create(:production, [$modules])
  loaders = Puppet::Environments::Static.new(env)
  trusted = Puppet::Context::TrustedInformation.new('remote', NODE, {})
  Puppet[:code] = code
  Puppet.override(environments: loaders, current_environment: env, trusted_information: trusted,
                  loaders: Puppet::Pops::Loaders.new(env), rich_data: true) do
    node = Puppet::Node.new(NODE, environment: env, parameters: {})
    node.merge(FACTS)
    node.instance_variable_set(:@facts, Puppet::Node::Facts.new(NODE, FACTS))
    node.trusted_data = trusted.to_h
    Puppet::Parser::Compiler.compile(node)
  end
end

def answer(expression)
  catalog = compile(manifest(expression))
  text = ->(title) { catalog.resource('Notify', title)[:message] }
  { 'value' => "#{text.call('type')}: #{text.call('value')}".gsub("#{$modules}/", "#{OWN}/") }
rescue StandardError, ScriptError => e
  message = e.message.sub(/ ?\((file: [^,()]+, )?line: \d+(, column: \d+)?\).*\z/m, '').sub(/ on node \S+\z/, '')
  message = message.sub(/\AEvaluation Error: /, '').sub(/\AError while evaluating a[n]? .*?, /i, '')
  { 'error' => message.gsub(/:0x\h+/, '') }
end

def record(path)
  lines = File.readlines(path, chomp: true).reject { |line| line.strip.empty? || line.start_with?('#') }
  answers = lines.to_h { |line| [line, answer(line)] }
  base = path.sub(/\.txt\z/, '.json')
  if VERSION > 7
    other = File.exist?(base) ? JSON.parse(File.read(base)) : {}
    answers = answers.reject { |line, it| other[line] == it }
    base = base.sub(/\.json\z/, '.8.json')
  end
  File.write(base, "#{JSON.pretty_generate(answers)}\n")
  puts "#{File.basename(base)}: #{answers.size} of #{lines.size} expressions, #{answers.count { |_, it| it['error'] }} errors"
end

files = ARGV.empty? ? Dir.glob(File.join(HERE, '*.txt')).sort : ARGV.map { |it| File.expand_path(it) }
files.each do |path|
  young = File.basename(path) == 'stdlib9.txt'
  next if young && VERSION < 8

  $modules = young ? OWN : ENV.fetch('PUPPET_MODULES', OWN)
  record(path)
end
