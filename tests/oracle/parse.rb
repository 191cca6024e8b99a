# Asks the real Puppet about manifests and templates.
#
#   ruby parse.rb MODULEPATH JOBS.jsonl ANSWERS.jsonl
#
# A job is {"path", "text"}; the path decides between manifest and template and what a definition may be named.
# An answer is {"pn": tree or null, "pn_error": why there is none, "error"|"warning": verdict}, where the two
# verdicts are those under strict=error and strict=warning: null (accepted) or {"kind", "code", "line", "pos",
# "message"}. Kinds: "syntax" (refused by lexer or parser), "validation", "crash" (an exception that is no
# error of Puppet's own).
require 'puppet'
require 'puppet/pops'
require 'puppet/pops/pn'
require 'puppet/pops/model/pn_transformer'
require 'json'
require 'tmpdir'

module_path, jobs, answers = ARGV
scratch = Dir.mktmpdir
at_exit { FileUtils.remove_entry(scratch) }
Puppet.initialize_settings(['--confdir', scratch, '--vardir', scratch, '--codedir', scratch])
Puppet::Util::Log.level = :crit

# Strings reach the lexer as Puppet::FileSystem gives them: tagged as UTF-8.
def parse(path, text)
  parser = path.end_with?('.epp') ? Puppet::Pops::Parser::EppParser.new : Puppet::Pops::Parser::Parser.new
  parser.parse_string(text, path).model
end

def failure(kind, error)
  { kind: kind, code: error.respond_to?(:issue_code) ? error.issue_code : error.class.name,
    line: error.respond_to?(:line) ? error.line : nil, pos: error.respond_to?(:pos) ? error.pos : nil,
    message: error.message.scrub[0, 300] }
end

def validate(model, strict)
  Puppet[:strict] = strict
  acceptor = Puppet::Pops::Validation::Acceptor.new
  Puppet::Pops::Validation::ValidatorFactory_4_0.new.validator(acceptor).validate(model)
  first = acceptor.errors.first or return nil
  message = Puppet::Pops::Validation::DiagnosticFormatterPuppetStyle.new.format_message(first)
  place = first.source_pos
  { kind: 'validation', code: first.issue.issue_code, line: place&.line, pos: place&.pos, message: message[0, 300],
    lines: acceptor.errors.map { |e| [e.issue.issue_code, e.source_pos&.line] } }
rescue StandardError, SystemStackError => e
  failure('crash', e)
end

def answer(job)
  begin
    model = parse(job['path'], job['text'])
  rescue Puppet::Error => e
    return { error: failure('syntax', e), warning: failure('syntax', e) }
  rescue StandardError, SystemStackError => e
    return { error: failure('crash', e), warning: failure('crash', e) }
  end
  result = { error: validate(model, :error), warning: validate(model, :warning) }
  begin
    result[:pn] = Puppet::Pops::Model::PNTransformer.transform(model).to_data
  rescue StandardError, SystemStackError => e
    result[:pn_error] = e.message[0, 120]
  end
  result
end

environment = Puppet::Node::Environment.create(:production, module_path.split(':'))
environments = Puppet::Environments::Static.new(environment)
Puppet.override(current_environment: environment, environments: environments) do
  File.open(answers, 'w') do |out|
    File.foreach(jobs, encoding: 'utf-8') { |line| out.puts JSON.generate(answer(JSON.parse(line)), max_nesting: false) }
  end
end
