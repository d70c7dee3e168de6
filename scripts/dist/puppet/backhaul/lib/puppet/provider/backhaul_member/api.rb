# SPDX-License-Identifier: Apache-2.0
require_relative '../../../puppet_x/backhaul/api'

Puppet::Type.type(:backhaul_member).provide(:api) do
  desc "Uses the controller's API."

  def authorized
    foreign? ? resource[:authorized] : (record['authorized'] == true).to_s.to_sym
  end

  def authorized=(value)
    @changes = (@changes || {}).merge('authorized' => value == :true)
  end

  def member_name
    foreign? ? resource[:member_name] : record['name'].to_s
  end

  def member_name=(value)
    @changes = (@changes || {}).merge('name' => value)
  end

  def flush
    return unless @changes
    raise Puppet::Error, "#{resource[:home]}/identity.public holds no identity: is the service started?" if address.nil?

    api.post(path, @changes)
  end

  private

  def api
    @api ||= PuppetX::Backhaul::Api.new(resource[:url], resource[:token])
  end

  # Whether the network belongs to another controller.
  def foreign?
    @controller ||= api.get('/status')['address']
    !resource[:network].start_with?(@controller)
  end

  # Nil before the first start, and where the file is none of the daemon.
  def address
    @address ||= PuppetX::Backhaul::Home.read("#{resource[:home]}/identity.public", 10)[/\A[0-9a-f]{10}\z/]
  rescue SystemCallError
    nil
  end

  def path
    "/controller/network/#{resource[:network]}/member/#{address}"
  end

  def record
    return {} if address.nil?
    raise Puppet::Error, "the controller #{@controller} has no network #{resource[:network]}" if
      api.get("/controller/network/#{resource[:network]}").nil?

    @record ||= api.get(path) || {}
  end
end
