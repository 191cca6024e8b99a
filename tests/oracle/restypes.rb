#!/usr/bin/ruby
# restypes.rb: writes data/restypes.json from the real Puppet and the modules installed beside it.
#   ruby -W0 tests/oracle/restypes.rb > data/restypes.json
#   RESTYPES_MODULEPATH=/usr/share/puppet/vendor_modules tests/oracle/in_trixie ruby -W0 \
#     tests/oracle/restypes.rb --add data/restypes.json      (types that the first run did not find: zfs, yumrepo, …)
# One entry a resource type: module (null for core), namevars, parameters, properties, title patterns (regex source,
# names; null where a pattern runs code that is not the identity), whether it is isomorphic, autorequired types.
require 'puppet'
require 'json'
MODULES = ENV.fetch('RESTYPES_MODULEPATH', '/usr/share/puppet/modules').split(':')
Puppet.initialize_settings(['--confdir', '/tmp/restypes/conf', '--vardir', '/tmp/restypes/var', '--codedir', '/tmp/restypes/code'])
Puppet::Util::Log.level = :crit
MODULES.each { |dir| Dir.glob("#{dir}/*/lib").sort.each { |lib| $LOAD_PATH << lib } }

def identity?(symbols)
  symbols.all? do |_, code|
    next true if code.nil?
    begin
      code.call('a/b:c') == 'a/b:c'
    rescue StandardError
      false
    end
  end
end

def patterns(type)
  (type.title_patterns || []).map do |regex, symbols|
    symbols = symbols.map { |it| Array(it) }
    { 'regex' => regex.source, 'options' => regex.options & 7, 'names' => symbols.map { |it| it.first.to_s }, 'code' => !identity?(symbols) }
  end
rescue StandardError
  nil
end

def autorequires(type)
  names = []
  %i[eachautorequire eachautobefore eachautonotify eachautosubscribe].each do |each|
    type.send(each) { |target, _| names << [each.to_s.sub('each', ''), target.to_s] } if type.respond_to?(each)
  end
  names.uniq.sort
end

def module_of(file)
  return nil if file.include?('/vendor_ruby/puppet/type/')
  file[%r{/([^/]+)/lib/puppet/type/}, 1]
end

files = $LOAD_PATH.flat_map { |lib| Dir.glob("#{lib}/puppet/type/*.rb") }.uniq
skipped = []
types = {}
files.each do |file|
  name = File.basename(file, '.rb').to_sym
  next if types[name.to_s] || name == :component || name == :whit
  type = begin
    Puppet::Type.type(name)
  rescue StandardError, LoadError => e
    skipped << "#{name}: #{e.class}"
    nil
  end
  next unless type
  begin
    types[name.to_s] = {
      'module' => module_of(file),
      'namevars' => type.key_attributes.map(&:to_s),
      'properties' => type.properties.map { |it| it.name.to_s },
      'parameters' => type.parameters.map(&:to_s),
      'title_patterns' => patterns(type),
      'isomorphic' => type.isomorphic? ? true : false,
      'ensurable' => type.validproperty?(:ensure) ? true : false,
      'auto' => autorequires(type),
    }
  rescue StandardError, NotImplementedError => e
    skipped << "#{name}: #{e.class} #{e.message}"
  end
end
$stderr.puts "skipped: #{skipped.join(', ')}" unless skipped.empty?
version = Puppet.version
if ARGV.first == '--add'
  known = JSON.parse(File.read(ARGV[1]))
  version = known['puppet']
  types = types.merge(known['types'])
end
meta = Puppet::Type.metaparams.map(&:to_s)
lines = types.sort.map { |name, facts| "#{name.to_json}: #{facts.to_json}" }.join(",\n")
text = "{\"puppet\": #{version.to_json},\n\"metaparameters\": #{meta.to_json},\n\"types\": {\n#{lines}\n}}\n"
ARGV.first == '--add' ? File.write(ARGV[1], text) : puts(text)
