#!/usr/bin/ruby
# frozen_string_literal: true

# Compiles catalogs with the real Puppet: the judge of `migrate compile`.
#
#   ruby -W0 catalog.rb --repo DIR --out DIR [--facts DIR] [--enc DIR] [--trusted DIR] [--eyaml-keys DIR]
#                       [--node NAME]... [--basemodulepath P] [--hiera-config FILE]
#                       [--strict error|warning|off] [--strict-variables true|false]
#
# In: a control repo and one file a node under `facts/` (YAML or JSON; plain facts or `{name, values}`), with
# `enc/` and `trusted/` alike where they exist. Out: `CERTNAME.json` in rich data, every path of the repo made
# relative to it, and one line a node on stdout: node, ok|fail, seconds, resources, edges, message.
# Exits with 1 when a node failed.
#
# All nodes are compiled in one process without a server, a CA or PuppetDB. Exported resources behave as with a
# PuppetDB that knows no other node: a node collects its own exports and nothing else.

require 'puppet'
require 'yaml'
require 'json'
require 'optparse'
require 'fileutils'
require 'tmpdir'

# A PuppetDB in which no other node has exported anything.
class Puppet::Resource::Nobody < Puppet::Indirector::Code
  desc 'Answers every search for exported resources with nothing.'
  def search(_request)
    []
  end
end

