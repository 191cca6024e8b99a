#!/usr/bin/ruby
# frozen_string_literal: true

# The graphs an agent would work through, from the real Puppet: the judge of `Catalog::agent_graph`.
#
#   ruby -W0 tests/oracle/graph.rb [--brief] CATALOG.json… MANIFEST.pp…
#
# A catalog is turned into the agent's resources, a manifest is compiled first. Out, as one JSON object by file name:
# the relations between resources, `declared` and `automatic`, the `edges` once containers have two ends, and the
# `cycles` as Puppet prints them. Nothing is applied. `--brief` gives the number and a digest of `declared` and `edges`.

require 'puppet'
require 'digest'
require 'json'
require 'tmpdir'

# Keeps what the graph is before containers are replaced.
module Stages
  attr_reader :stages

  def build_manual_dependencies
    super
    @stages = { 'declared' => named }
  end

  def build_autorelation_dependencies(catalog)
    super
    @stages['automatic'] = named - @stages['declared']
  end

  def named
    edges.map { |edge| [Graphs.name(edge.source), Graphs.name(edge.target)] }.uniq
  end
end
Puppet::Graph::RelationshipGraph.prepend(Stages)

module Graphs
  MODULES = ENV.fetch('PUPPET_MODULES', '/usr/share/puppet/modules')
  ROOT = File.expand_path('../..', __dir__)

  module_function

  def main(files)
    @brief = files.delete('--brief')
    Dir.mktmpdir('graph') do |tmp|
      prepare(tmp)
      path = [MODULES, *ENV.fetch('GRAPH_MODULEPATH', '').split(':')]
      environment = Puppet::Node::Environment.create(:production, path)
      answers = Puppet.override(current_environment: environment, environments: Puppet::Environments::Static.new(environment),
                                loaders: Puppet::Pops::Loaders.new(environment), rich_data: true) do
        files.to_h { |file| [File.basename(file), answer(file, environment)] }
      end
      puts "{\n#{answers.map { |name, it| "#{name.to_json}: #{JSON.generate(it)}" }.join(",\n")}\n}"
    end
  end

  def prepare(tmp)
    Puppet.initialize_settings(['--confdir', "#{tmp}/conf", '--vardir', "#{tmp}/var", '--codedir', "#{tmp}/code",
                                '--vendormoduledir', "#{tmp}/none", '--node_name_value', 'oracle'])
    Puppet::Util::Log.level = :crit
  end

  def answer(file, environment)
    catalog = file.end_with?('.pp') ? compiled(file, environment) : read(file)
    catalog.environment_instance = environment
    ral = catalog.to_ral
    @names = ral.resources.zip(catalog.resources).to_h.compare_by_identity
    graph = ral.relationship_graph
    edges = graph.edges.map { |edge| [edge.source, edge.target].map { |it| name(it).sub(/\AWhit\[(.*)\]\z/m, '\1') } }
    found = graph.stages.merge('edges' => edges.uniq, 'cycles' => cycles(graph))
    @brief ? brief(found) : found
  rescue StandardError => e
    warn "#{file}: #{e.class}: #{e.message}"
    { 'failed' => "#{e.class}: #{e.message}"[0, 300] }
  end

  # `sum` is over the lines `A => B`, sorted by their bytes.
  def brief(found)
    %w[declared edges].each do |key|
      lines = found[key].map { |edge| edge.join(' => ') }.sort
      found[key] = { 'count' => lines.size, 'sum' => Digest::SHA256.hexdigest(lines.join("\n"))[0, 16] }
    end
    found
  end

  # The reference in the catalog: `sshkey` gives itself another title on an agent.
  def name(resource)
    own = @names[resource]
    own && own.kind == 'compilable_type' ? own.ref : resource.ref
  end

  def read(file)
    data = JSON.parse(File.read(file))
    data['environment'] = 'production'
    Puppet::Resource::Catalog.from_data_hash(data)
  end

  def compiled(file, environment)
    with = environment.override_with(manifest: File.expand_path(file))
    node = Puppet::Node.new('node1.example.net', environment: with, facts: Puppet::Node::Facts.new('node1.example.net', {}))
    node.add_server_facts({})
    data = Puppet::Parser::Compiler.compile(node).filter(&:virtual?).to_data_hash
    Puppet::Resource::Catalog.from_data_hash(JSON.parse(JSON.generate(data)))
  end

  def cycles(graph)
    graph.find_cycles_in_graph.flat_map { |cycle| graph.paths_in_cycle(cycle) }.map { |path| path.join(' => ') }
  end
end

Graphs.main(ARGV)
