# Versions and requirements as RubyGems compares them.
module Gem
  class Version
    include Comparable

    PATTERN = /\A\s*([0-9]+(?>\.[0-9a-zA-Z]+)*(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?)?\s*\z/

    def self.correct?(version)
      PATTERN.match?(version.to_s)
    end

    def self.create(input)
      input.nil? || input.is_a?(Version) ? input : new(input)
    end

    def initialize(version)
      raise ArgumentError, "Malformed version number string #{version}" unless self.class.correct?(version)
      text = version.to_s.strip
      @version = text.empty? ? '0' : text.gsub('-', '.pre.')
    end

    def version
      @version
    end
    alias to_s version

    def inspect
      "Gem::Version.new(#{@version.inspect})"
    end

    def segments
      @version.scan(/[0-9]+|[a-z]+/i).map { |part| part =~ /\A\d+\z/ ? part.to_i : part }
    end

    def prerelease?
      @version.match?(/[a-zA-Z]/)
    end

    def release
      return self unless prerelease?
      parts = segments
      parts.pop while parts.any? { |part| part.is_a?(String) }
      self.class.new(parts.join('.'))
    end

    def bump
      parts = segments
      parts.pop while parts.any? { |part| part.is_a?(String) }
      parts.pop if parts.size > 1
      parts[-1] = parts[-1].succ
      self.class.new(parts.join('.'))
    end

    def canonical_segments
      parts = segments
      at = parts.index { |part| part.is_a?(String) } || parts.size
      [parts[0...at], parts[at..]].flat_map { |side| side.reverse.drop_while { |part| part == 0 }.reverse }
    end

    def <=>(other)
      return self <=> self.class.new(other) if other.is_a?(String) && self.class.correct?(other)
      return nil unless other.is_a?(Version)
      ours = canonical_segments
      theirs = other.canonical_segments
      [ours.size, theirs.size].max.times do |index|
        left = ours[index] || 0
        right = theirs[index] || 0
        next if left == right
        return -1 if left.is_a?(String) && right.is_a?(Integer)
        return 1 if left.is_a?(Integer) && right.is_a?(String)
        return left <=> right
      end
      0
    end

    def eql?(other)
      other.is_a?(Version) && @version == other.version
    end

    def hash
      canonical_segments.hash
    end
  end

  class Requirement
    class BadRequirementError < ArgumentError; end

    PATTERN = /\A\s*(=|!=|>=|<=|~>|>|<)?\s*([0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)\s*\z/

    attr_reader :requirements

    def self.create(*inputs)
      inputs.first.is_a?(Requirement) ? inputs.first : new(*inputs)
    end

    def self.default
      new('>= 0')
    end

    def self.parse(text)
      return ['=', text] if text.is_a?(Version)
      found = PATTERN.match(text.to_s)
      raise BadRequirementError, "Illformed requirement [#{text.inspect}]" unless found
      [found[1] || '=', Version.new(found[2])]
    end

    def initialize(*requirements)
      requirements = requirements.flatten.compact.uniq
      requirements = ['>= 0'] if requirements.empty?
      @requirements = requirements.map { |it| self.class.parse(it) }
    end

    def satisfied_by?(version)
      raise ArgumentError, "Need a Gem::Version: #{version.inspect}" unless version.is_a?(Version)
      @requirements.all? { |operator, wanted| holds?(operator, version, wanted) }
    end
    alias === satisfied_by?

    def holds?(operator, version, wanted)
      case operator
      when '=' then version == wanted
      when '!=' then version != wanted
      when '>' then version > wanted
      when '<' then version < wanted
      when '>=' then version >= wanted
      when '<=' then version <= wanted
      else version >= wanted && version.release < wanted.bump
      end
    end

    def to_s
      @requirements.map { |operator, wanted| "#{operator} #{wanted}" }.join(', ')
    end
  end

  class Dependency
    attr_reader :name, :requirement

    def initialize(name, *requirements)
      @name = name
      @requirement = Requirement.create(*requirements)
    end

    def match?(name, version)
      @name == name && @requirement.satisfied_by?(Version.create(version))
    end
  end
end
