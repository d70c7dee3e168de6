# SPDX-License-Identifier: Apache-2.0
require 'ipaddr'

module PuppetX
  module Backhaul
    # Permissions of a network: true, false, or a sorted list of prefixes to which the permission is restricted.
    module Permission
      # Names of the class and the types, with those of the API.
      NAMES = { 'allow_managed' => 'allowManaged', 'allow_global' => 'allowGlobal', 'allow_default' => 'allowDefault',
                'allow_dns' => 'allowDNS' }.freeze
      # The daemon accepts no more in a list.
      MAX_PREFIXES = 64

      # A permission in one form, so that equal ones compare as equal; raises ArgumentError.
      def self.canonical(name, value)
        return value if [true, false].include?(value)

        unless value.is_a?(Array) && name != 'allow_default'
          expected = name == 'allow_default' ? 'true or false' : 'true, false or a list of prefixes'
          raise ArgumentError, "#{name}: expected #{expected}, found #{value.inspect}"
        end
        unless (1..MAX_PREFIXES).cover?(value.size)
          raise ArgumentError, "#{name}: expected 1 to #{MAX_PREFIXES} prefixes, found #{value.size}; false denies all, true permits all"
        end
        value.map { |each| prefix(name, each) }.uniq.sort
      end

      # The permission that a network of the daemon has.
      def self.found(network, name)
        key = NAMES.fetch(name)
        within = network["#{key}Within"].to_a
        network[key] && !within.empty? ? canonical(name, within) : network[key]
      end

      # The body that sets permissions of a network. true keeps the list of a network, and an empty list removes it.
      def self.body(permissions, network)
        permissions.map { |name, value|
          key = NAMES.fetch(name)
          [key, value == true && network["#{key}Within"] ? [] : value]
        }.to_h
      end

      # As the daemon reads a prefix: host bits are cleared, 0.0.0.0 and :: without bits stand for their whole family.
      def self.prefix(name, text)
        raise ArgumentError, "#{name}: expected a prefix such as 10.0.0.0/8 or fd00::/8, found #{text.inspect}" unless text =~ %r{\A[0-9a-fA-F.:]+(/\d+)?\z}

        text += '/0' if ['0.0.0.0', '::'].include?(text)
        found = IPAddr.new(text)
        "#{found}/#{found.prefix}"
      rescue IPAddr::Error
        raise ArgumentError, "#{name}: expected a prefix such as 10.0.0.0/8 or fd00::/8, found #{text.inspect}"
      end
      private_class_method :prefix
    end
  end
end
