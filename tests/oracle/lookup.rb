#!/usr/bin/ruby
# frozen_string_literal: true

# Answers Hiera lookups with the real Puppet: the judge of `migrate lookup`.
#
#   ruby -W0 lookup.rb values|explain --repo DIR [the flags of catalog.rb] [--keys FILE]
#
# `values` asks for every key of the repo's data (what is inside of hashes and arrays by dotted keys too) on every
# node with several merges. `explain` asks for the way of the keys in FILE (a line each: key, merge, more as JSON).
# Out: a line of JSON an answer: node, key, merge, and `value`, `error` or `way`. Paths are relative to the repo.

require_relative 'catalog'

module Oracle
  MERGES = [nil, 'first', 'unique', 'hash', 'deep',
            { 'strategy' => 'deep', 'knockout_prefix' => '--' },
            { 'strategy' => 'deep', 'sort_merged_arrays' => true },
            { 'strategy' => 'deep', 'merge_hash_arrays' => true, 'knockout_prefix' => '--' }].freeze

  module_function

  def answer(argv)
    mode = argv.shift
    keys = argv.index('--keys')&.then { |at| argv.slice!(at, 2).last }
    options = parse(argv + ['--out', Dir.tmpdir])
    Dir.mktmpdir('oracle') do |tmp|
      prepare(options, tmp)
      Puppet::Util::Log.close_all
      Puppet[:code] = 'undef'
      roots = [options.repo, "#{tmp}/environments/#{ENVIRONMENT}"]
      print = ->(answer) { puts JSON.generate(relative(answer, *roots)) }
      nodes(options).each { |node| mode == 'explain' ? explain(options, node, keys, print) : values(options, node, print) }
    end
  end

  def values(options, node, print)
    keys = all_keys(options.repo)
    in_scope(options, node) do |scope|
      keys.product(MERGES) { |key, merge| print.call({ node: node, key: key, merge: merge }.merge(value(scope, key, merge))) }
    end
  end

  def value(scope, key, merge)
    invocation = Puppet::Pops::Lookup::Invocation.new(scope)
    { value: typed(Puppet::Pops::Lookup.lookup(key, nil, nil, false, merge, invocation)) }
  rescue StandardError => e
    { error: e.message }
  end

  # Each question is asked of a compiler of its own, as the command does.
  def explain(options, node, file, print)
    File.readlines(file, chomp: true).reject { |line| line.empty? || line.start_with?('#') }.each do |line|
      question = JSON.parse(line)
      in_scope(options, node) { |scope| print.call({ node: node }.merge(question).merge(way(scope, question))) }
    end
  end

  def way(scope, question)
    explainer = Puppet::Pops::Lookup::Explainer.new(question['options'] || false, question['options'] || false)
    invocation = Puppet::Pops::Lookup::Invocation.new(scope, {}, {}, explainer)
    begin
      Puppet::Pops::Lookup.lookup([question['key']], nil, nil, false, question['merge'], invocation)
    rescue Puppet::DataBinding::LookupError => e
      invocation.report_text { e.message }
    end
    return { data: JSON.parse(JSON.generate(invocation.explainer.to_hash)) } if question['data']

    { way: invocation.explainer.explain }
  rescue StandardError => e
    { error: e.message }
  end

  # The compiler and the node's top scope, without any manifest.
  def in_scope(options, name)
    in_environment(trusted_of(options, name)) do |environment, trusted|
      enc = read(options.enc, name)
      node = Puppet::Node.new(name, environment: environment, parameters: enc['parameters'] || {},
                                    facts: Puppet::Node::Facts.new(name, facts(options, name)))
      node.fact_merge(node.facts)
      node.trusted_data = trusted.to_h
      node.add_server_facts('serverversion' => Puppet.version, 'servername' => 'puppet.example.net',
                            'serverip' => '192.0.2.1')
      compiler = Puppet::Parser::Compiler.new(node)
      compiler.compile do |catalog|
        yield compiler.topscope
        catalog
      end
    end
  end

  # Every key of the data files, two levels of what is inside, and keys that are not there.
  def all_keys(repo)
    files = Dir.glob("#{repo}/{data,hieradata,*/*/data}/**/*.{yaml,eyaml,json}").sort
    keys = files.flat_map do |file|
      data = file.end_with?('.json') ? JSON.parse(File.read(file)) : YAML.unsafe_load_file(file)
      data.is_a?(Hash) ? data.flat_map { |key, value| [key.to_s] + inside(key.to_s, value, 2) } : []
    end
    (keys + ['nothing', 'nothing::here', 'lookup_options', '::top', 'stdlib::nothing']).uniq
  end

  def inside(key, value, depth)
    return [] if depth.zero?

    pairs = case value
            when Hash then value.first(4)
            when Array then value.first(2).each_with_index.map { |item, at| [at, item] }
            else []
            end
    pairs.flat_map do |name, item|
      dotted = "#{key}.#{name.to_s.match?(/['".]/) ? "'#{name}'" : name}"
      [dotted] + inside(dotted, item, depth - 1)
    end
  end

  # JSON in which only what JSON has no word for is wrapped.
  def typed(value)
    case value
    when Hash then value.to_h { |k, v| [k.is_a?(String) ? k : "#{k.class}:#{k}", typed(v)] }
    when Array then value.map { |v| typed(v) }
    when Puppet::Pops::Types::PSensitiveType::Sensitive then { 'Sensitive' => typed(value.unwrap) }
    when String, Numeric, true, false, nil then value
    else { value.class.name => value.to_s }
    end
  end
end

Oracle.answer(ARGV) if $PROGRAM_NAME == __FILE__
