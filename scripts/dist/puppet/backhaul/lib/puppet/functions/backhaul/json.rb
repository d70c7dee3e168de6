# SPDX-License-Identifier: Apache-2.0
require 'json'

# Returns a hash as the text of a JSON file, with its keys in order.
Puppet::Functions.create_function(:'backhaul::json') do
  dispatch :json do
    param 'Hash', :value
    return_type 'String'
  end

  def json(value)
    JSON.pretty_generate(sorted(value)) + "\n"
  end

  def sorted(value)
    case value
    when Hash then value.sort.to_h.transform_values { |each| sorted(each) }
    when Array then value.map { |each| sorted(each) }
    else value
    end
  end
end
