// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** Rules that apply to the frames of a member in addition to the base rules (03 section 4.3). */
public record Capability(
    long networkId,
    long timestampMs,
    long id,
    List<Rule> rules,
    int maxCustody,
    List<Custody> custody)
    implements Credential {
  /** The maximum number of rules. */
  public static final int MAX_RULES = 64;

  /** The maximum length of the chain of custody. */
  public static final int MAX_CUSTODY = 7;

  /** A transfer of the capability from one node to another, signed by the former. */
  public record Custody(long to, long from, Bytes signature) {}

  public Capability {
    rules = List.copyOf(rules);
    custody = List.copyOf(custody);
  }

  /** Reads the binary form. */
  public static Capability read(WireReader in) {
    long networkId = in.u64();
    long timestampMs = in.u64();
    long id = in.u32();
    int count = in.u16();
    if (count > MAX_RULES) {
      throw new WireException("too many rules in a capability");
    }
    List<Rule> rules = Rules.readExactly(in, count);
    int maxCustody = in.u8();
    if (maxCustody < 1 || maxCustody > MAX_CUSTODY) {
      throw new WireException("invalid length of a chain of custody");
    }
    var custody = new ArrayList<Custody>();
    for (long to = in.address(); to != 0; to = in.address()) {
      if (custody.size() == maxCustody) {
        throw new WireException("chain of custody too long");
      }
      custody.add(new Custody(to, in.address(), Wire.readSignature(in)));
    }
    Wire.skipAdditional(in);
    return new Capability(networkId, timestampMs, id, rules, maxCustody, custody);
  }

  @Override
  public void writeTo(WireWriter out) {
    writeFields(out);
    for (Custody link : custody) {
      out.address(link.to).address(link.from);
      Wire.writeSignature(out, link.signature);
    }
    out.address(0).u16(0);
  }

  private void writeFields(WireWriter out) {
    out.u64(networkId).u64(timestampMs).u32(id).u16(rules.size());
    Rules.write(out, rules);
    out.u8(maxCustody);
  }

  /** Returns the bytes that every node in the chain signs. */
  public byte[] signedBytes() {
    return Wire.signedBytes(this::writeFields);
  }

  /** Creates a capability of a member, signed by the controller. */
  public static Capability issue(
      Identity controller, long networkId, long timestampMs, long id, List<Rule> rules, long to) {
    var unsigned = new Capability(networkId, timestampMs, id, rules, 1, List.of());
    Bytes signature = Bytes.of(controller.sign(unsigned.signedBytes()));
    var link = new Custody(to, controller.address(), signature);
    return new Capability(networkId, timestampMs, id, rules, 1, List.of(link));
  }

  /** Returns the last node in the chain of custody, or 0 if the chain is empty. */
  @Override
  public long issuedTo() {
    return custody.isEmpty() ? 0 : custody.getLast().to;
  }

  @Override
  public int type() {
    return TYPE_CAPABILITY;
  }

  @Override
  public SignatureStatus verify(LongFunction<@Nullable Identity> identities) {
    if (custody.isEmpty() || custody.getFirst().from != NetworkIds.controller(networkId)) {
      return SignatureStatus.INVALID;
    }
    byte[] signed = signedBytes();
    long holder = custody.getFirst().from;
    for (Custody link : custody) {
      if (link.from != holder) {
        return SignatureStatus.INVALID;
      }
      Identity signer = identities.apply(link.from);
      if (signer == null) {
        return SignatureStatus.SIGNER_UNKNOWN;
      }
      if (!signer.verify(signed, link.signature.toByteArray())) {
        return SignatureStatus.INVALID;
      }
      holder = link.to;
    }
    return SignatureStatus.VALID;
  }
}
