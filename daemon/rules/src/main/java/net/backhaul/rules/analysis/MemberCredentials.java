// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import net.backhaul.protocol.identity.Addresses;

/**
 * A member, or an example of one: what rules depend on.
 *
 * @param name for people; empty without one; of an example what it is an example of
 * @param isExample whether it stands for members that may exist
 * @param tags values by id, without the default values of the network
 * @param capabilities their ids
 * @param ips those that the controller assigned; empty where they are not known
 */
public record MemberCredentials(
    long address,
    String name,
    boolean isExample,
    SortedMap<Long, Long> tags,
    SortedSet<Long> capabilities,
    List<InetAddress> ips) {
  /** The controller does not limit names; of longer ones, the beginning is shown. */
  private static final int MAX_SHOWN_NAME = 40;

  public MemberCredentials {
    tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
    capabilities = Collections.unmodifiableSortedSet(new TreeSet<>(capabilities));
    ips = List.copyOf(ips);
  }

  MemberCredentials withTag(long id, long value) {
    var changed = new TreeMap<>(tags);
    changed.put(id, value);
    return new MemberCredentials(address, name, isExample, changed, capabilities, ips);
  }

  MemberCredentials withCapabilities(Set<Long> other) {
    return new MemberCredentials(address, name, isExample, tags, new TreeSet<>(other), ips);
  }

  MemberCredentials withAddress(long other) {
    return new MemberCredentials(other, name, isExample, tags, capabilities, ips);
  }

  MemberCredentials withName(String other) {
    return new MemberCredentials(address, other, isExample, tags, capabilities, ips);
  }

  /** Returns the member in words, with the beginning of its name. */
  public String label() {
    if (isExample) {
      return name;
    }
    String id = Addresses.text(address);
    String shown =
        name.codePointCount(0, name.length()) <= MAX_SHOWN_NAME
            ? name
            : name.substring(0, name.offsetByCodePoints(0, MAX_SHOWN_NAME)) + "...";
    return name.isEmpty() ? id : shown + " (" + id + ")";
  }

  /** Returns whether rules distinguish this from another one by their addresses alone. */
  boolean hasSameCredentials(MemberCredentials other) {
    return tags.equals(other.tags) && capabilities.equals(other.capabilities);
  }
}
