# How fast the real Puppet parses: ruby parse_speed.rb LIST. Prints bytes, seconds of parsing, seconds of validation.
require 'puppet'
require 'puppet/pops'
require 'tmpdir'
scratch = Dir.mktmpdir
Puppet.initialize_settings(['--confdir', scratch, '--vardir', scratch, '--codedir', scratch])
Puppet::Util::Log.level = :crit
clock = -> { Process.clock_gettime(Process::CLOCK_MONOTONIC) }
parser = Puppet::Pops::Parser::Parser.new
bytes = 0
parse = validate = 0.0
environment = Puppet::Node::Environment.create(:production, [])
Puppet.override(current_environment: environment, environments: Puppet::Environments::Static.new(environment)) do
  File.readlines(ARGV[0], chomp: true).each do |path|
    text = File.read(path, encoding: 'utf-8')
    bytes += text.bytesize
    begun = clock.call
    model = parser.parse_string(text, path).model
    parsed = clock.call
    acceptor = Puppet::Pops::Validation::Acceptor.new
    Puppet::Pops::Validation::ValidatorFactory_4_0.new.validator(acceptor).validate(model)
    parse += parsed - begun
    validate += clock.call - parsed
  end
end
puts [bytes, parse, validate].join(' ')
