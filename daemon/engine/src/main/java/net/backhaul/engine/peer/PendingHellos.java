// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import net.backhaul.engine.Drop;
import net.backhaul.engine.HelloCheck;
import net.backhaul.engine.Output;
import net.backhaul.protocol.identity.Identity;
import org.jspecify.annotations.Nullable;

/**
 * HELLOs of unknown nodes whose identities are checked on other threads, in order of arrival. Of
 * one identity only the latest HELLO is pending.
 *
 * <p>Unauthenticated senders can fill it, so number, length and age are limited.
 */
final class PendingHellos {
  /** Maximum pending HELLOs: a crowd that two cores check in half a minute. */
  static final int MAX_PENDING = 2_048;

  /** Maximum length; HELLOs have 150 to 300 bytes, and some more for each moon. */
  static final int MAX_BYTES = 1_024;

  /** A HELLO that was not checked for so long is dropped; its sender repeats it each 5 s. */
  static final long MAX_AGE_MS = 11_000;

  /** Maximum checks that others work on: enough to keep a few threads busy. */
  static final int MAX_CHECKS = 8;

  private final PeerContext context;
  private final Map<Identity, Received> pending = new LinkedHashMap<>();
  private final Map<Identity, Running> running = new LinkedHashMap<>();

  /** A check, and the HELLO that it checks; a later one may be pending by now. */
  private record Running(HelloCheck check, Received hello) {}

  /** A HELLO, and how it came. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared; the record owns the bytes.
  record Received(int socket, InetSocketAddress endpoint, byte[] bytes, long receivedAtMs) {
    static Received copyOf(InboundPacket hello) {
      int start = hello.start();
      byte[] bytes = Arrays.copyOfRange(hello.bytes(), start, start + hello.length());
      return new Received(hello.socket(), hello.endpoint(), bytes, hello.nowMs());
    }
  }

  PendingHellos(PeerContext context) {
    this.context = context;
  }

  boolean contains(Identity identity) {
    return pending.containsKey(identity);
  }

  boolean isFull() {
    return pending.size() >= MAX_PENDING;
  }

  int size() {
    return pending.size();
  }

  /**
   * Adds a HELLO, or replaces that of the same identity, and begins a check if that is possible.
   */
  void add(Identity identity, InboundPacket hello) {
    pending.put(identity, Received.copyOf(hello));
    beginChecks(hello.nowMs());
  }

  /**
   * Removes the latest HELLO of an identity that was checked; null where none is to be handled: the
   * check was not begun here, or anyone has sent the one that was not authentic, and a later one is
   * to be checked.
   */
  @Nullable Received remove(HelloCheck check) {
    Running begun = running.get(check.identity());
    if (begun == null || begun.check != check) {
      return null;
    }
    running.remove(check.identity());
    boolean isLatest = pending.get(check.identity()) == begun.hello;
    if (check.failure() == Drop.BAD_MAC && !isLatest) {
      context.drop(Drop.BAD_MAC);
      return null;
    }
    return pending.remove(check.identity());
  }

  /** Begins the checks of pending HELLOs, as many as are permitted at once. */
  void beginChecks(long nowMs) {
    Output.IdentityChecker checker = context.output.identityChecker();
    if (checker == null) {
      return;
    }
    Iterator<Map.Entry<Identity, Received>> all = pending.entrySet().iterator();
    while (running.size() < MAX_CHECKS && all.hasNext()) {
      Map.Entry<Identity, Received> each = all.next();
      Identity identity = each.getKey();
      Received hello = each.getValue();
      if (running.containsKey(identity)) {
        continue;
      }
      if (nowMs - hello.receivedAtMs > MAX_AGE_MS) {
        all.remove();
        context.drop(Drop.PENDING_EXPIRED);
        continue;
      }
      var check = new HelloCheck(context.self, identity, hello.bytes.clone());
      running.put(identity, new Running(check, hello));
      checker.check(check);
    }
  }
}
