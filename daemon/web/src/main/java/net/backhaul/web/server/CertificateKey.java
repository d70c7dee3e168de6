// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.server;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether a private key is that of a certificate: otherwise each handshake fails, unexplained. */
final class CertificateKey {
  private static final Pattern PEM =
      Pattern.compile("-BEGIN PRIVATE KEY-+([^-]+)-+END PRIVATE KEY-");

  /** By the algorithm of the key; others are not checked. */
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  private CertificateKey() {}

  /**
   * Returns false if they do not belong together.
   *
   * @param pem of the private key, which TLS has accepted
   */
  static boolean matches(PublicKey certified, byte[] pem) throws GeneralSecurityException {
    Matcher key = PEM.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    String algorithm = SIGNATURES.get(certified.getAlgorithm());
    if (algorithm == null || !key.find()) {
      return true;
    }
    var encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(key.group(1)));
    try {
      PrivateKey secret = KeyFactory.getInstance(certified.getAlgorithm()).generatePrivate(encoded);
      byte[] text = certified.getEncoded();
      var signature = Signature.getInstance(algorithm);
      signature.initSign(secret);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(text);
      return signature.verify(signed);
    } catch (InvalidKeySpecException | InvalidKeyException | SignatureException e) {
      // A key of another algorithm or curve.
      return false;
    }
  }
}
