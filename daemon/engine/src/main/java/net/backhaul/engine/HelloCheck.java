// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.util.function.Predicate;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.PacketCipher;
import org.jspecify.annotations.Nullable;

/**
 * The check of an unknown identity by its HELLO: key agreement, MAC, and the validation of the
 * identity, which takes tens of milliseconds (01 section 2.4). It uses nothing of the node, so that
 * any thread may do it; see {@link Output.IdentityChecker}.
 */
public final class HelloCheck {
  private final Identity self;
  private final Identity identity;
  private final byte[] hello;
  private @Nullable PacketCipher cipher;
  private @Nullable Drop failure = Drop.INTERNAL_ERROR;

  /**
   * Creates the check of an identity.
   *
   * @param hello the whole packet of cipher 0; owned by the check
   */
  public HelloCheck(Identity self, Identity identity, byte[] hello) {
    this.self = self;
    this.identity = identity;
    this.hello = hello;
  }

  public Identity identity() {
    return identity;
  }

  /** Agrees on a key and verifies the MAC; returns whether the HELLO is authentic. */
  public boolean open() {
    byte[] key = self.agree(identity).orElse(null);
    if (key == null) {
      failure = Drop.INVALID_IDENTITY;
      return false;
    }
    PacketCipher made = PacketCipher.of(key);
    if (!made.open(hello, 0, hello.length)) {
      made.wipe();
      failure = Drop.BAD_MAC;
      return false;
    }
    cipher = made;
    return true;
  }

  /** Validates the identity of an authentic HELLO. */
  public void validate(Predicate<Identity> validator) {
    failure = validator.test(identity) ? null : Drop.INVALID_IDENTITY;
  }

  /** Does the whole check. */
  public void run(Predicate<Identity> validator) {
    if (open()) {
      validate(validator);
    }
  }

  /** Returns why the identity is not accepted, or null where it is. */
  public @Nullable Drop failure() {
    return failure;
  }

  /** Returns the cipher of an accepted identity, whose owner is the caller from then on. */
  public PacketCipher cipher() {
    PacketCipher made = cipher;
    if (made == null) {
      throw new IllegalStateException("the HELLO is not authentic");
    }
    return made;
  }

  /** Removes the key from memory, where the cipher is not used. */
  public void wipe() {
    PacketCipher made = cipher;
    if (made != null) {
      made.wipe();
    }
  }
}
