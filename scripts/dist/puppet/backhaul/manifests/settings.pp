# SPDX-License-Identifier: Apache-2.0
# @summary Roots and local.conf.
# @api private
class backhaul::settings {
  file { $backhaul::home:
    ensure => directory,
  }
  if $backhaul::planet == 'public' {
    backhaul_planet { $backhaul::home:
      source  => 'public',
      require => File[$backhaul::home],
    }
  } elsif $backhaul::planet {
    file { '/usr/local/share/backhaul.planet':
      source => $backhaul::planet,
      owner  => 'root',
      group  => 'root',
      mode   => '0644',
    }
    backhaul_planet { $backhaul::home:
      source  => '/usr/local/share/backhaul.planet',
      require => File[$backhaul::home, '/usr/local/share/backhaul.planet'],
    }
  }
  if $backhaul::local_conf =~ NotUndef {
    file { "${backhaul::home}/local.conf":
      content => backhaul::json($backhaul::local_conf),
      mode    => '0644',
    }
  }
}
