#!/usr/bin/ruby
# frozen_string_literal: true

# Records what the real Puppet makes of the cases of fixtures/conformance/ in fixtures/conformance/answers/AREA.json.
#
#   ruby -W0 tests/oracle/conformance.rb [AREA[/NAME]]…                            Puppet 7
#   tests/oracle/in_trixie ruby -W0 tests/oracle/conformance.rb [AREA[/NAME]]…     Puppet 8
#   … --print [AREA[/NAME]]…                                                      to stdout, nothing is recorded
#
# What a case looks like is said in docs/judges.md. An answer is the catalog without what every catalog has, or
# {"error": {"code", "file", "line", "message"}}.

require 'puppet'
require 'json'
require 'fileutils'
require 'tmpdir'

# A PuppetDB in which no other node has exported anything.
class Puppet::Resource::Nobody < Puppet::Indirector::Code
  desc 'Answers every search for exported resources with nothing.'
  def search(_request)
    []
  end
end

module Conformance
  HERE = File.expand_path('../../fixtures/conformance', __dir__)
  FACTS = JSON.parse(File.read(File.expand_path('../../fixtures/eval/facts.json', __dir__)))
  MODULES = ENV.fetch('PUPPET_MODULES', '/usr/share/puppet/modules')
  NODE = 'node1.example.net'
  VERSION = Puppet.version[/\A\d+/]
  Case = Struct.new(:area, :name, :header, :files)

  module_function

  def main(argv)
    print = argv.delete('--print')
    Dir.mktmpdir('conformance') do |tmp|
      prepare(tmp)
      answers = cases(argv).to_h { |it| ["#{it.area}/#{it.name}", answer(it, tmp)] }
      print ? puts(JSON.generate(answers)) : record(answers)
    end
  end

  def prepare(tmp)
    Puppet.initialize_settings(
      ['--confdir', "#{tmp}/conf", '--vardir', "#{tmp}/var", '--codedir', "#{tmp}/code", '--vendormoduledir',
       "#{tmp}/none", '--hiera_config', "#{tmp}/none/hiera.yaml", '--node_name_value', 'oracle', '--storeconfigs']
    )
    Puppet::Resource.indirection.terminus_class = :nobody
    Puppet::Util::Log.level = :crit
    FileUtils.mkdir_p(["#{tmp}/core", "#{tmp}/code", "#{tmp}/environments"])
    File.symlink("#{tmp}/environments", "#{tmp}/code/environments")
    Dir.glob("#{MODULES}/*_core").each { |from| File.symlink(from, "#{tmp}/core/#{File.basename(from)}") }
  end

  def cases(wanted)
    all = Dir.glob("#{HERE}/*/*.pp").sort.map { |path| read(path) }
    all.select do |it|
      versions = it.header.fetch('versions', '7 8').split
      asked = wanted.empty? || wanted.any? { |w| w == it.area || w == "#{it.area}/#{it.name}" || w == "#{it.area}/" }
      versions.include?(VERSION) && asked
    end
  end

  def read(path)
    main, *rest = File.read(path, encoding: 'UTF-8').split(/^--- (\S+)\n/)
    header = main.scan(/^#! (\w+): *(.*?) *$/).to_h
    files = rest.each_slice(2).to_h
    files['manifests/site.pp'] = main unless main.gsub(/^#.*$/, '').strip.empty?
    Case.new(File.basename(File.dirname(path)), File.basename(path, '.pp'), header, files)
  end

  def answer(it, tmp)
    root = "#{tmp}/environments/production"
    FileUtils.rm_rf(root)
    FileUtils.mkdir_p(root)
    it.files.each do |path, text|
      FileUtils.mkdir_p(File.dirname("#{root}/#{path}"))
      File.write("#{root}/#{path}", text)
    end
    settings(it.header, tmp)
    global = "#{root}/global/hiera.yaml"
    Puppet[:hiera_config] = File.exist?(global) ? global : "#{tmp}/none/hiera.yaml"
    small(relative(compile(it.header, tmp), "#{root}/", "#{MODULES}/", "#{tmp}/core/"))
  rescue SystemStackError
    { 'error' => { 'code' => 'STACK', 'message' => 'stack level too deep' } }
  rescue StandardError, ScriptError, SecurityError => e
    { 'error' => relative(error(e), "#{root}/", "#{MODULES}/", "#{tmp}/core/") }
  end

  def settings(header, tmp)
    lax = header['strict'] == 'warning'
    Puppet[:strict] = lax ? :warning : :error
    Puppet[:strict_variables] = !lax
    Puppet[:basemodulepath] = { 'debian' => MODULES, 'core' => "#{tmp}/core" }.fetch(header['modules'], "#{tmp}/none")
  end

  def compile(header, tmp)
    loader = Puppet::Environments::Directories.new("#{tmp}/environments", [Puppet[:basemodulepath]])
    extensions = JSON.parse(header.fetch('extensions', '{}'))
    trusted = Puppet::Context::TrustedInformation.new('remote', header.fetch('node', NODE), extensions, {})
    Puppet.override(environments: loader) do
      env = loader.get!('production')
      Puppet.override(current_environment: env, trusted_information: trusted, loaders: Puppet::Pops::Loaders.new(env),
                      rich_data: true) do
        JSON.parse(JSON.generate(catalog(header, env, trusted)))
      end
    end
  end

  def catalog(header, env, trusted)
    facts = FACTS.merge(JSON.parse(header.fetch('facts', '{}')))
    name = header.fetch('node', NODE)
    enc = JSON.parse(header.fetch('enc', '{}'))
    node = Puppet::Node.new(name, environment: env, facts: Puppet::Node::Facts.new(name, facts),
                                  classes: enc['classes'] || {}, parameters: enc['parameters'] || {})
    node.fact_merge(node.facts)
    node.trusted_data = trusted.to_h
    node.add_server_facts('serverversion' => Puppet.version, 'servername' => 'puppet.example.net',
                          'serverip' => '192.0.2.1')
    Puppet::Parser::Compiler.compile(node).filter(&:virtual?).to_data_hash
  end

  COMMON = ['Stage[main]', 'Class[Settings]', 'Class[main]'].freeze

  # Without what every catalog has.
  def small(catalog)
    common = ->(name) { COMMON.include?(name) || name.start_with?('Node[') }
    resources = catalog['resources'].reject { |it| common.call("#{it['type']}[#{it['title']}]") }
    edges = catalog['edges'].reject { |it| common.call(it['source']) }
    { 'resources' => resources, 'edges' => edges, 'classes' => catalog['classes'] - ['settings'] }
  end

  def error(found)
    chain = [found]
    chain << chain.last.cause while chain.last.cause && chain.size < 10
    code = chain.filter_map { |it| it.issue_code if it.respond_to?(:issue_code) }.first
    file, line = place(found)
    message = found.message.sub(/ ?\((file: [^()]*, )?line: \d+(, column: \d+)?\).*\z/m, '').sub(/ on node \S+\z/, '')
    { 'code' => code&.to_s, 'file' => file&.to_s, 'line' => line, 'message' => message.gsub(/:0x\h+/, '')[0, 400] }.compact
  end

  # The innermost place: the first that the message names, not counting where something was declared before.
  def place(found)
    text = found.message.gsub(/(\bat|already (declared|defined)) \(file: [^)]*\)/, '')
    named = text.match(/\(file: (?<file>[^,)]+), line: (?<line>\d+)/)
    return [named[:file], named[:line].to_i] if named

    file = found.respond_to?(:file) && found.file || found.message[/file: ([^,)]+)/, 1]
    [file, found.respond_to?(:line) && found.line || found.message[/line: (\d+)/, 1]&.to_i]
  end

  def relative(data, *roots)
    case data
    when Hash then data.to_h { |k, v| [relative(k, *roots), relative(v, *roots)] }
    when Array then data.map { |v| relative(v, *roots) }
    when String then roots.reduce(data) { |text, root| text.gsub(root, '') }
    else data
    end
  end

  # Merges this version's answers into the files: one line a case; `answer` where both versions agree.
  def record(answers)
    answers.group_by { |name, _| name.split('/').first }.each do |area, found|
      path = "#{HERE}/answers/#{area}.json"
      known = File.exist?(path) ? JSON.parse(File.read(path)) : {}
      found.each { |name, answer| known[name.split('/').last] = merged(known[name.split('/').last] || {}, answer) }
      known.select! { |name, _| File.exist?("#{HERE}/#{area}/#{name}.pp") }
      lines = known.sort.map { |name, answer| "#{JSON.generate(name)}: #{JSON.generate(answer)}" }
      File.write(path, "{\n#{lines.join(",\n")}\n}\n")
      puts "#{area}: #{found.size} answers of Puppet #{VERSION}, #{found.count { |_, it| it['error'] }} errors"
    end
  end

  def merged(known, answer)
    known = { '7' => known['answer'], '8' => known['answer'] } if known.key?('answer')
    known = known.merge(VERSION => answer)
    known['7'] && known['7'] == known['8'] ? { 'answer' => answer } : known.sort.to_h
  end
end

Conformance.main(ARGV)
