// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/**
 * Credentials that members present; the payload of NETWORK_CREDENTIALS (03 section 4.7).
 *
 * @param complete whether the payload had all parts; otherwise it is not counted as received
 */
public record NetworkCredentials(
    List<MembershipCertificate> coms,
    List<Capability> capabilities,
    List<Tag> tags,
    List<Revocation> revocations,
    List<OwnershipCertificate> ownerships,
    boolean complete) {
  public NetworkCredentials {
    coms = List.copyOf(coms);
    capabilities = List.copyOf(capabilities);
    tags = List.copyOf(tags);
    revocations = List.copyOf(revocations);
    ownerships = List.copyOf(ownerships);
  }

  /** Reads the payload; later parts may be absent. */
  public static NetworkCredentials read(WireReader in) {
    var coms = new ArrayList<MembershipCertificate>();
    while (!in.atEnd()) {
      if (in.array()[in.position()] == 0) {
        in.skip(1);
        break;
      }
      coms.add(MembershipCertificate.read(in));
    }
    List<Capability> capabilities = list(in, Capability::read);
    List<Tag> tags = list(in, Tag::read);
    List<Revocation> revocations = list(in, Revocation::read);
    boolean complete = !in.atEnd();
    List<OwnershipCertificate> ownerships = list(in, OwnershipCertificate::read);
    return new NetworkCredentials(coms, capabilities, tags, revocations, ownerships, complete);
  }

  private static <T> List<T> list(WireReader in, Function<WireReader, T> read) {
    var all = new ArrayList<T>();
    if (in.atEnd()) {
      return all;
    }
    int count = in.u16();
    for (int i = 0; i < count; i++) {
      if (in.atEnd()) {
        throw new WireException("fewer credentials than stated");
      }
      all.add(read.apply(in));
    }
    return all;
  }

  /** Writes the payload. */
  public void writeTo(WireWriter out) {
    coms.forEach(com -> com.writeTo(out));
    out.u8(0);
    writeList(out, capabilities);
    writeList(out, tags);
    writeList(out, revocations);
    writeList(out, ownerships);
  }

  private static void writeList(WireWriter out, List<? extends Credential> items) {
    out.u16(items.size());
    items.forEach(item -> item.writeTo(out));
  }
}
