# SPDX-License-Identifier: Apache-2.0
require 'securerandom'
require_relative '../../../puppet_x/backhaul/home'

Puppet::Type.type(:backhaul_planet).provide(:file) do
  desc 'Reads and replaces the file planet in the home directory.'

  # A planet file begins with its type (1), an id and a time, 8 bytes each, in network order.
  HEADER_BYTES = 17
  PLANET = 1
  PUBLIC_ID = 149_604_618

  def source
    current? ? resource[:source] : 'others'
  end

  def source=(wanted)
    return File.delete(target) if wanted == 'public'
    raise Puppet::Error, "#{wanted} is no planet file; zerotier-idtool genplanet creates one" if header(wanted).nil?

    replace(File.binread(wanted))
  end

  # Whether the home directory has the planet that is wanted, or a later one of the same id.
  def current?
    found = header(target)
    return !exist?(target) || (!found.nil? && found[0] == PUBLIC_ID) if resource[:source] == 'public'

    wanted = header(resource[:source])
    # In noop mode the file may not have been copied yet.
    return !found.nil? && !File.exist?(resource[:source]) if wanted.nil?

    !found.nil? && found[0] == wanted[0] && found[1] >= wanted[1]
  end

  private

  # The owner of the directory may have put links there: the new file has a name of its own.
  def replace(content)
    owner = File.stat(resource[:home])
    name = "#{target}.#{SecureRandom.hex(8)}"
    File.open(name, File::WRONLY | File::CREAT | File::EXCL | File::NOFOLLOW | File::BINARY, 0o600) do |file|
      file.write(content)
      file.chmod(0o644)
      file.chown(owner.uid, owner.gid)
    end
    File.rename(name, target)
  end

  # Whether there is a file or a link, even one that leads nowhere.
  def exist?(path)
    File.exist?(path) || File.symlink?(path)
  end

  def target
    "#{resource[:home]}/planet"
  end

  # Id and time of a planet file; nil if the file does not exist or is none; a link is none.
  def header(file)
    type, id, time = PuppetX::Backhaul::Home.read(file, HEADER_BYTES).unpack('CQ>Q>')
    [id, time] if type == PLANET && time
  rescue SystemCallError
    nil
  end
end
