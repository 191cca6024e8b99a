#!/usr/bin/ruby
# frozen_string_literal: true

# Merges values with the real Puppet's strategies: the judge of `migrate::hiera::Strategy`.
#
#   ruby -W0 merges.rb < QUESTIONS > ANSWERS
#
# A question is a line of JSON, `[STRATEGY, [HIGHEST, …, LOWEST]]`: the answers of some levels of a hierarchy. Its answer
# is the merged value, hashes as `{"h": [[KEY, VALUE], …]}` to keep their order; or `{"error": true}`.

require 'puppet'
require 'json'

Puppet.initialize_settings

module Oracle
  module_function

  def answer((strategy, levels))
    invocation = Puppet::Pops::Lookup::Invocation.new(nil)
    merge = Puppet::Pops::MergeStrategy.strategy(strategy)
    ordered(merge.lookup(levels, invocation) { |level| level })
  rescue StandardError
    { error: true }
  end

  def ordered(value)
    case value
    when Hash then { h: value.map { |key, item| [key, ordered(item)] } }
    when Array then value.map { |item| ordered(item) }
    else value
    end
  end
end

$stdin.each_line { |line| puts JSON.generate(Oracle.answer(JSON.parse(line))) }
