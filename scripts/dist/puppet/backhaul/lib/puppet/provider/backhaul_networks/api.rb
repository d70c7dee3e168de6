# SPDX-License-Identifier: Apache-2.0
require_relative '../../../puppet_x/backhaul/api'

Puppet::Type.type(:backhaul_networks).provide(:api) do
  desc "Uses the daemon's API on loopback."

  PERMISSIONS = { 'allow_managed' => 'allowManaged', 'allow_global' => 'allowGlobal', 'allow_default' => 'allowDefault',
                  'allow_dns' => 'allowDNS' }.freeze

  def networks
    noop = resource.noop?
    @api = PuppetX::Backhaul::Api.local(resource[:home], noop ? 0 : PuppetX::Backhaul::Api::START_S)
    if @api.nil?
      return {} if noop # before the installation

      raise Puppet::Error, "the daemon of #{resource[:home]} does not answer: is the service started?"
    end
    @api.get('/network').map { |network|
      [network['id'], PERMISSIONS.transform_values { |key| network[key] }]
    }.to_h
  end

  def networks=(wanted)
    found = networks
    wanted.each do |id, permissions|
      next if found.key?(id) && permissions.all? { |name, value| found[id][name] == value }

      @api.post("/network/#{id}", permissions.transform_keys { |name| PERMISSIONS.fetch(name) })
    end
    (found.keys - wanted.keys).each { |id| @api.delete("/network/#{id}") } if resource.exclusive?
  end
end
