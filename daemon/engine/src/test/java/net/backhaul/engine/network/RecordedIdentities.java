// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.HashMap;
import java.util.Map;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.testing.Vectors;

/** The nodes of the recordings of networks. */
final class RecordedIdentities {
  private RecordedIdentities() {}

  /** Returns the identities by name, with private keys. */
  static Map<String, Identity> all() {
    var all = new HashMap<String, Identity>();
    Vectors.file("vl2/identities.json")
        .required("identities")
        .properties()
        .forEach(
            entry ->
                all.put(entry.getKey(), Identity.parse(Vectors.text(entry.getValue(), "secret"))));
    return all;
  }
}
