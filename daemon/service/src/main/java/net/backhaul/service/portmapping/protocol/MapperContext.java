// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.util.random.RandomGenerator;

/**
 * What the clients of all protocols use.
 *
 * @param random cryptographically strong, except in tests
 */
record MapperContext(
    MapperOptions options, RandomGenerator random, MapperOutput output, MappingCounters counters) {
  void count(MappingCounters.Count what) {
    counters.add(what);
  }
}
