# SPDX-License-Identifier: Apache-2.0
module PuppetX
  module Backhaul
    # Files of the home directory. The user of the service may put links there, to files that only root may read, and
    # pipes that block.
    module Home
      # Larger than any file that is read here.
      MAX_BYTES = 65_536

      # The bytes of a file; raises SystemCallError if it does not exist, is a link or no regular file.
      def self.read(path, bytes = MAX_BYTES)
        File.open(path, File::RDONLY | File::NOFOLLOW | File::NONBLOCK | File::BINARY) do |file|
          raise Errno::EINVAL, path unless file.stat.file?

          file.read(bytes).to_s
        end
      end
    end
  end
end
