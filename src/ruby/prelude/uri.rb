# `URI`, as far as text goes: parsing, building, joining, forms.
module URI
  class Error < StandardError; end
  class InvalidURIError < Error; end
  class InvalidComponentError < Error; end
  class BadURIError < Error; end

  PARTS = %r{\A(?:([A-Za-z][A-Za-z0-9+\-.]*):)?(?://(?:([^@/?#\[\]]*)@)?(\[[0-9A-Fa-fv:.%]+\]|[^:/?#@\[\]]*)(?::(\d*))?(?=[/?#]|\z))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?\z}m
  ALLOWED = %r{\A[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*\z}

  class Generic
    DEFAULT_PORT = nil
    COMPONENT = [:scheme, :userinfo, :host, :port, :path, :query, :fragment].freeze

    attr_reader :scheme, :userinfo, :host, :path, :opaque, :query, :fragment, :port

    def self.default_port
      self::DEFAULT_PORT
    end

    def self.component
      self::COMPONENT
    end

    def self.build(parts)
      values = parts.is_a?(Hash) ? parts : component.zip(parts.to_a).to_h
      scheme = values[:scheme] || (self == Generic ? nil : name.split('::').last.downcase)
      made = new(scheme, values[:userinfo], values[:host], values[:port], nil, values[:path] || '',
                 values[:opaque], values[:query], values[:fragment])
      if made.host && !made.path.empty? && !made.path.start_with?('/')
        raise InvalidComponentError, "bad component(expected absolute path component): #{made.path}"
      end
      made
    end

    def initialize(scheme, userinfo, host, port, _registry, path, opaque, query, fragment, *_rest)
      @scheme = scheme&.downcase
      @userinfo = userinfo
      @host = host
      @path = path
      @opaque = opaque
      @query = query
      @fragment = fragment
      self.port = port
    end

    def port=(value)
      value = value.empty? ? nil : value.to_i if value.is_a?(String)
      @port = value || default_port
    end

    def default_port
      self.class.default_port
    end

    def scheme=(value)
      @scheme = value&.downcase
    end

    def host=(value)
      @host = value
    end

    def path=(value)
      @path = value
    end

    def query=(value)
      @query = value
    end

    def fragment=(value)
      @fragment = value
    end

    def opaque=(value)
      @opaque = value
    end

    def userinfo=(value)
      @userinfo = value
    end

    def user
      @userinfo&.split(':', 2)&.first
    end

    def password
      @userinfo && @userinfo.split(':', 2)[1]
    end

    def user=(value)
      @userinfo = password ? "#{value}:#{password}" : value
    end

    def password=(value)
      @userinfo = "#{user}:#{value}"
    end

    def hostname
      @host && @host =~ /\A\[(.*)\]\z/ ? $1 : @host
    end

    def hostname=(value)
      @host = value && value.count(':') > 1 && !value.start_with?('[') ? "[#{value}]" : value
    end

    def absolute?
      !@scheme.nil?
    end
    alias absolute absolute?

    def relative?
      !absolute?
    end

    def hierarchical?
      @opaque.nil?
    end

    def to_s
      text = +''
      text << @scheme << ':' if @scheme
      if @opaque
        text << @opaque
      else
        text << '//' if @host || %w[file postgres].include?(@scheme)
        text << @userinfo << '@' if @userinfo
        text << @host if @host
        text << ':' << @port.to_s if @port && @port != default_port
        text << '/' if @host && !@path.empty? && !@path.start_with?('/')
        text << @path
        text << '?' << @query if @query
      end
      text << '#' << @fragment if @fragment
      text
    end
    alias to_str to_s

    def inspect
      "#<#{self.class} #{self}>"
    end

    def normalize
      made = dup
      made.scheme = @scheme
      made.host = @host&.downcase
      made.path = '/' if @host && @path.empty?
      made
    end

    def ==(other)
      other.is_a?(Generic) && self.class == other.class && normalize.to_s == other.normalize.to_s
    end
    alias eql? ==

    def hash
      normalize.to_s.hash
    end

    def merge(other)
      other = URI.parse(other.to_s)
      return other if other.absolute?
      raise BadURIError, 'both URI are relative' unless absolute?
      made = dup
      made.fragment = other.fragment
      if other.host
        made.userinfo = other.userinfo
        made.host = other.host
        made.port = other.port
        made.path = other.path
        made.query = other.query
      elsif other.path.empty?
        made.query = other.query if other.query
      else
        made.path = URI.join_paths(@path, other.path)
        made.query = other.query
      end
      made
    end
    alias + merge
  end

  class HTTP < Generic
    DEFAULT_PORT = 80

    def request_uri
      path = @path.start_with?('/') ? @path : "/#{@path}"
      @query ? "#{path}?#{@query}" : path
    end

    def authority
      @port == default_port ? @host : "#{@host}:#{@port}"
    end

    def origin
      "#{@scheme}://#{authority}"
    end
  end

  class HTTPS < HTTP
    DEFAULT_PORT = 443
  end

  class FTP < Generic
    DEFAULT_PORT = 21
  end

  class LDAP < Generic
    DEFAULT_PORT = 389
  end

  class LDAPS < LDAP
    DEFAULT_PORT = 636
  end

  class WS < Generic
    DEFAULT_PORT = 80
  end

  class WSS < WS
    DEFAULT_PORT = 443
  end

  class File < Generic
    DEFAULT_PORT = nil
  end

  class MailTo < Generic
    DEFAULT_PORT = nil

    def to
      @opaque.split('?', 2).first
    end
  end

  SCHEMES = {
    'http' => HTTP, 'https' => HTTPS, 'ftp' => FTP, 'ldap' => LDAP, 'ldaps' => LDAPS, 'ws' => WS, 'wss' => WSS,
    'file' => File, 'mailto' => MailTo
  }.freeze

  def self.split(text)
    text = text.to_str
    found = ALLOWED.match?(text) && !text.match?(/%(?![0-9A-Fa-f]{2})/) && PARTS.match(text)
    raise InvalidURIError, "bad URI(is not URI?): #{text.inspect}" unless found && (found[3] || !found[5].start_with?('//'))
    scheme, userinfo, host, port, path, query, fragment = found.captures
    if scheme && host.nil? && !path.start_with?('/')
      raise InvalidURIError, "bad URI(is not URI?): #{text.inspect}" if path.empty?
      return [scheme, nil, nil, nil, nil, nil, query ? "#{path}?#{query}" : path, nil, fragment]
    end
    raise InvalidURIError, "bad URI(is not URI?): #{text.inspect}" if scheme.nil? && path.split('/').first.to_s.include?(':')
    [scheme, userinfo, host, port, nil, path, nil, query, fragment]
  end

  def self.parse(text)
    return text if text.is_a?(Generic)
    unless text.respond_to?(:to_str)
      raise InvalidURIError, "bad URI(is not URI?): #{text.inspect}"
    end
    parts = split(text)
    self.for(*parts)
  end

  def self.for(scheme, *rest)
    (SCHEMES[scheme&.downcase] || Generic).new(scheme, *rest)
  end

  def self.join(first, *others)
    others.inject(parse(first)) { |uri, other| uri.merge(other) }
  end

  def self.join_paths(base, other)
    whole = other.start_with?('/') ? other : "#{base[%r{\A.*/}m] || '/'}#{other}"
    made = []
    parts = whole.split('/', -1).drop(1)
    parts.each_with_index do |part, index|
      last = index == parts.size - 1
      case part
      when '.' then made << '' if last
      when '..'
        made.pop
        made << '' if last
      else made << part
      end
    end
    "/#{made.join('/')}"
  end

  def self.encode_www_form(pairs)
    pairs.map do |key, value|
      key = encode_www_form_component(key.to_s)
      if value.nil?
        key
      elsif value.respond_to?(:to_ary)
        value.to_ary.map { |it| it.nil? ? key : "#{key}=#{encode_www_form_component(it.to_s)}" }.join('&')
      else
        "#{key}=#{encode_www_form_component(value.to_s)}"
      end
    end.join('&')
  end

  def self.decode_www_form(text)
    text.split('&').map do |pair|
      key, _, value = pair.partition('=')
      [decode_www_form_component(key), decode_www_form_component(value)]
    end
  end

  def self.scheme_list
    SCHEMES.transform_keys(&:upcase)
  end
end
