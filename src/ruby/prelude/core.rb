# Methods of Ruby's own classes that are rarely used: loaded when one of them is called that Rust does not have.
module RareEnumerable
  def minmax_by(&block)
    return to_enum(:minmax_by) unless block
    [min_by(&block), max_by(&block)]
  end

  def chunk
    made = []
    each do |item|
      key = yield(item)
      next if key.nil?
      made.last && made.last[0] == key ? made.last[1] << item : made << [key, [item]]
    end
    made.each
  end

  def slice_before(pattern = nil)
    made = []
    each do |item|
      starts = pattern.nil? ? yield(item) : pattern === item
      made.empty? || starts ? made << [item] : made.last << item
    end
    made.each
  end

  def slice_after(pattern = nil)
    made = []
    open = false
    each do |item|
      open ? made.last << item : made << [item]
      open = !(pattern.nil? ? yield(item) : pattern === item)
    end
    made.each
  end

  def each_entry(&block)
    return to_enum(:each_entry) unless block
    to_a.each(&block)
    self
  end

  def lazy
    Enumerator::Lazy.new(self)
  end

  def to_set
    Set.new(to_a)
  end
end

class Array
  include RareEnumerable

  def deconstruct
    self
  end

  def bsearch_index
    low = 0
    high = size
    while low < high
      middle = (low + high) / 2
      answer = yield(self[middle])
      return middle if answer == 0
      if answer == true || answer.is_a?(Numeric) && answer < 0
        high = middle
      else
        low = middle + 1
      end
    end
    low < size && yield(self[low]) == true ? low : nil
  end

  def permutation(count = size, &block)
    return to_enum(:permutation, count) unless block
    return self if count > size || count < 0
    return yield([]) && self if count == 0
    each_with_index do |item, index|
      rest = self[0...index] + self[index + 1..]
      rest.permutation(count - 1) { |tail| block.call([item] + tail) }
    end
    self
  end

  def repeated_combination(count, &block)
    return to_enum(:repeated_combination, count) unless block
    return yield([]) && self if count == 0
    each_with_index { |item, index| self[index..].repeated_combination(count - 1) { |tail| block.call([item] + tail) } }
    self
  end

  def repeated_permutation(count, &block)
    return to_enum(:repeated_permutation, count) unless block
    return yield([]) && self if count == 0
    each { |item| repeated_permutation(count - 1) { |tail| block.call([item] + tail) } }
    self
  end
end

class Hash
  include RareEnumerable

  def rassoc(value)
    find { |_, known| known == value }
  end

  def <(other)
    size < other.size && self <= other
  end

  def >(other)
    size > other.size && self >= other
  end

  def rehash
    self
  end

  def compare_by_identity?
    false
  end

  def deconstruct_keys(_keys)
    self
  end
end

class Range
  include RareEnumerable

  def bsearch(&block)
    to_a.bsearch(&block)
  end
end

class Struct
  include RareEnumerable

  def deconstruct
    to_a
  end

  def deconstruct_keys(keys)
    keys ? to_h.slice(*keys) : to_h
  end
end

class Set
  include RareEnumerable

  def proper_subset?(other)
    size < other.size && subset?(other)
  end
  alias < proper_subset?

  def proper_superset?(other)
    size > other.size && superset?(other)
  end
  alias > proper_superset?

  def intersect?(other)
    !disjoint?(other)
  end

  def <=>(other)
    return nil unless other.is_a?(Set)
    return 0 if self == other
    return -1 if proper_subset?(other)
    proper_superset?(other) ? 1 : nil
  end

  def ^(other)
    made = Set.new(other)
    each { |item| made.delete?(item) || made.add(item) }
    made
  end

  def delete?(item)
    include?(item) ? delete(item) : nil
  end

  def subtract(items)
    items.each { |item| delete(item) }
    self
  end

  def clear
    subtract(to_a)
  end

  def replace(items)
    clear.merge(items)
  end

  def delete_if
    to_a.each { |item| delete(item) if yield(item) }
    self
  end

  def keep_if
    delete_if { |item| !yield(item) }
  end

  def reject!(&block)
    before = size
    delete_if(&block)
    size == before ? nil : self
  end

  def select!(&block)
    before = size
    keep_if(&block)
    size == before ? nil : self
  end
  alias filter! select!

  def map!
    replace(to_a.map { |item| yield(item) })
  end
  alias collect! map!

  def flatten
    made = Set.new
    each { |item| item.is_a?(Set) ? made.merge(item.flatten) : made.add(item) }
    made
  end

  def flatten!
    any? { |item| item.is_a?(Set) } ? replace(flatten) : nil
  end

  def classify
    made = {}
    each { |item| (made[yield(item)] ||= Set.new) << item }
    made
  end

  def join(separator = nil)
    to_a.join(separator)
  end

  def reset
    self
  end

  def compare_by_identity?
    false
  end
