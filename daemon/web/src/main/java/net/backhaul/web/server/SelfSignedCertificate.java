// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.server;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.backhaul.protocol.address.Endpoints;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;

/**
 * A certificate for TLS that no authority has signed: its fingerprint is compared by the user.
 *
 * @param certificate in PEM
 * @param key in PEM, PKCS #8
 */
public record SelfSignedCertificate(String certificate, String key) {
  /** How long a certificate is valid. */
  static final long LIFETIME_MS = TimeUnit.DAYS.toMillis(397);

  private static final long CLOCK_SKEW_MS = TimeUnit.DAYS.toMillis(1);
  private static final int SERIAL_BITS = 127;
  private static final AlgorithmIdentifier ECDSA_WITH_SHA256 =
      new AlgorithmIdentifier(new ASN1ObjectIdentifier("1.2.840.10045.4.3.2"));

  /**
   * Creates a key and a certificate.
   *
   * @param hosts names and IP addresses
   */
  public static SelfSignedCertificate create(List<String> hosts, SecureRandom random, long wallMs) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair pair = generator.generateKeyPair();
      TBSCertificate content = content(hosts, pair, random, wallMs);
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(pair.getPrivate(), random);
      signature.update(content.getEncoded());
      var signed =
          new DERSequence(
              new ASN1Encodable[] {content, ECDSA_WITH_SHA256, new DERBitString(signature.sign())});
      return new SelfSignedCertificate(
          pem("CERTIFICATE", signed.getEncoded()),
          pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("every Java runtime has ECDSA on P-256", e);
    }
  }

  private static TBSCertificate content(
      List<String> hosts, KeyPair pair, SecureRandom random, long wallMs) throws IOException {
    var name = new X500Name("CN=Backhaul");
    var content = new V3TBSCertificateGenerator();
    content.setSerialNumber(new ASN1Integer(new BigInteger(SERIAL_BITS, random).setBit(0)));
    content.setSignature(ECDSA_WITH_SHA256);
    content.setIssuer(name);
    content.setSubject(name);
    content.setStartDate(new Time(new Date(wallMs - CLOCK_SKEW_MS)));
    content.setEndDate(new Time(new Date(wallMs + LIFETIME_MS)));
    content.setSubjectPublicKeyInfo(
        SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()));
    var extensions = new ExtensionsGenerator();
    extensions.addExtension(Extension.subjectAlternativeName, false, names(hosts));
    extensions.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    content.setExtensions(extensions.generate());
    return content.generateTBSCertificate();
  }

  private static GeneralNames names(List<String> hosts) {
    var names = new ArrayList<GeneralName>();
    for (String host : hosts) {
      names.add(new GeneralName(isIp(host) ? GeneralName.iPAddress : GeneralName.dNSName, host));
    }
    return new GeneralNames(names.toArray(GeneralName[]::new));
  }

  private static boolean isIp(String host) {
    try {
      Endpoints.parseIp(host);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String pem(String type, byte[] der) {
    byte[] newLine = {'\n'};
    String base64 =
        new String(Base64.getMimeEncoder(64, newLine).encode(der), StandardCharsets.US_ASCII);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, base64, type);
  }
}
