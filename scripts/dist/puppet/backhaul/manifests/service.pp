# SPDX-License-Identifier: Apache-2.0
# @summary The service.
# @api private
class backhaul::service {
  service { 'zerotier-one':
    ensure => running,
    enable => true,
  }
}
