# frozen_string_literal: true

# Edits of files as the modules inifile and stdlib make them: a fixed sequence of random texts and settings or lines,
# each answered by the module's own Ruby, written as JSON lines to fixtures/composed/edits.jsonl.
#
#   ruby -W0 tests/oracle/edits.rb [COUNT [FILE]]

require 'json'
require 'puppet'
require 'tempfile'

MODULES = ENV.fetch('MODULES', '/usr/share/puppet/modules')
require "#{MODULES}/inifile/lib/puppet/util/ini_file.rb"
$LOAD_PATH.unshift("#{MODULES}/stdlib/lib")
require 'puppet/type/file_line'

INI = ['[s]', '[t]', '  [u]', '', '# c', 'a = 1', '  b=2', '#a = 9', ';port: 4', 'port = 3 ', 'x.y=', '; note',
       'b = 2', "\ta=5", 'just words'].freeze
LINES = %w[a=1 b=2 a=3 c #a=1 end].freeze

def text(from, most)
  Array.new(rand(most)) { "#{from.sample}\n" }.join
end

def answer(text)
  Tempfile.create('edit') do |file|
    file.write(text)
    file.close
    yield file.path
    File.read(file.path)
  end
rescue StandardError
  nil
end

def setting
  asked = { 'section' => ['', 's', 't', 'u', 'new'].sample, 'setting' => %w[a b port x.y].sample,
            'value' => ['1', 'two words', 'x=y', ''].sample, 'ensure' => %w[present present absent].sample }
  name, section, value = asked.values_at('setting', 'section', 'value')
  before = text(INI, 9)
  after = answer(before) do |path|
    ini = Puppet::Util::IniFile.new(path, ' = ')
    is = ini.section?(section) ? ini.get_value(section, name) : nil
    if asked['ensure'] == 'absent'
      ini.remove_setting(section, name) if is
    elsif is != value
      ini.set_value(section, name, ' = ', value)
    end
    ini.save if asked['ensure'] == 'absent' ? is : is != value
  end
  { type: 'Ini_setting', parameters: asked, before: before, after: after }
end

def line
  asked = { 'line' => %w[a=1 b=9 c zz a=7].sample }
  asked['match'] = ['^a=', '^[ab]', '^zz', '.'].sample if rand < 0.6
  asked['after'] = ['^a', '^b', 'end'].sample if rand < 0.4
  asked['ensure'] = 'absent' if rand < 0.3
  asked['replace'] = false if rand < 0.2 && asked['match']
  %w[multiple match_for_absence replace_all_matches_not_matching_line].each { |name| asked[name] = true if rand < 0.3 }
  asked['append_on_no_match'] = false if rand < 0.2
  before = text(LINES, 6)
  after = answer(before) do |path|
    provider = Puppet::Type.type(:file_line).new(asked.transform_keys(&:to_sym).merge(name: 'x', path: path)).provider
    there = provider.exists?
    provider.destroy if there && asked['ensure'] == 'absent'
    provider.create if !there && asked['ensure'] != 'absent'
  end
  { type: 'File_line', parameters: asked, before: before, after: after }
end

srand(11)
count = (ARGV[0] || 80).to_i
cases = Array.new(count) { setting } + Array.new(count) { line }
File.write(ARGV[1] || 'fixtures/composed/edits.jsonl', cases.map { |it| "#{JSON.generate(it)}\n" }.join)
