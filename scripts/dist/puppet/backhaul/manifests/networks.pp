# SPDX-License-Identifier: Apache-2.0
# @summary The networks of the host.
# @api private
class backhaul::networks {
  if $backhaul::controller_url {
    $backhaul::networks.keys.each |$network| {
      backhaul_member { $network:
        authorized  => true,
        member_name => $backhaul::member_name,
        url         => $backhaul::controller_url,
        token       => $backhaul::controller_token,
        home        => $backhaul::home,
        before      => Backhaul_networks[$backhaul::home],
      }
    }
  }
  backhaul_networks { $backhaul::home:
    networks  => $backhaul::networks,
    exclusive => $backhaul::exclusive,
  }
}
