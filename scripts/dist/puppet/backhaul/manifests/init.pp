# SPDX-License-Identifier: Apache-2.0
# @summary Installs Backhaul, selects its roots and settings, and joins networks.
#
# @param source
#   Where the programs come from: an archive (.tar.gz of scripts/package), a package (.deb), an apt repository, or
#   none: the service exists already.
# @param archive        Of the archive: an absolute path on the host, or a puppet:/// address.
# @param package        Of the .deb: an absolute path on the host, or a puppet:/// address.
# @param package_ensure With a repository: present, latest or a version.
# @param repository     An apt source without "deb", for instance "https://packages.example.org/backhaul stable main".
# @param repository_key The repository's public key: a path on the host, or a puppet:/// address.
# @param planet
#   Roots: "public", or a planet file (a path on the host, or a puppet:/// address). Undefined: as the host has it.
# @param local_conf     Content of local.conf. Undefined: the file is not touched.
# @param networks
#   Networks of the host: ids, each with a hash of allow_managed, allow_global, allow_dns (true, false, or a list of
#   prefixes to which the permission is restricted) and allow_default (true, false).
# @param exclusive      Leave networks that are not listed.
# @param controller_url
#   The API of a controller that authorizes this host in its networks, for instance http://10.0.0.1:9993.
# @param controller_token Content of the controller's authtoken.secret.
# @param member_name    This host's name at the controller.
# @param home           The home directory of the daemon.
class backhaul (
  Enum['archive', 'package', 'repository', 'none'] $source = 'archive',
  Optional[String[1]] $archive = undef,
  Optional[String[1]] $package = undef,
  String[1] $package_ensure = 'present',
  Optional[String[1]] $repository = undef,
  Optional[String[1]] $repository_key = undef,
  Optional[String[1]] $planet = undef,
  Optional[Hash] $local_conf = undef,
  Hash[Pattern[/\A[0-9a-f]{16}\z/], Struct[{
    Optional['allow_managed'] => Variant[Boolean, Array[String[1], 1, 64]],
    Optional['allow_global']  => Variant[Boolean, Array[String[1], 1, 64]],
    Optional['allow_default'] => Boolean,
    Optional['allow_dns']     => Variant[Boolean, Array[String[1], 1, 64]],
  }]] $networks = {},
  Boolean $exclusive = true,
  Optional[String[1]] $controller_url = undef,
  Optional[Variant[String[1], Sensitive[String[1]]]] $controller_token = undef,
  String[1] $member_name = $facts['networking']['hostname'],
  Pattern[/\A\//] $home = '/var/lib/zerotier-one',
) {
  # Roots and settings come before the installation, which starts the service: it then has the right ones at once.
  contain backhaul::settings
  contain backhaul::install
  contain backhaul::service
  contain backhaul::networks

  Class['backhaul::settings'] -> Class['backhaul::install'] -> Class['backhaul::service'] -> Class['backhaul::networks']
  Class['backhaul::settings'] ~> Class['backhaul::service']
}
