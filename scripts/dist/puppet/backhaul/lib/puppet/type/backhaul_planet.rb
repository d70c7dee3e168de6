# SPDX-License-Identifier: Apache-2.0
Puppet::Type.newtype(:backhaul_planet) do
  @doc = 'Selects the roots of a node. A planet with the same id and a later time, which a root has sent, stays.'

  newparam(:home, namevar: true) do
    desc 'The home directory of the daemon.'
  end

  newproperty(:source) do
    desc "A planet file on this host, or 'public' for ZeroTier's roots, which the daemon has built in."

    def insync?(_found)
      provider.current?
    end

    def change_to_s(_found, wanted)
      "roots are those of #{wanted}"
    end
  end
end
