# SPDX-License-Identifier: Apache-2.0
require_relative '../../../puppet_x/backhaul/api'
require_relative '../../../puppet_x/backhaul/permission'

Puppet::Type.type(:backhaul_networks).provide(:api) do
  desc "Uses the daemon's API on loopback."

  def networks
    noop = resource.noop?
    @api = PuppetX::Backhaul::Api.local(resource[:home], noop ? 0 : PuppetX::Backhaul::Api::START_S)
    if @api.nil?
      return {} if noop # before the installation

      raise Puppet::Error, "the daemon of #{resource[:home]} does not answer: is the service started?"
    end
    @found = @api.get('/network').map { |network| [network['id'], network] }.to_h
    @found.transform_values do |network|
      PuppetX::Backhaul::Permission::NAMES.keys.map { |name| [name, PuppetX::Backhaul::Permission.found(network, name)] }.to_h
    end
  end

  def networks=(wanted)
    found = networks
    wanted.each do |id, permissions|
      next if found.key?(id) && permissions.all? { |name, value| found[id][name] == value }

      @api.post("/network/#{id}", PuppetX::Backhaul::Permission.body(permissions, @found.fetch(id, {})))
    end
    (found.keys - wanted.keys).each { |id| @api.delete("/network/#{id}") } if resource.exclusive?
  end
end
