# frozen_string_literal: true

# A PuppetDB of its own on loopback, from Debian's packages `puppetdb` and `postgresql`: a database cluster, a CA,
# a server and a client certificate, all in one temporary folder that is taken away at the end.

require 'fileutils'
require 'json'
require 'open3'
require 'socket'
require 'tmpdir'

class PuppetdbServer
  JAR = '/usr/share/puppetdb/puppetdb.jar'
  CLIENT = 'oracle'
  attr_reader :port, :plain_port, :folder

  def self.missing
    lacking = []
    lacking << 'puppetdb' unless File.file?(JAR)
    lacking << 'postgresql' unless postgres
    lacking << 'puppet-terminus-puppetdb' unless File.file?('/usr/lib/ruby/vendor_ruby/puppet/util/puppetdb.rb')
    lacking
  end

  def self.postgres
    Dir.glob('/usr/lib/postgresql/*/bin').max_by { |dir| dir[%r{/(\d+)/}, 1].to_i }
  end

  # Starts both servers, yields, and stops what it started.
  def self.run
    Dir.mktmpdir('puppetdb') do |folder|
      server = new(folder)
      begin
        server.start
        yield server
      ensure
        server.stop
      end
    end
  end

  # One that runs already, in the folder that `run` made for it: while rules are being worked out.
  def self.attach(folder)
    settings = File.read("#{folder}/conf.d/puppetdb.ini")
    yield new(folder, settings[/^ssl-port = (\d+)/, 1].to_i)
  end

  def initialize(folder, port = nil)
    @folder = folder
    @pids = []
    @port, @plain_port, @database_port = port ? [port] : free_ports(3)
  end

  def start
    FileUtils.chmod(0o755, @folder)
    certificates
    database
    configure
    @pids << spawn('java', '-Xmx768m', '-Djava.security.egd=/dev/urandom', '-cp', JAR, 'clojure.main',
                   '-m', 'puppetlabs.puppetdb.core', 'services', '--config', "#{@folder}/conf.d",
                   '--bootstrap-config', '/etc/puppetdb/bootstrap.cfg', '--restart-file', "#{@folder}/restart",
                   %i[out err] => "#{@folder}/puppetdb.log")
    wait_for('PuppetDB', 900) { answering? }
  end

  def stop
    @pids.reverse_each do |pid|
      Process.kill('TERM', pid)
      Process.wait(pid)
    rescue Errno::ESRCH, Errno::ECHILD
      nil
    end
  end

  def file(name)
    "#{@folder}/ssl/#{name}"
  end

  private

  def free_ports(count)
    sockets = Array.new(count) { TCPServer.new('127.0.0.1', 0) }
    sockets.map { |socket| socket.addr[1] }.tap { sockets.each(&:close) }
  end

  def answering?
    socket = TCPSocket.new('127.0.0.1', @plain_port)
    socket.write("GET /status/v1/simple HTTP/1.0\r\nHost: localhost\r\n\r\n")
    socket.read.match?(/^running/)
  rescue SystemCallError
    false
  ensure
    socket&.close
  end

  def wait_for(what, seconds)
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + seconds
    until yield
      if Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline
        log = "#{@folder}/puppetdb.log"
        abort "#{what} did not come up in #{seconds} s: #{File.file?(log) ? File.read(log)[-2000..] || File.read(log) : ''}"
      end
      sleep 0.5
    end
  end

  # `initdb` refuses to be root: then the account of Debian's package has the cluster.
  def as_postgres(*command)
    Process.uid.zero? ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', *command] : command
  end

  def sh(*command)
    text, status = Open3.capture2e(*command)
    abort "#{command.join(' ')}: #{text}" unless status.success?
  end

  def database
    bin = self.class.postgres
    cluster = "#{@folder}/postgres"
    FileUtils.mkdir_p(cluster)
    FileUtils.chown('postgres', 'postgres', cluster) if Process.uid.zero?
    sh(*as_postgres("#{bin}/initdb", '-D', cluster, '-U', 'puppetdb', '-A', 'trust', '-E', 'UTF8', '--no-sync'))
    @pids << spawn(*as_postgres("#{bin}/postgres", '-D', cluster, '-h', '127.0.0.1', '-p', @database_port.to_s, '-k', '',
                                '-F'), %i[out err] => "#{@folder}/postgres.log")
    client = [*as_postgres("#{bin}/psql", '-h', '127.0.0.1', '-p', @database_port.to_s, '-U', 'puppetdb')]
    wait_for('PostgreSQL', 60) { system(*client, '-c', 'select 1', 'postgres', %i[out err] => File::NULL) }
    sh(*client, '-c', 'create database puppetdb', 'postgres')
    sh(*client, '-c', 'create extension pg_trgm', 'puppetdb')
  end

  def configure
    FileUtils.mkdir_p(["#{@folder}/conf.d", "#{@folder}/vardir"])
    File.write("#{@folder}/conf.d/puppetdb.ini", <<~INI)
      [global]
      vardir = #{@folder}/vardir
      logging-config = #{@folder}/logback.xml
      [puppetdb]
      disable-update-checking = true
      [database]
      subname = //127.0.0.1:#{@database_port}/puppetdb
      username = puppetdb
      password = puppetdb
      [jetty]
      host = 127.0.0.1
      port = #{@plain_port}
      ssl-host = 127.0.0.1
      ssl-port = #{@port}
      ssl-key = #{file('server.key')}
      ssl-cert = #{file('server.pem')}
      ssl-ca-cert = #{file('ca.pem')}
    INI
    FileUtils.cp('/etc/puppetdb/conf.d/auth.conf', "#{@folder}/conf.d/auth.conf")
    File.write("#{@folder}/logback.xml", <<~XML)
      <configuration>
        <appender name="STDOUT" class="ch.qos.logback.core.ConsoleAppender">
          <encoder><pattern>%d %-5p [%c{2}] %m%n</pattern></encoder>
        </appender>
        <root level="warn"><appender-ref ref="STDOUT" /></root>
      </configuration>
    XML
    File.write("#{@folder}/restart", '0')
  end

  def certificates
    FileUtils.mkdir_p(file(''))
    sh('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=oracle CA',
       '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign',
       '-keyout', file('ca.key'), '-out', file('ca.pem'))
    signed('server', 'localhost', 'DNS:localhost,IP:127.0.0.1')
    signed('client', CLIENT, "DNS:#{CLIENT}")
  end

  def signed(name, common_name, names)
    sh('openssl', 'req', '-newkey', 'rsa:2048', '-nodes', '-subj', "/CN=#{common_name}",
       '-keyout', file("#{name}.key"), '-out', file("#{name}.csr"))
    File.write(file("#{name}.ext"), "subjectAltName=#{names}\n")
    sh('openssl', 'x509', '-req', '-in', file("#{name}.csr"), '-CA', file('ca.pem'), '-CAkey', file('ca.key'),
       '-CAcreateserial', '-days', '2', '-extfile', file("#{name}.ext"), '-out', file("#{name}.pem"))
  end
end
