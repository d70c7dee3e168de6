// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import net.backhaul.json.ByteOrderMark;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.service.system.StartFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The identity of this node on disk (04 sections 2 and 8.5). */
public final class IdentityFiles {
  private static final Logger log = LoggerFactory.getLogger(IdentityFiles.class);
  private static final String SECRET = "identity.secret";
  private static final String PUBLIC = "identity.public";

  private IdentityFiles() {}

  /** Reads the identity, or generates one if there is none, which takes about a second. */
  public static Identity load(HomeDirectory home, RandomGenerator random) throws StartFailure {
    String text = secretText(home);
    if (text.isEmpty()) {
      return make(home, random);
    }
    Identity identity;
    try {
      identity = Identity.parse(text);
    } catch (IllegalArgumentException e) {
      throw invalid(home);
    }
    boolean usable = ValidatedIdentity.isRecorded(home, text) || identity.keysMatch();
    if (!identity.hasPrivateKey() || !usable) {
      throw invalid(home);
    }
    writePublic(home, identity);
    return identity;
  }

  /** Returns the failure for an identity that cannot be used, in the words of the reference. */
  public static StartFailure invalid(HomeDirectory home) {
    return new StartFailure(
        "invalid identity loaded from disk. Please remove identity.public and identity.secret from "
            + home.path()
            + " and try again");
  }

  /** Returns the identity on disk if its address is that of its keys, or null; reports nothing. */
  static @Nullable Identity validOnDisk(HomeDirectory home) {
    try {
      String text = secretText(home);
      Identity identity = text.isEmpty() ? null : Identity.parse(text);
      boolean valid =
          identity != null && (ValidatedIdentity.isRecorded(home, text) || identity.validates());
      return valid ? identity : null;
    } catch (StartFailure | IllegalArgumentException e) {
      return null; // load() reports it
    }
  }

  /** Records that the identity on disk is valid, so that later starts need not validate it. */
  public static void saveValidated(HomeDirectory home) {
    try {
      String text = secretText(home);
      if (!ValidatedIdentity.isRecorded(home, text)) {
        ValidatedIdentity.save(home, text);
      }
    } catch (StartFailure e) {
      log.debug("the identity is validated again at the next start: {}", e.getMessage());
    }
  }

  private static String secretText(HomeDirectory home) throws StartFailure {
    if (!home.exists(SECRET)) {
      return "";
    }
    try {
      byte[] text =
          ByteOrderMark.strip(BoundedFile.read(home.file(SECRET), HomeDirectory.MAX_FILE_BYTES));
      return new String(text, StandardCharsets.ISO_8859_1).strip();
    } catch (IOException e) {
      throw new StartFailure(
          "%s could not be read: %s"
              .formatted(home.file(SECRET), FileProblem.describe(home.file(SECRET), e)));
    }
  }

  private static Identity make(HomeDirectory home, RandomGenerator random) throws StartFailure {
    Identity identity = Identity.generate(random);
    try {
      home.writeSecret(SECRET, identity.secretText().getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new StartFailure(
          "%s could not be written: %s"
              .formatted(home.file(SECRET), FileProblem.describe(home.file(SECRET), e)));
    }
    writePublic(home, identity);
    return identity;
  }

  private static void writePublic(HomeDirectory home, Identity identity) {
    try {
      home.write(PUBLIC, identity.publicText().getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      log.warn(
          "cannot write {}: {}", home.file(PUBLIC), FileProblem.describe(home.file(PUBLIC), e));
    }
  }

  /**
   * Renames an identity whose address another node has; the next start generates one (04 section
   * 8.4).
   */
  public static void saveAfterCollision(HomeDirectory home) throws IOException {
    home.writeSecret(
        "identity.secret.saved_after_collision",
        BoundedFile.read(home.file(SECRET), HomeDirectory.MAX_FILE_BYTES));
    home.delete(SECRET);
    home.delete(PUBLIC);
  }
}
