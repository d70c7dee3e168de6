// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

/** How a member logs in, for networks that require it (03 section 3.6). */
public record Sso(
    int version,
    boolean enabled,
    String authenticationUrl,
    long expiryMs,
    String issuerUrl,
    String centralUrl,
    String nonce,
    String state,
    String clientId,
    String provider) {
  /** No login. */
  public static final Sso NONE = new Sso(0, false, "", 0, "", "", "", "", "", "");

  private static final int URL_BYTES = 2_047;
  private static final int NONCE_BYTES = 127;

  static Sso read(Dictionary in) {
    int version = (int) in.u64("ssov", 0);
    boolean enabled = in.bool("ssoe", false);
    if (version == 0) {
      return new Sso(
          0,
          enabled,
          enabled ? in.text("aurl", "", URL_BYTES) : "",
          enabled ? in.u64("aexpt", 0) : 0,
          "",
          "",
          "",
          "",
          "",
          "");
    }
    if (version != 1 || !enabled) {
      return new Sso(version, enabled, "", 0, "", "", "", "", "", "");
    }
    String provider = in.text("ssop", "", 63);
    return new Sso(
        1,
        true,
        in.text("aurl", "", URL_BYTES),
        0,
        in.text("iurl", "", URL_BYTES),
        in.text("ssoce", "", URL_BYTES),
        in.text("sson", "", NONCE_BYTES),
        in.text("ssos", "", 255),
        in.text("ssocid", "", 255),
        provider.isEmpty() ? "default" : provider);
  }

  void writeTo(DictionaryWriter out) {
    if (version < 0 || version > 1) {
      return;
    }
    out.addU64("ssov", version);
    out.add("ssoe", enabled);
    if (version == 0) {
      if (enabled) {
        if (!authenticationUrl.isEmpty()) {
          out.add("aurl", authenticationUrl);
        }
        out.addU64("aexpt", expiryMs);
      }
      return;
    }
    if (enabled && !authenticationUrl.isEmpty()) {
      out.add("aurl", authenticationUrl);
    }
    out.add("iurl", issuerUrl);
    out.add("ssoce", centralUrl);
    out.add("sson", nonce);
    out.add("ssos", state);
    out.add("ssocid", clientId);
    out.add("ssop", provider);
  }
}
