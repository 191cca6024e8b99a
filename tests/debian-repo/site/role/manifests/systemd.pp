# camptocamp/systemd: units, drop-ins, limits, timers.
class role::systemd {
  include systemd

  systemd::unit_file { 'shop.service':
    content => file('role/shop.service'),
    enable  => true,
    active  => true,
  }

  systemd::dropin_file { 'memory.conf':
    unit    => 'shop.service',
    content => "[Service]\nMemoryMax=512M\n",
  }

  systemd::timer { 'sweep.timer':
    timer_content   => "[Timer]\nOnCalendar=daily\n",
    service_content => "[Service]\nType=oneshot\nExecStart=/bin/true\n",
    active          => true,
    enable          => true,
  }

  systemd::tmpfile { 'shop.conf':
    content => "d /run/shop 0755 root root -\n",
  }
}
