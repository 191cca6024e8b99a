# `Pathname`, as far as it computes with names; what looks at files goes through `File`.
class Pathname
  include Comparable

  def initialize(path)
    @path = path.to_s
  end

  def to_s
    @path.dup
  end
  alias to_path to_s
  alias to_str to_s

  def inspect
    "#<Pathname:#{@path}>"
  end

  def <=>(other)
    other.is_a?(Pathname) ? @path <=> other.to_s : nil
  end

  def ==(other)
    other.is_a?(Pathname) && @path == other.to_s
  end
  alias eql? ==
  alias === ==

  def hash
    @path.hash
  end

  def +(other)
    other = other.to_s
    return Pathname.new(other) if other.start_with?('/')
    base = @path
    parts = other.split('/')
    while parts.first == '..' && base != '.' && File.basename(base) != '..'
      break if base == '/'
      parts.shift
      base = File.dirname(base)
    end
    parts.shift while base == '/' && parts.first == '..'
    parts.reject! { |part| part == '.' }
    rest = parts.join('/')
    return Pathname.new(base) if rest.empty?
    Pathname.new(base == '.' ? rest : File.join(base, rest))
  end
  alias / +

  def join(*others)
    others.inject(self) { |path, other| path + other }
  end

  def basename(*suffix)
    Pathname.new(File.basename(@path, *suffix))
  end

  def dirname
    Pathname.new(File.dirname(@path))
  end

  def parent
    self + '..'
  end

  def extname
    File.extname(@path)
  end

  def absolute?
    @path.start_with?('/')
  end

  def relative?
    !absolute?
  end

  def root?
    !@path.empty? && @path.delete('/').empty?
  end

  def cleanpath
    made = []
    @path.split('/').each do |part|
      case part
      when '', '.' then next
      when '..'
        if made.empty? || made.last == '..'
          made << part unless absolute?
        else
          made.pop
        end
      else made << part
      end
    end
    return Pathname.new("/#{made.join('/')}") if absolute?
    Pathname.new(made.empty? ? '.' : made.join('/'))
  end

  def each_filename(&block)
    @path.split('/').reject(&:empty?).each(&block)
  end

  def sub_ext(replacement)
    Pathname.new(@path.delete_suffix(File.extname(@path)) + replacement)
  end

  def relative_path_from(base)
    target = cleanpath.to_s.split('/').reject { |part| part.empty? || part == '.' }
    from = Pathname.new(base.to_s).cleanpath.to_s.split('/').reject { |part| part.empty? || part == '.' }
    while !target.empty? && target.first == from.first
      target.shift
      from.shift
    end
    parts = from.map { '..' } + target
    Pathname.new(parts.empty? ? '.' : parts.join('/'))
  end

  def exist?
    File.exist?(@path)
  end

  def file?
    File.file?(@path)
  end

  def directory?
    File.directory?(@path)
  end

  def read(*rest)
    File.read(@path, *rest)
  end

  def expand_path(*base)
    Pathname.new(File.expand_path(@path, *base))
  end

  def children
    Dir.children(@path)
  end

  def glob(pattern)
    Dir.glob(File.join(@path, pattern))
  end
end
