# SPDX-License-Identifier: Apache-2.0
Puppet::Type.newtype(:backhaul_member) do
  @doc = 'The record of this host at the controller of a network. The title is the network id.'

  newparam(:network, namevar: true) do
    desc 'The network id. A network of another controller is left alone.'
  end

  newparam(:url) do
    desc "The controller's API."
  end

  newparam(:token) do
    desc "Content of the controller's authtoken.secret."
    munge { |value| value.respond_to?(:unwrap) ? value.unwrap : value }
  end

  newparam(:home) do
    desc 'The home directory of the daemon, with the identity of this host.'
    defaultto '/var/lib/zerotier-one'
  end

  # A value of the type Sensitive does not appear in reports.
  def set_sensitive_parameters(names)
    parameter(:token).sensitive = true if names.delete(:token)
    super(names)
  end

  newproperty(:authorized) do
    desc 'Whether this host is a member.'
    newvalues(:true, :false)
  end

  newproperty(:member_name) do
    desc "This host's name at the controller."
  end
end
