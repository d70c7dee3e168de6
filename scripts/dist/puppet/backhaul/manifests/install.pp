# SPDX-License-Identifier: Apache-2.0
# @summary The programs.
# @api private
class backhaul::install {
  case $backhaul::source {
    'archive': {
      if !$backhaul::archive {
        fail('backhaul: source is "archive", but archive is not set: expected the path of a backhaul-*.tar.gz')
      }
      if $backhaul::archive =~ /\Apuppet:/ {
        $archive = '/var/cache/backhaul.tar.gz'
        file { $archive:
          source => $backhaul::archive,
          owner  => 'root',
          group  => 'root',
          mode   => '0644',
          before => Exec['backhaul: install.sh'],
        }
      } else {
        $archive = $backhaul::archive
      }
      # The checksum lies in the directory that install.sh replaces: an installation by hand is noticed.
      $stamp = '/usr/local/lib/backhaul/archive.sha256'
      exec { 'backhaul: install.sh':
        command  => "set -e
          directory=\$(mktemp -d)
          trap 'rm -rf \"\$directory\"' EXIT
          tar -xzf '${archive}' --no-same-owner --strip-components 1 -C \"\$directory\"
          \"\$directory/install.sh\"
          sha256sum <'${archive}' >${stamp}",
        unless   => "sha256sum <'${archive}' | cmp -s - ${stamp}",
        provider => shell,
        path     => ['/usr/sbin', '/usr/bin', '/sbin', '/bin'],
      }
    }
    'package': {
      if !$backhaul::package {
        fail('backhaul: source is "package", but package is not set: expected the path of a backhaul_*.deb')
      }
      if $backhaul::package =~ /\Apuppet:/ {
        $package = '/var/cache/backhaul.deb'
        file { $package:
          source => $backhaul::package,
          owner  => 'root',
          group  => 'root',
          mode   => '0644',
          before => Exec['backhaul: apt-get install'],
        }
      } else {
        $package = $backhaul::package
      }
      # The provider apt of the type package takes no file, dpkg no dependencies.
      exec { 'backhaul: apt-get install':
        command     => "apt-get -qy --allow-downgrades install '${package}'",
        unless      => "test \"\$(dpkg-query -f '\${Version} \${db:Status-Status}' -W backhaul)\" = \"\$(dpkg-deb -f '${package}' Version) installed\"",
        environment => ['DEBIAN_FRONTEND=noninteractive', 'NEEDRESTART_MODE=l'],
        provider    => shell,
        path        => ['/usr/sbin', '/usr/bin', '/sbin', '/bin'],
      }
    }
    'repository': {
      if !$backhaul::repository or !$backhaul::repository_key {
        fail('backhaul: source is "repository": expected repository and repository_key')
      }
      $suffix = $backhaul::repository_key ? { /\.gpg\z/ => 'gpg', default => 'asc' }
      file { '/etc/apt/keyrings':
        ensure => directory,
      }
      file { "/etc/apt/keyrings/backhaul.${suffix}":
        source => $backhaul::repository_key,
        owner  => 'root',
        group  => 'root',
        mode   => '0644',
      }
      ~> file { '/etc/apt/sources.list.d/backhaul.list':
        content => "deb [signed-by=/etc/apt/keyrings/backhaul.${suffix}] ${backhaul::repository}\n",
        owner   => 'root',
        group   => 'root',
        mode    => '0644',
      }
      ~> exec { 'backhaul: apt-get update':
        command     => 'apt-get -q update',
        refreshonly => true,
        path        => ['/usr/sbin', '/usr/bin', '/sbin', '/bin'],
      }
      -> package { 'backhaul':
        ensure => $backhaul::package_ensure,
      }
    }
    default: {}
  }
}
