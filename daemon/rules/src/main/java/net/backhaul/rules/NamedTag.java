// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tag: a number of 32 bits that a member may have.
 *
 * @param defaultValue the value of new members; null for none
 * @param enums names of values
 * @param flags names of bits; that of bit 31 is negative, and cannot be used (03 section 5.9.4)
 */
public record NamedTag(
    String name,
    long id,
    @Nullable Long defaultValue,
    Map<String, Long> enums,
    Map<String, Long> flags) {
  public NamedTag {
    enums = Collections.unmodifiableMap(new LinkedHashMap<>(enums));
    flags = Collections.unmodifiableMap(new LinkedHashMap<>(flags));
  }
}
