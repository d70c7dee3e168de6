// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsCertificateTest {
  private static SelfSignedCertificate create() {
    return SelfSignedCertificate.create(
        List.of("vpn.example.org"), new SecureRandom(), System.currentTimeMillis());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] pem(KeyPair pair) {
    return bytes(
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n");
  }

  @Test
  void acceptsItsKey() throws Exception {
    SelfSignedCertificate own = create();
    TlsCertificate read = TlsCertificate.read(bytes(own.certificate()), bytes(own.key()));
    assertTrue(read.names().contains("vpn.example.org"));
  }

  @Test
  void saysWhenItIsNotValid() throws Exception {
    SelfSignedCertificate own = create();
    TlsCertificate read = TlsCertificate.read(bytes(own.certificate()), bytes(own.key()));
    assertEquals("", read.problem(read.beginsMs()));
    assertEquals("", read.problem(read.expiresMs()));
    String before = read.problem(read.beginsMs() - 1);
    assertTrue(before.contains("is not valid before 20"), before);
    String after = read.problem(read.expiresMs() + 1);
    assertTrue(after.contains("has expired on 20"), after);
  }

  @Test
  void rejectsTheKeyOfAnotherCertificate() throws Exception {
    byte[] certificate = bytes(create().certificate());
    KeyPair rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair();
    for (byte[] key : List.of(bytes(create().key()), pem(rsa))) {
      Exception rejected =
          assertThrows(IOException.class, () -> TlsCertificate.read(certificate, key));
      assertEquals(
          "expected the private key of the certificate, found another one", rejected.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC", "Ed25519"})
  void comparesKeysOfEachAlgorithm(String algorithm) throws Exception {
    var generator = KeyPairGenerator.getInstance(algorithm);
    KeyPair first = generator.generateKeyPair();
    KeyPair second = generator.generateKeyPair();
    assertTrue(CertificateKey.matches(first.getPublic(), pem(first)));
    assertFalse(CertificateKey.matches(first.getPublic(), pem(second)));
  }
}
