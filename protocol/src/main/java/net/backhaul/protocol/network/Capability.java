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

/** Rules that a member may invoke for itself (03 section 4.3). */
public record Capability(
    long networkId,
    long timestampMs,
    long id,
    List<Rule> rules,
    int maxCustody,
    List<Custody> custody)
    implements Credential {
  public static final int MAX_RULES = 64;
  public static final int MAX_CUSTODY = 7;

  /** One passing of the capability from hand to hand. */
  public record Custody(long to, long from, Bytes signature) {}

  public Capability {
    rules = List.copyOf(rules);
    custody = List.copyOf(custody);
  }

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
      throw new WireException("odd length of a chain of custody");
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
    for (Custody hand : custody) {
      out.address(hand.to).address(hand.from);
      Wire.writeSignature(out, hand.signature);
    }
    out.address(0).u16(0);
  }

  private void writeFields(WireWriter out) {
    out.u64(networkId).u64(timestampMs).u32(id).u16(rules.size());
    Rules.write(out, rules);
    out.u8(maxCustody);
  }

  /** Returns what every hand in the chain signs. */
  public byte[] signedBytes() {
    var out = new WireWriter().u64(Wire.MARK);
    writeFields(out);
    return out.u16(0).u64(Wire.MARK).toByteArray();
  }

  public static Capability issue(
      Identity controller, long networkId, long timestampMs, long id, List<Rule> rules, long to) {
    var unsigned = new Capability(networkId, timestampMs, id, rules, 1, List.of());
    Bytes signature = Bytes.of(controller.sign(unsigned.signedBytes()));
    var hand = new Custody(to, controller.address(), signature);
    return new Capability(networkId, timestampMs, id, rules, 1, List.of(hand));
  }

  /** Returns the last holder, or 0 without any. */
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
    for (Custody hand : custody) {
      if (hand.from != holder) {
        return SignatureStatus.INVALID;
      }
      Identity signer = identities.apply(hand.from);
      if (signer == null) {
        return SignatureStatus.SIGNER_UNKNOWN;
      }
      if (!signer.verify(signed, hand.signature.toByteArray())) {
        return SignatureStatus.INVALID;
      }
      holder = hand.to;
    }
    return SignatureStatus.VALID;
  }
}
