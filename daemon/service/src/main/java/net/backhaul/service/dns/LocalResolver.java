// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.dns;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** The resolver in the daemon, which resolves the names of members of joined networks. */
public interface LocalResolver {
  /** No resolver. */
  LocalResolver NONE =
      new LocalResolver() {
        @Override
        public @Nullable InetAddress address(long networkId) {
          return null;
        }

        @Override
        public @Nullable String problem(long networkId) {
          return null;
        }
      };

  /** Returns the address on which it resolves names of a network; null if it does not. */
  @Nullable InetAddress address(long networkId);

  /** Returns why it does not resolve names of a network that has some; null without a problem. */
  @Nullable String problem(long networkId);
}
