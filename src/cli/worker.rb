# frozen_string_literal: true

# Calls functions of modules in the real Puppet: one JSON object a line on stdin, one on stdout.
# In: function, arguments, facts and variables as rich data, module_path, node, environment. Out: value or error.

require 'json'

ANSWERS = $stdout.dup
$stdout.reopen($stderr)

def answer(object)
  ANSWERS.puts(JSON.generate(object))
  ANSWERS.flush
end

def prepare
  require 'puppet'
  require 'puppet_pal'
  require 'tmpdir'
  folder = Dir.mktmpdir('migrate')
  at_exit { FileUtils.remove_entry(folder) }
  Puppet.initialize_settings(['--confdir', "#{folder}/conf", '--vardir', "#{folder}/var", '--codedir', "#{folder}/code",
                              '--vendormoduledir', '/nonexistent'])
  Puppet::Util::Log.level = :crit
end

def from_data(value)
  Puppet::Pops::Serialization::FromDataConverter.convert(value)
end

def call(request)
  arguments = from_data(request['arguments'])
  Puppet[:certname] = request['node']
  value = Puppet::Pal.in_tmp_environment(
    request['environment'], modulepath: request['module_path'], facts: from_data(request['facts'])
  ) do |environment|
    environment.with_catalog_compiler(variables: from_data(request['variables'])) do |compiler|
      compiler.call_function(request['function'], *arguments)
    end
  end
  { value: Puppet::Pops::Serialization::ToDataConverter.convert(value, rich_data: true) }
rescue StandardError, ScriptError => e
  { error: e.message }
end

begin
  prepare
  while (line = $stdin.gets)
    answer(call(JSON.parse(line)))
  end
rescue LoadError => e
  answer(error: "the real Puppet is not there as a Ruby library: #{e.message}")
end
