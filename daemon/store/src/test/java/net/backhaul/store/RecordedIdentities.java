// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import net.backhaul.protocol.identity.Identity;
import net.backhaul.testing.Vectors;

/** The nodes of the recordings of the service. */
final class RecordedIdentities {
  private RecordedIdentities() {}

  /** Returns an identity by name: r is the controller; a, b and c are members. */
  static Identity identity(String name) {
    return Identity.parse(
        Vectors.text(Vectors.file("service/identities.json").required(name), "secret"));
  }
}
