# Renders the templates of a corpus file with Ruby's own ERB, as Puppet's TemplateWrapper does.
#
# usage: ruby erb.rb corpus.txt > answers.json
#
# A corpus is cases of the form `=== name`, an optional line `vars: JSON`, and the template up to the next `===`
# (without the line break before it).
require 'erb'
require 'json'
require 'yaml'
require 'set'
require 'time'
require 'base64'
require 'digest'
require 'shellwords'
require 'cgi'
require 'ipaddr'
require 'ostruct'
require 'stringio'

class Scope
  def initialize(vars)
    @vars = vars
  end

  def lookupvar(name)
    @vars[name.sub(/\A::/, '')]
  end
  alias [] lookupvar

  def include?(name)
    !@vars[name].nil?
  end

  def to_hash
    @vars.compact
  end
end

module Puppet
  module Parser
  end
end

class Puppet::Parser::TemplateWrapper
  def initialize(vars)
    @__scope__ = Scope.new(vars)
    vars.each { |name, value| instance_variable_set("@#{name.gsub(/[^\w]/, '_')}", value) }
  end

  def scope
    @__scope__
  end

  def has_variable?(name)
    scope.include?(name.to_s)
  end

  def render(text)
    template = ERB.new(text, trim_mode: '-')
    template.filename = 'case.erb'
    template.result(binding)
  end
end

def cases(path)
  File.read(path, encoding: 'UTF-8').split(/^=== /).drop(1).map do |block|
    name, body = block.split("\n", 2)
    vars = {}
    if body.start_with?('vars: ')
      line, body = body.split("\n", 2)
      vars = JSON.parse(line.sub('vars: ', ''))
    end
    [name.strip, vars, body.chomp]
  end
end

answers = cases(ARGV.fetch(0)).to_h do |name, vars, body|
  answer =
    begin
      { 'text' => Puppet::Parser::TemplateWrapper.new(vars).render(body) }
    rescue SyntaxError
      { 'error' => 'SyntaxError' }
    rescue Exception => e
      message = e.message.lines.first.to_s.chomp.gsub(/#<Puppet::Parser::TemplateWrapper.*>/, '#<Puppet::Parser::TemplateWrapper>')
      at = e.backtrace_locations&.find { |place| place.path == 'case.erb' }
      { 'error' => e.class.name, 'message' => message, 'line' => at&.lineno }
    end
  [name, answer]
end
puts JSON.pretty_generate(answers)
