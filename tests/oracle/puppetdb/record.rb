#!/usr/bin/ruby
# frozen_string_literal: true

# Compiles small fleets with the real Puppet and a real PuppetDB: the judge of exported resources.
#
#   ruby -W0 record.rb --fleets DIR --out DIR [--migrate BINARY] [--server FOLDER] [FLEET]...
#
# In: one folder a fleet: a control repo with `facts/`. Out, a folder a fleet: `answers.json`, the catalogs by
# certname, or `{error, file, line}` of a node that failed; and with --migrate, what the binary gives with
# `--puppetdb URL --exported puppetdb` of the same server (`ours/`), and the record that it makes (`puppetdb.json`).
#
# A fleet is compiled in rounds: every node of a round sees the exports as the round before left them, until a
# round changes no catalog. A node that fails is deactivated, so that it exports nothing.

require_relative '../catalog'
require_relative 'server'
require 'puppet/util/puppetdb'

class Recorder
  ROUNDS = 8

  def initialize(server, out, migrate)
    @server = server
    @out = out
    @migrate = migrate
  end

  def settings(repo)
    environments = File.join(@server.folder, 'environments')
    FileUtils.rm_rf(environments)
    FileUtils.mkdir_p(environments)
    File.symlink(repo, File.join(environments, Oracle::ENVIRONMENT))
    environments
  end

  # Puppet's settings can be given once a process; the environment behind the link changes.
  def prepare(repo)
    environments = settings(repo)
    conf = File.join(@server.folder, 'conf')
    certificates(File.join(conf, 'ssl'))
    File.write(File.join(conf, 'puppetdb.conf'), "[main]\nserver_urls = https://localhost:#{@server.port}\nserver_url_timeout = 120\n")
    Puppet.initialize_settings(
      ['--confdir', conf, '--vardir', "#{@server.folder}/puppet", '--codedir', "#{@server.folder}/code",
       '--ssldir', "#{conf}/ssl", '--certname', PuppetdbServer::CLIENT, '--certificate_revocation', 'false',
       '--log_level', 'err', '--environmentpath', environments, '--environment', Oracle::ENVIRONMENT,
       '--basemodulepath', core, '--vendormoduledir', "#{conf}/none",
       '--hiera_config', "#{conf}/none.yaml", '--node_name_value', 'oracle', '--storeconfigs',
       '--storeconfigs_backend', 'puppetdb', '--strict', 'error', '--strict_variables']
    )
    Puppet::Util::Log.level = :crit
    Puppet::Resource.indirection.terminus_class = :puppetdb
  end

  def core
    @core ||= Oracle.core_modules(Dir.mktmpdir('core', @server.folder))
  end

  def certificates(ssl)
    FileUtils.mkdir_p(["#{ssl}/certs", "#{ssl}/private_keys", "#{ssl}/public_keys"])
    FileUtils.cp(@server.file('ca.pem'), "#{ssl}/certs/ca.pem")
    FileUtils.cp(@server.file('client.pem'), "#{ssl}/certs/#{PuppetdbServer::CLIENT}.pem")
    FileUtils.cp(@server.file('client.key'), "#{ssl}/private_keys/#{PuppetdbServer::CLIENT}.pem")
  end

  def fleet(name, repo)
    @prepared ? settings(repo) : prepare(repo)
    @prepared = true
    @options = Oracle::Options.new(repo, nil, "#{repo}/facts", "#{repo}/enc", "#{repo}/trusted")
    names = Dir.glob("#{repo}/facts/*.json").map { |file| File.basename(file, '.json') }.sort
    answers = at_rest(name, names)
    FileUtils.mkdir_p("#{@out}/#{name}")
    lines = answers.map { |certname, answer| "#{certname.to_json}: #{pretty(answer)}" }
    File.write("#{@out}/#{name}/answers.json", "{\n#{lines.join(",\n")}\n}\n")
    ask_ours(name, repo, answers) if @migrate
    store({}, names)
  end

  def at_rest(name, names)
    last = nil
    ROUNDS.times do |round|
      compiled = names.to_h { |certname| [certname, compile(certname)] }
      store(compiled.transform_values(&:first).compact, compiled.filter_map { |name, (catalog, _)| name unless catalog })
      answers = compiled.transform_values(&:last)
      puts "#{name}: round #{round + 1}, #{answers.count { |_, answer| answer.key?('error') }} of #{names.size} failed"
      return answers if unordered(answers) == last

      last = unordered(answers)
    end
    abort "#{name}: not at rest after #{ROUNDS} rounds"
  end

  # A PuppetDB gives its answers in no order.
  def unordered(answers)
    sorted = ->(list, *keys) { (list || []).sort_by { |item| item.values_at(*keys) } }
    answers.transform_values do |answer|
      answer.merge('resources' => sorted.call(answer['resources'], 'type', 'title'),
                   'edges' => sorted.call(answer['edges'], 'source', 'target'))
    end
  end

  # The whole catalog for the PuppetDB, and what the node is given.
  def compile(certname)
    Oracle.in_environment(Oracle.trusted_of(@options, certname)) do |environment, trusted|
      facts = Puppet::Node::Facts.new(certname, Oracle.facts(@options, certname))
      node = Puppet::Node.new(certname, environment: environment, facts: facts)
      node.fact_merge(facts)
      node.trusted_data = trusted.to_h
      node.add_server_facts('serverversion' => Puppet.version, 'servername' => 'puppet.example.net',
                            'serverip' => '192.0.2.1')
      catalog = Puppet::Parser::Compiler.compile(node)
      [[catalog, facts, node], answer(catalog.filter(&:virtual?).to_data_hash)]
    end
  rescue Puppet::Error => e
    file = e.respond_to?(:file) && e.file ? File.basename(e.file) : nil
    [nil, { 'error' => e.message.gsub(/\s*\(file: .*/m, ''), 'file' => file, 'line' => e.respond_to?(:line) ? e.line : nil }]
  end

  def answer(catalog)
    catalog = Oracle.relative(catalog, @options.repo, "#{Puppet[:environmentpath]}/#{Oracle::ENVIRONMENT}")
    catalog.update('version' => 0, 'catalog_uuid' => nil)
  end

  # Sends all that changed and waits until it is there; who leaves is deactivated, so that it exports nothing.
  def store(catalogs, leaving)
    start = Time.now.utc
    sent = catalogs.select { |certname, catalog| submit(certname, catalog) }.keys
    leaving = leaving.select { |certname| (@active ||= {}).delete(certname) }
    leaving.each { |certname| deactivate(certname) }
    sent.each { |certname| @active[certname] = true }
    deadline = start + 600
    until settled?(start.floor(3), sent, leaving)
      abort "the PuppetDB did not take everything in 600 s" if Time.now.utc > deadline
      sleep 0.2
    end
  end

  def settled?(start, sent, leaving)
    query = ['from', 'nodes', ['extract', %w[certname catalog_timestamp deactivated], ['=', 'node_state', 'any']]]
    nodes = Puppet::Util::Puppetdb.query_puppetdb(query).to_h { |node| [node['certname'], node] }
    since = ->(certname, key) { (time = nodes.dig(certname, key)) && Time.iso8601(time) >= start }
    sent.all? { |certname| since.call(certname, 'catalog_timestamp') } &&
      leaving.all? { |certname| since.call(certname, 'deactivated') }
  end

  def submit(certname, (catalog, facts, node))
    in_environment = { environment: node.environment }
    Puppet.override(trusted_information: Oracle.trusted_of(@options, certname)) do
      request = Puppet::Indirector::Request.new(:facts, :save, certname, facts, in_environment)
      request.node = certname
      Puppet::Node::Facts.indirection.terminus(:puppetdb).save(request) unless (@active ||= {})[certname]
      request = Puppet::Indirector::Request.new(:catalog, :save, certname, catalog, in_environment)
      Puppet::Resource::Catalog.indirection.terminus(:puppetdb).save(request)
    end
    true
  rescue Puppet::Error => e
    puts "#{certname}: not stored: #{e.message[0, 200]}"
    false
  end

  def deactivate(certname)
    now = Time.now.utc
    payload = { certname: certname, producer_timestamp: Puppet::Util::Puppetdb.to_wire_time(now) }
    Puppet::Util::Puppetdb::Command.new('deactivate node', 3, certname, now, payload).submit
  end

  # One resource a line.
  def pretty(answer)
    return answer.to_json if answer.key?('error')

    rest = answer.reject { |key, _| key == 'resources' }.to_json
    "#{rest[0..-2]},\"resources\":[\n#{answer['resources'].map(&:to_json).join(",\n")}\n]}"
  end

  # Nodes and facts come from the PuppetDB too, unless some nodes are not in it since they failed.
  def ask_ours(name, repo, answers)
    facts = answers.any? { |_, answer| answer.key?('error') } ? ['--facts', "#{repo}/facts"] : []
    ok = system(@migrate, 'compile', repo, *facts, '--out', "#{@out}/#{name}/ours",
                '--basemodulepath', core,
                '--puppet-version', '7', '--strict', 'error', '--strict-variables', '--exported', 'puppetdb',
                '--puppetdb', "https://localhost:#{@server.port}", '--puppetdb-ca', @server.file('ca.pem'),
                '--puppetdb-cert', @server.file('client.pem'), '--puppetdb-key', @server.file('client.key'),
                '--puppetdb-record', "#{@out}/#{name}/puppetdb.json", err: "#{@out}/#{name}/ours.log")
    record = "#{@out}/#{name}/puppetdb.json"
    text = File.read(record).gsub("#{Puppet[:environmentpath]}/#{Oracle::ENVIRONMENT}/", '')
    File.write(record, text)
    puts "#{name}: ours #{ok ? 'compiled' : 'failed in part'}"
  end
end

$stdout.sync = true
options = {}
OptionParser.new do |flags|
  flags.on('--fleets DIR') { |v| options[:fleets] = File.expand_path(v) }
  flags.on('--out DIR') { |v| options[:out] = File.expand_path(v) }
  flags.on('--server FOLDER') { |v| options[:server] = v }
  flags.on('--migrate BINARY') { |v| options[:migrate] = File.expand_path(v) }
end.parse!(ARGV)
abort "not installed: #{PuppetdbServer.missing.join(', ')}" unless PuppetdbServer.missing.empty?

record = lambda do |server|
  recorder = Recorder.new(server, options[:out], options[:migrate])
  at_rest = Dir.children(options[:fleets]).sort - ['oscillates']
  names = ARGV.empty? ? at_rest : ARGV
  names.each { |name| recorder.fleet(name, File.join(options[:fleets], name)) }
end
options[:server] ? PuppetdbServer.attach(options[:server], &record) : PuppetdbServer.run(&record)