module Oracle
  ENVIRONMENT = 'production'
  MODULES = '/usr/share/puppet/modules'
  Options = Struct.new(:repo, :out, :facts, :enc, :trusted, :keys, :nodes, :base, :hiera, :strict, :strict_variables)

  module_function

  def main(argv)
    options = parse(argv)
    failed = Dir.mktmpdir('oracle') do |tmp|
      prepare(options, tmp)
      nodes(options).map { |node| compile(options, node, tmp) }.count(false)
    end
    exit(failed.zero? ? 0 : 1)
  end

  def parse(argv)
    options = Options.new
    options.strict = 'error'
    options.strict_variables = 'true'
    options.nodes = []
    OptionParser.new do |flags|
      flags.on('--repo DIR') { |v| options.repo = File.expand_path(v) }
      flags.on('--out DIR') { |v| options.out = File.expand_path(v) }
      flags.on('--facts DIR') { |v| options.facts = File.expand_path(v) }
      flags.on('--enc DIR') { |v| options.enc = File.expand_path(v) }
      flags.on('--trusted DIR') { |v| options.trusted = File.expand_path(v) }
      flags.on('--eyaml-keys DIR') { |v| options.keys = File.expand_path(v) }
      flags.on('--node NAME') { |v| options.nodes << v }
      flags.on('--basemodulepath P') { |v| options.base = v }
      flags.on('--hiera-config FILE') { |v| options.hiera = File.expand_path(v) }
      flags.on('--strict LEVEL') { |v| options.strict = v }
      flags.on('--strict-variables BOOL') { |v| options.strict_variables = v }
    end.parse!(argv)
    with_defaults(options)
  end

  def with_defaults(options)
    abort 'give --repo and --out' unless options.repo && options.out
    options.facts ||= File.join(options.repo, 'facts')
    options.enc ||= File.join(options.repo, 'enc')
    options.trusted ||= File.join(options.repo, 'trusted')
    options.keys ||= File.join(options.repo, 'keys')
    options
  end

  # Puppet's settings, an environment that is a link to the repo, and the types of the agent's own package.
  def prepare(options, tmp)
    environments = File.join(tmp, 'environments')
    FileUtils.mkdir_p([environments, options.out])
    File.symlink(options.repo, File.join(environments, ENVIRONMENT))
    Puppet.initialize_settings(
      ['--confdir', "#{tmp}/conf", '--vardir', "#{tmp}/var", '--codedir', "#{tmp}/code", '--log_level', 'err',
       '--environmentpath', environments, '--environment', ENVIRONMENT,
       '--basemodulepath', options.base || core_modules(tmp), '--vendormoduledir', "#{tmp}/none",
       '--hiera_config', options.hiera || "#{tmp}/none/hiera.yaml", '--node_name_value', 'oracle',
       '--storeconfigs', '--strict', options.strict,
       options.strict_variables == 'true' ? '--strict_variables' : '--no-strict_variables']
    )
    Puppet::Util::Log.level = :warning
    Puppet::Util::Log.newdestination(:console) if ENV['ORACLE_VERBOSE']
    Puppet::Resource.indirection.terminus_class = :nobody
    use_keys(options.keys)
  end

  # Debian has the agent's vendored modules among all the others: only these are the platform.
  def core_modules(tmp)
    core = File.join(tmp, 'core')
    FileUtils.mkdir_p(core)
    Dir.glob("#{MODULES}/*_core").each { |from| File.symlink(from, File.join(core, File.basename(from))) }
    core
  end

  # The key paths of a `hiera.yaml` are those of its server: here the keys are where `--eyaml-keys` says.
  def use_keys(keys)
    return unless File.directory?(keys)

    require 'hiera/backend/eyaml/options'
    Hiera::Backend::Eyaml::Options.singleton_class.prepend(Module.new do
      define_method(:set) do |given|
        super(given.merge('pkcs7_private_key' => "#{keys}/private_key.pkcs7.pem",
                          'pkcs7_public_key' => "#{keys}/public_key.pkcs7.pem"))
      end
    end)
  end

  def nodes(options)
    all = Dir.glob(File.join(options.facts, '*.{yaml,yml,json}')).map { |f| File.basename(f).sub(/\.(ya?ml|json)\z/, '') }
    options.nodes.empty? ? all.sort.uniq : options.nodes
  end

  def read(dir, node)
    file = %w[yaml yml json].map { |ext| File.join(dir, "#{node}.#{ext}") }.find { |f| File.file?(f) }
    return {} unless file

    file.end_with?('.json') ? JSON.parse(File.read(file)) : YAML.unsafe_load_file(file)
  end

  def facts(options, node)
    given = read(options.facts, node)
    given.key?('values') && given['values'].is_a?(Hash) ? given['values'] : given
  end

  def compile(options, name, tmp)
    start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    catalog = relative(catalog_of(options, name), options.repo, "#{tmp}/environments/#{ENVIRONMENT}")
    catalog.update('version' => 0, 'catalog_uuid' => nil)
    File.write(File.join(options.out, "#{name}.json"), "#{JSON.pretty_generate(catalog)}\n")
    say(name, 'ok', start, catalog['resources'].size, catalog['edges'].size, '')
    true
  rescue StandardError, ScriptError, SystemStackError => e
    say(name, 'fail', start, 0, 0, "#{e.class}: #{e.message}".gsub(/\s+/, ' '))
    warn e.backtrace.first(20) if ENV['ORACLE_VERBOSE']
    false
  end

  def say(name, status, start, resources, edges, message)
    seconds = (Process.clock_gettime(Process::CLOCK_MONOTONIC) - start).round(2)
    puts [name, status, seconds, resources, edges, message].join("\t")
    $stdout.flush
  end

  # What the compiling server does: ENC parameters first, then facts, trusted data, and only what is not virtual.
  def catalog_of(options, name)
    in_environment(trusted_of(options, name)) do |environment, trusted|
      node = node(options, name, environment, trusted)
      Puppet::Parser::Compiler.compile(node).filter(&:virtual?).to_data_hash
    end
  end

  def node(options, name, environment, trusted)
    enc = read(options.enc, name)
    node = Puppet::Node.new(name, environment: environment, classes: enc['classes'] || {},
                                  parameters: enc['parameters'] || {},
                                  facts: Puppet::Node::Facts.new(name, facts(options, name)))
    node.fact_merge(node.facts)
    node.trusted_data = trusted.to_h
    node.add_server_facts('serverversion' => Puppet.version, 'servername' => 'puppet.example.net',
                          'serverip' => '192.0.2.1')
    node
  end

  def trusted_of(options, name)
    given = read(options.trusted, name)
    Puppet::Context::TrustedInformation.new(given['authenticated'] || 'remote', name, given['extensions'] || {},
                                            given['external'] || {})
  end

  def in_environment(trusted)
    loader = Puppet::Environments::Directories.from_path(Puppet[:environmentpath], Puppet[:basemodulepath].split(':'))
    environments = Puppet::Environments::Cached.new(Puppet::Environments::Combined.new(*loader))
    Puppet.override(environments: environments) do
      environment = environments.get!(ENVIRONMENT)
      Puppet.override(current_environment: environment, trusted_information: trusted,
                      loaders: Puppet::Pops::Loaders.new(environment), rich_data: true) do
        yield environment, trusted
      end
    end
  end

  def relative(data, *roots)
    case data
    when Hash then data.to_h { |k, v| [k, relative(v, *roots)] }
    when Array then data.map { |v| relative(v, *roots) }
    when String then roots.reduce(data) { |text, root| text.gsub("#{root}/", '') }
    else data
    end
  end
end

Oracle.main(ARGV) if $PROGRAM_NAME == __FILE__
