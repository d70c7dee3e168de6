# SPDX-License-Identifier: Apache-2.0
require_relative '../../puppet_x/backhaul/permission'

Puppet::Type.newtype(:backhaul_networks) do
  @doc = 'Joins the listed networks, sets what they may configure, and leaves others. The title is the home directory.'

  newparam(:home, namevar: true) do
    desc 'The home directory of the daemon.'
  end

  newparam(:exclusive, boolean: true, parent: Puppet::Parameter::Boolean) do
    desc 'Leave networks that are not listed.'
    defaultto true
  end

  newproperty(:networks) do
    desc <<-TEXT
      A hash of network ids, each with a hash of allow_managed, allow_global, allow_dns (true, false, or a list of
      prefixes to which the permission is restricted) and allow_default (true, false).
    TEXT

    validate do |value|
      value.each do |id, permissions|
        raise ArgumentError, "expected a network id of 16 hexadecimal digits, found '#{id}'" unless id =~ /\A[0-9a-f]{16}\z/

        permissions.each { |name, permission| PuppetX::Backhaul::Permission.canonical(name, permission) }
      end
    end

    munge do |value|
      value.transform_values do |permissions|
        permissions.map { |name, permission| [name, PuppetX::Backhaul::Permission.canonical(name, permission)] }.to_h
      end
    end

    # Permissions that are not given stay as they are.
    def insync?(found)
      return false if found == :absent
      return false if resource.exclusive? && !(found.keys - should.keys).empty?

      should.all? { |id, permissions| found.key?(id) && permissions.all? { |name, value| found[id][name] == value } }
    end

    def change_to_s(found, wanted)
      found = {} if found == :absent
      text = (wanted.keys - found.keys).map { |id| "joined #{id}" }
      text += (found.keys - wanted.keys).map { |id| "left #{id}" } if resource.exclusive?
      wanted.each do |id, permissions|
        next unless found.key?(id)

        changed = permissions.reject { |name, value| found[id][name] == value }
        text << "set #{changed.map { |name, value| "#{name}=#{[value].flatten.join(',')}" }.join(' ')} of #{id}" unless changed.empty?
      end
      text.join(', ')
    end
  end
end