end

class String
  def each_codepoint(&block)
    return codepoints.each unless block
    codepoints.each(&block)
    self
  end

  def grapheme_clusters
    scan(/\X/)
  end

  def each_grapheme_cluster(&block)
    return grapheme_clusters.each unless block
    grapheme_clusters.each(&block)
    self
  end

  def tr_s!(from, to)
    made = tr_s(from, to)
    made == self ? nil : replace(made)
  end
end

class Symbol
  def next
    to_s.succ.to_sym
  end

  def casecmp?(other)
    other.is_a?(Symbol) ? to_s.casecmp?(other.to_s) : nil
  end

  def swapcase
    to_s.swapcase.to_sym
  end
end

class Integer
  def gcdlcm(other)
    [gcd(other), lcm(other)]
  end

  def ceildiv(other)
    -div(-other)
  end
end

class Time
  %i[sunday? monday? tuesday? wednesday? thursday? friday? saturday?].each_with_index do |name, day|
    define_method(name) { wday == day }
  end
end

class MatchData
  def offset(group)
    [self.begin(group), self.end(group)]
  end

  def deconstruct
    captures
  end

  def deconstruct_keys(keys)
    found = named_captures.transform_keys(&:to_sym)
    keys ? found.slice(*keys) : found
  end
end

class Enumerator
  include RareEnumerable

  # What the block of `Enumerator.new` is given.
  class Yielder
    def initialize(&block)
      @block = block
    end

    def <<(item)
      @block.call(item)
      self
    end

    def yield(*items)
      @block.call(*items)
    end
    alias call yield

    def to_proc
      ->(*items) { self.yield(*items) }
    end
  end

  # Runs the block of `Enumerator.new`.
  class Generator
    def initialize(block)
      @block = block
    end

    def each(&block)
      @block.call(Yielder.new(&block))
    end
  end

  def self.new(_size = nil, &block)
    Generator.new(block).to_enum(:each)
  end

  def self.produce(*first)
    new do |out|
      value = first.empty? ? yield : first.first
      loop do
        out << value
        value = yield(value)
      end
    end
  end

  def peek
    @next ||= 0
    found = first(@next + 1)
    raise StopIteration, 'iteration reached an end' if found.size <= @next
    found[@next]
  end

  def next
    found = peek
    @next += 1
    found
  end

  def rewind
    @next = 0
    self
  end

  def +(other)
    (to_a + other.to_a).each
  end

  # Only as much is computed as is asked for.
  class Lazy
    include Enumerable

    def initialize(source, &step)
      @source = source
      @step = step
    end

    def each(&block)
      step = @step
      return @source.each(&block) unless step
      @source.each { |*items| step.call(block, items.size > 1 ? items : items.first) }
      self
    end

    def map(&block)
      Lazy.new(self) { |out, item| out.call(block.call(item)) }
    end
    alias collect map

    def select(&block)
      Lazy.new(self) { |out, item| out.call(item) if block.call(item) }
    end
    alias filter select

    def reject(&block)
      Lazy.new(self) { |out, item| out.call(item) unless block.call(item) }
    end

    def filter_map(&block)
      Lazy.new(self) do |out, item|
        made = block.call(item)
        out.call(made) if made
      end
    end

    def flat_map(&block)
      Lazy.new(self) do |out, item|
        made = block.call(item)
        made.is_a?(Array) ? made.each { |it| out.call(it) } : out.call(made)
      end
    end

    def with_index(start = 0)
      index = start - 1
      Lazy.new(self) { |out, item| out.call([item, index += 1]) }
    end
    alias each_with_index with_index

    def take(count)
      source = self
      Lazy.new(Generator.new(->(out) { source.first(count).each { |item| out << item } }))
    end

    def take_while(&block)
      source = self
      Lazy.new(Generator.new(lambda do |out|
        source.each do |item|
          break unless block.call(item)
          out << item
        end
      end))
    end

    def drop(count)
      left = count
      Lazy.new(self) { |out, item| (left -= 1) < 0 ? out.call(item) : nil }
    end

    def drop_while(&block)
      dropping = true
      Lazy.new(self) do |out, item|
        dropping &&= block.call(item)
        out.call(item) unless dropping
      end
    end

    def uniq
      seen = {}
      Lazy.new(self) do |out, item|
        key = block_given? ? yield(item) : item
        out.call(item) unless seen.key?(key)
        seen[key] = true
      end
    end

    def first(count = nil)
      found = []
      return found if count == 0
      each do |item|
        found << item
        break if found.size >= (count || 1)
      end
      count ? found : found.first
    end

    def to_a
      all = []
      each { |item| all << item }
      all
    end
    alias force to_a

    def lazy
      self
    end

    def eager
      to_a
    end
  end
end
