#!/usr/bin/ruby
# frozen_string_literal: true

# Records what the real Puppet makes of each fixtures/eval/*.pp, as fixtures/eval/*.json: a catalog in rich data, or
# {"error": {"line", "message"}}.
#
#   ruby -W0 tests/oracle/eval_cases.rb [NAME.pp …]
#
# A first line `# strict: warning` compiles with Puppet 7's settings; else `strict=error`, `strict_variables=true`.

require 'puppet'
require 'json'

# A PuppetDB in which no other node has exported anything.
class Puppet::Resource::Nobody < Puppet::Indirector::Code
  desc 'Answers every search for exported resources with nothing.'
  def search(_request)
    []
  end
end

HERE = File.expand_path('../../fixtures/eval', __dir__)
FACTS = JSON.parse(File.read(File.join(HERE, 'facts.json')))
NODE = 'node1.example.net'

Puppet.initialize_settings(['--confdir', '/tmp/eval-cases/conf', '--vardir', '/tmp/eval-cases/var',
                            '--codedir', '/tmp/eval-cases/code', '--vendormoduledir', '/nonexistent',
                            '--hiera_config', '/nonexistent/hiera.yaml', '--storeconfigs'])
Puppet::Resource.indirection.terminus_class = :nobody
Puppet::Util::Log.level = :crit

def compile(path)
  lax = File.foreach(path).first.to_s.include?('strict: warning')
  Puppet[:strict] = lax ? :warning : :error
  Puppet[:strict_variables] = !lax
  env = Puppet::Node::Environment.create(:production, [File.join(HERE, 'modules')], path)
  loaders = Puppet::Environments::Static.new(env)
  trusted = Puppet::Context::TrustedInformation.new('remote', NODE, {})
  Puppet.override(environments: loaders, current_environment: env, trusted_information: trusted,
                  loaders: Puppet::Pops::Loaders.new(env), rich_data: true) do
    node = Puppet::Node.new(NODE, environment: env, parameters: {})
    node.merge(FACTS)
    node.instance_variable_set(:@facts, Puppet::Node::Facts.new(NODE, FACTS))
    node.trusted_data = trusted.to_h
    node.add_server_facts('serverversion' => '7.23.0', 'servername' => 'puppet.example.net', 'serverip' => '192.0.2.1')
    catalog = Puppet::Parser::Compiler.compile(node).filter(&:virtual?)
    json = JSON.parse(catalog.render('rich_data_json'))
    json['version'] = 0
    json['catalog_uuid'] = nil
    json
  end
rescue SystemStackError
  { 'error' => { 'line' => nil, 'message' => 'stack level too deep' } }
rescue Puppet::Error => e
  line = (e.respond_to?(:line) && e.line) || e.message[/line: (\d+)/, 1]&.to_i
  { 'error' => { 'line' => line, 'message' => e.message.sub(/ ?\(file: .*\z/m, '').gsub(/:0x\h+/, '').gsub(HERE, '') } }
end

files = ARGV.empty? ? Dir.glob(File.join(HERE, '*.pp')).sort : ARGV.map { |it| File.expand_path(it) }
files.each do |path|
  text = JSON.pretty_generate(compile(path)).gsub("#{HERE}/", '')
  File.write(path.sub(/\.pp\z/, '.json'), "#{text}\n")
  puts "#{File.basename(path)}: #{text[/"error"/] ? JSON.parse(text)['error'] : 'catalog'}"
end
