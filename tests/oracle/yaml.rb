#!/usr/bin/ruby
# frozen_string_literal: true

# Reads YAML with the real Puppet as it does for Hiera: the judge of `migrate::hiera::yaml`.
#
#   ruby -W0 yaml.rb < QUESTIONS > ANSWERS
#
# A question is a line of JSON: `{"file": PATH}` or `{"text": YAML}`. Its answer is a line of JSON that keeps what
# JSON would lose: null, true, false and strings stand for themselves, other values are tagged:
#   ["i", "493"]  ["f", "3ff8000000000000" (the bits)]  ["y", "symbol"]  ["b", base64 of bytes]
#   ["a", [item, …]]  ["h", [[key, value], …]]  ["e", "syntax" | "class" | "alias" | "number", line or null]
# An empty document is `false`, as `Puppet::Util::Yaml` makes it.

require 'puppet'
require 'json'

module Oracle
  module_function

  def answer(question)
    text = question['file'] ? File.read(question['file'], encoding: 'bom|utf-8') : question['text']
    typed(Puppet::Util::Yaml.safe_load(text, [Symbol], question['file']))
  rescue Puppet::Util::Yaml::YamlLoadError => e
    failed(e.original || e)
  end

  def failed(error)
    case error
    when Psych::SyntaxError then ['e', 'syntax', error.line]
    when Psych::DisallowedClass then ['e', 'class', nil]
    when Psych::BadAlias then ['e', 'alias', nil]
    else ['e', 'number', nil]
    end
  end

  def typed(value)
    case value
    when nil, true, false then value
    when Integer then ['i', value.to_s]
    when Float then ['f', [value].pack('G').unpack1('H*')]
    when Symbol then ['y', value.to_s]
    when String then text(value)
    when Array then ['a', value.map { |item| typed(item) }]
    when Hash then ['h', value.map { |key, item| [typed(key), typed(item)] }]
    else ['e', 'class', nil]
    end
  end

  # `!binary` makes bytes; those that are UTF-8 become text on their way into a catalog.
  def text(value)
    utf8 = value.dup.force_encoding(Encoding::UTF_8)
    utf8.valid_encoding? ? utf8 : ['b', [value].pack('m0')]
  end
end

$stdin.each_line { |line| puts JSON.generate(Oracle.answer(JSON.parse(line)), max_nesting: false) }
