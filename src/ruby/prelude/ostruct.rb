# `OpenStruct`.
class OpenStruct
  def initialize(hash = nil)
    @table = {}
    hash&.each_pair { |name, value| @table[name.to_sym] = value }
  end

  def [](name)
    @table[name.to_sym]
  end

  def []=(name, value)
    @table[name.to_sym] = value
  end

  def to_h(&block)
    block ? @table.to_h(&block) : @table.dup
  end

  def each_pair(&block)
    @table.each_pair(&block)
    self
  end

  def dig(name, *rest)
    value = self[name]
    rest.empty? || value.nil? ? value : value.dig(*rest)
  end

  def delete_field(name)
    @table.delete(name.to_sym)
  end

  def respond_to_missing?(name, _private = false)
    @table.key?(name.to_s.chomp('=').to_sym)
  end

  def method_missing(name, *values)
    text = name.to_s
    return @table[text.chomp('=').to_sym] = values.first if text.end_with?('=')
    @table[name]
  end

  def ==(other)
    other.is_a?(OpenStruct) && to_h == other.to_h
  end

  def inspect
    return '#<OpenStruct>' if @table.empty?
    "#<OpenStruct #{@table.map { |name, value| "#{name}=#{value.inspect}" }.join(', ')}>"
  end
  alias to_s inspect
end
