# SPDX-License-Identifier: Apache-2.0
# An example: this host becomes a member of one network. docs/automation.md describes it.
# Run it in this directory: puppet apply --modulepath . site.pp
class { 'backhaul':
  archive          => '/srv/backhaul-0.1.0-linux-x86_64.tar.gz',
  # Your own roots; 'public' for ZeroTier's.
  planet           => '/srv/planet',
  local_conf       => {
    'settings' => { 'interfacePrefixBlacklist' => ['docker'] },
  },
  networks         => {
    'f4c9e4265b123456' => { 'allow_default' => false },
  },
  # Authorizes this host; the controller's local.conf has allowManagementFrom with this host's address.
  controller_url   => 'http://192.0.2.1:9993',
  controller_token => Sensitive(chomp(file('/srv/authtoken.secret'))),
}
