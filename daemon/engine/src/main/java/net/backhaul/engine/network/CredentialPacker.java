// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.message.Credentials;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.network.Capability;
import net.backhaul.protocol.network.Credential;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.NetworkCredentials;
import net.backhaul.protocol.network.OwnershipCertificate;
import net.backhaul.protocol.network.Tag;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** Packs the credentials of a configuration into NETWORK_CREDENTIALS messages (03 section 4.9). */
final class CredentialPacker {
  /** The space that the reference requires for one more: it packs by the size of its structures. */
  private static final int CAPABILITY_BYTES = 2_880;

  private static final int TAG_BYTES = 152;
  private static final int OWNERSHIP_BYTES = 432;
  private static final int COUNT_BYTES = 2;

  private final NetworkConfig config;
  private int size;
  private int capabilities;
  private int tags;
  private int ownerships;

  private CredentialPacker(NetworkConfig config) {
    this.config = config;
  }

  /** Returns the messages to send; none without credentials. */
  static List<Message> messages(NetworkConfig config) {
    return new CredentialPacker(config).pack();
  }

  private List<Message> pack() {
    var messages = new ArrayList<Message>();
    MembershipCertificate com = config.com();
    while (com != null || !isPacked()) {
      messages.add(next(com));
      com = null;
    }
    return List.copyOf(messages);
  }

  private boolean isPacked() {
    return capabilities == config.capabilities().size()
        && tags == config.tags().size()
        && ownerships == config.ownerships().size();
  }

  private Message next(@Nullable MembershipCertificate com) {
    size = Packets.HEADER_BYTES + (com == null ? 0 : bytes(com)) + 1 + COUNT_BYTES;
    List<Capability> someCapabilities = take(config.capabilities(), capabilities, CAPABILITY_BYTES);
    capabilities += someCapabilities.size();
    size += COUNT_BYTES;
    List<Tag> someTags = take(config.tags(), tags, TAG_BYTES);
    tags += someTags.size();
    size += 2 * COUNT_BYTES;
    List<OwnershipCertificate> someOwnerships =
        take(config.ownerships(), ownerships, OWNERSHIP_BYTES);
    ownerships += someOwnerships.size();
    return new Credentials(
        new NetworkCredentials(
            com == null ? List.of() : List.of(com),
            someCapabilities,
            someTags,
            List.of(),
            someOwnerships,
            true));
  }

  private <T extends Credential> List<T> take(List<T> all, int from, int reservedBytes) {
    int to = from;
    while (to < all.size() && size + reservedBytes < Packets.MAX_SENT_BYTES) {
      size += bytes(all.get(to));
      to++;
    }
    return all.subList(from, to);
  }

  private static int bytes(Credential credential) {
    var out = new WireWriter();
    credential.writeTo(out);
    return out.size();
  }
}
