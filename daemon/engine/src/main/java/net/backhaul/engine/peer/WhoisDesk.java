// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.backhaul.engine.Drop;
import net.backhaul.engine.network.Handled;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Whois;
import net.backhaul.protocol.message.WhoisOk;

/** Asks roots who somebody is, and tells others who ask (02 sections 2.4 and 3.7). */
final class WhoisDesk {
  static final long ASK_AGAIN_MS = 500;
  static final long ANSWER_SPACING_MS = 100;

  /** How many questions are remembered; the oldest is forgotten. */
  static final int MAX_ASKED = 256;

  /**
   * How many questions of the last second leave room for one more that a stranger's packet makes us
   * ask: a flood of those must not become a flood of ours, nor keep us from asking for ourselves.
   */
  static final int MAX_ASKED_FOR_STRANGERS = 64;

  /** More identities than this do not fit into one datagram of the smallest size. */
  private static final int MAX_ANSWERED = 16;

  private final Vl1 vl1;
  private final Map<Long, Long> askedAtMs = new LinkedHashMap<>();

  WhoisDesk(Vl1 vl1) {
    this.vl1 = vl1;
  }

  /** Asks for the sender of a packet that nobody has vouched for. */
  void askForStranger(long address, long nowMs) {
    if (!askedAtMs.containsKey(address) && askedAtMs.size() >= MAX_ASKED_FOR_STRANGERS) {
      forgetOld(nowMs);
      if (askedAtMs.size() >= MAX_ASKED_FOR_STRANGERS) {
        vl1.drop(Drop.RATE_LIMITED);
        return;
      }
    }
    ask(address, nowMs);
  }

  /** Asks the best root for an identity unless that was done just now. */
  void ask(long address, long nowMs) {
    if (Addresses.isReserved(address) || address == vl1.self.address()) {
      return;
    }
    Peer root = vl1.bestUpstream(nowMs);
    if (root == null || root.address == address) {
      return;
    }
    Long last = askedAtMs.get(address);
    if (last != null && nowMs - last < ASK_AGAIN_MS) {
      return;
    }
    if (root.bestPath(nowMs) == null && root.anyPath() == null) {
      return; // Asked again when the root answers; a queued question would only grow old.
    }
    askedAtMs.remove(address);
    if (askedAtMs.size() >= MAX_ASKED) {
      askedAtMs.remove(askedAtMs.keySet().iterator().next());
    }
    askedAtMs.put(address, nowMs);
    vl1.sender.send(root.address, new Whois(List.of(address)), nowMs);
  }

  int asked() {
    return askedAtMs.size();
  }

  void forgetOld(long nowMs) {
    askedAtMs.values().removeIf(atMs -> nowMs - atMs > 2 * ASK_AGAIN_MS);
  }

  Handled answer(Whois question, Peer asker, ArrivalNow from, long nowMs) {
    if (!vl1.roots.amRoot()) {
      if (nowMs - asker.lastWhoisAnsweredMs < ANSWER_SPACING_MS) {
        vl1.counters.drop(Drop.RATE_LIMITED);
        return Handled.IGNORED;
      }
      asker.lastWhoisAnsweredMs = nowMs;
    }
    var known =
        question.addresses().stream()
            .limit(MAX_ANSWERED)
            .map(address -> identity(address, nowMs))
            .flatMap(Optional::stream)
            .toList();
    if (!known.isEmpty()) {
      from.reply(new WhoisOk(from.packetId(), known), nowMs);
    }
    return Handled.COUNTED;
  }

  /** Takes an identity from a root without checking its address again: the root has. */
  Handled receiveAnswer(WhoisOk answer, Peer sender, long nowMs) {
    if (vl1.roots.isUpstream(sender.address) && !answer.identities().isEmpty()) {
      Identity first = answer.identities().getFirst();
      askedAtMs.remove(first.address());
      if (vl1.peers.get(first.address()) == null && !Addresses.isReserved(first.address())) {
        if (vl1.peers.isFull()) {
          vl1.counters.drop(Drop.TOO_MANY_PEERS);
        } else {
          vl1.peers.add(first);
        }
      }
      vl1.identityArrived(first.address(), nowMs);
    }
    return Handled.COUNTED;
  }

  private Optional<Identity> identity(long address, long nowMs) {
    if (address == vl1.self.address()) {
      return Optional.of(vl1.self.withoutPrivateKey());
    }
    Peer peer = vl1.peer(address, nowMs);
    if (peer == null) {
      askForStranger(address, nowMs);
    }
    return Optional.ofNullable(peer).map(known -> known.identity);
  }
}
