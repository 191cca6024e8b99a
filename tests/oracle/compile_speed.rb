#!/usr/bin/ruby
# frozen_string_literal: true

# How fast the real Puppet compiles, hot and in one process: the other side of `benches/compile.rs`.
#
#   ruby -W0 compile_speed.rb --runs N --repo DIR --out DIR [the other flags of catalog.rb]
#
# The environment is loaded once and kept, as a server with an unlimited environment timeout keeps it. Each node is
# compiled twice before it is timed, so that every manifest, template and data file is parsed and Ruby's caches are warm;
# the fastest of N runs counts. Out: `CERTNAME.json` as catalog.rb writes it, and one line a node on stdout: node,
# seconds to the catalog, seconds to the catalog as JSON, resources.

require_relative 'catalog'

module Speed
  module_function

  def main(argv)
    at = argv.index('--runs')
    runs = at ? argv.slice!(at, 2).last.to_i : 3
    options = Oracle.parse(argv)
    Dir.mktmpdir('speed') do |tmp|
      Oracle.prepare(options, tmp)
      first = Oracle.trusted_of(options, 'warm-up')
      Oracle.in_environment(first) do |environment, _|
        Oracle.nodes(options).each { |name| measure(options, name, environment, tmp, runs) }
      end
    end
  end

  def measure(options, name, environment, tmp, runs)
    trusted = Oracle.trusted_of(options, name)
    Puppet.override(trusted_information: trusted) do
      node = Oracle.node(options, name, environment, trusted)
      write(options, name, compile(node), tmp)
      compile(node)
      timed = Array.new(runs) { timed(node) }
      catalog = timed.map(&:first).min
      puts [name, catalog.round(4), timed.map(&:last).min.round(4), compile(node).resources.size].join("\t")
      $stdout.flush
    end
  end

  def timed(node)
    GC.start
    begun = now
    catalog = compile(node)
    compiled = now - begun
    JSON.pretty_generate(catalog.filter(&:virtual?).to_data_hash)
    [compiled, now - begun]
  end

  def compile(node)
    Puppet::Parser::Compiler.compile(node)
  end

  def write(options, name, catalog, tmp)
    data = Oracle.relative(catalog.filter(&:virtual?).to_data_hash, options.repo, "#{tmp}/environments/#{Oracle::ENVIRONMENT}")
    data.update('version' => 0, 'catalog_uuid' => nil)
    File.write(File.join(options.out, "#{name}.json"), "#{JSON.pretty_generate(data)}\n")
  end

  # CPU time: what another program takes of the machine does not count.
  def now
    Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
  end
end

Speed.main(ARGV)
