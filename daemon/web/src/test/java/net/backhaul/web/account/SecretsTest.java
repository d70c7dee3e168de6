// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import net.backhaul.web.access.RateLimit;
import net.backhaul.web.http.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Password hashes, one-time codes and limits, by published vectors and at their edges. */
class SecretsTest {
  /** Vector of the reference implementation of Argon2. */
  @Test
  void verifiesPublishedHash() {
    String published =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    assertTrue(PasswordHash.verify("password", published));
    assertFalse(PasswordHash.verify("Password", published));
  }

  @Test
  void saltsHashes() {
    var random = new SecureRandom();
    String one = PasswordHash.DEFAULT.create("a password", random);

    assertTrue(one.startsWith("$argon2id$v=19$m=19456,t=2,p=1$"), one);
    assertTrue(PasswordHash.verify("a password", one));
    assertFalse(PasswordHash.verify("a Password", one));
    assertFalse(one.equals(PasswordHash.DEFAULT.create("a password", random)));
  }

  /** The same letters, composed and decomposed, as keyboards of different systems send them. */
  @Test
  void normalizesPasswords() {
    assertTrue(
        PasswordHash.verify(
            "Ko\u0308ln am Rhein",
            PasswordHash.DEFAULT.create("K\u00f6ln am Rhein", new SecureRandom())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRP",
        "$argon2id$v=19$m=65536,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=65536,t=2,p=99$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
      })
  void acceptsNoDamagedHash(String stored) {
    assertFalse(PasswordHash.verify("password", stored));
  }

  /** RFC 6238, appendix B: the last six digits, of the secret 12345678901234567890. */
  @ParameterizedTest
  @CsvSource({
    "59, 287082",
    "1111111109, 081804",
    "1111111111, 050471",
    "1234567890, 005924",
    "2000000000, 279037",
    "20000000000, 353130"
  })
  void computesPublishedCodes(long seconds, String code) {
    assertEquals(code, Totp.code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", seconds * 1_000));
  }

  @Test
  void acceptsEachCodeOnce() {
    String secret = Totp.createSecret(new SecureRandom());
    long nowMs = 1_700_000_010_000L;
    String code = Totp.code(secret, nowMs);

    long step = Totp.verify(secret, code, 0, nowMs).orElseThrow();

    assertTrue(Totp.verify(secret, code, step, nowMs).isEmpty());
    assertTrue(Totp.verify(secret, code, 0, nowMs + 30_000).isPresent());
    assertTrue(Totp.verify(secret, code, 0, nowMs + 90_000).isEmpty());
    assertEquals(32, secret.length());
  }

  @Test
  void limitsRatesByKey() {
    var limit = new RateLimit(2, 1_000, 2);
    limit.count("a", 0);
    assertEquals(0, limit.waitMs("a", 0));
    limit.count("a", 0);
    assertEquals(1_000, limit.waitMs("a", 0));
    assertEquals(0, limit.waitMs("a", 1_000));
    assertEquals(0, limit.waitMs("b", 0));
    limit.refund("a");
    assertEquals(0, limit.waitMs("a", 0));
    limit.count("b", 0);
    limit.count("c", 0);
    assertEquals(2, limit.size());
  }

  @Test
  void limitsTheBacklogOfPasswords() {
    var held = new ArrayDeque<Runnable>();
    var worker =
        new PasswordWorker(
            PasswordHash.DEFAULT,
            work -> {
              if (held.size() >= PasswordWorker.MAX_BACKLOG) {
                throw new RejectedExecutionException();
              }
              held.add(work);
            });
    for (int i = 0; i < PasswordWorker.MAX_BACKLOG; i++) {
      worker.submit(() -> true);
    }
    var rejected = assertThrows(ProblemException.class, () -> worker.submit(() -> true));
    assertEquals(503, rejected.problem().status());
  }
}
