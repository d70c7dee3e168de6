// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.util.List;

/**
 * How ports are mapped.
 *
 * @param protocols those that are tried, in order
 * @param lifetimeS the lifetime of mappings that is requested
 * @param renewEveryMs mappings are renewed at half of their lifetime, at the latest after this time
 */
public record MapperOptions(List<MappingProtocol> protocols, long lifetimeS, long renewEveryMs) {
  /** Lifetime and renewal are those of the reference (02 section 4.4). */
  public static final MapperOptions DEFAULT =
      new MapperOptions(List.of(MappingProtocol.values()), 600, 300_000);

  public MapperOptions {
    protocols = List.copyOf(protocols);
  }
}
