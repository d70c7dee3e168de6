// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.backhaul.controller.Annotations;
import net.backhaul.controller.Authorization;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.MemberSettings;
import net.backhaul.controller.MemberVersion;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import org.jspecify.annotations.Nullable;

/**
 * Reads a member whose text is what {@link MemberJson#write} makes of its record without the text:
 * its keys are those known here, in order, and their values have the usual form. Such a record has
 * no document of its own ({@link MemberRecord#NO_DOCUMENT}).
 *
 * <p>Nearly all members of a database are such. They need neither maps while they are read nor
 * memory for a text.
 */
final class CanonicalMember {
  /** Maximum entries of an array; longer ones are read otherwise. */
  private static final int MAX_ENTRIES = 1_024;

  /** Numbers with more digits may not be a long. */
  private static final int MAX_DIGITS = 18;

  private static final int MAX_VERSION = 999_999_999;
  private static final long U32 = 0xffff_ffffL;

  private final String text;
  private int at;
  private boolean isCanonical = true;

  private CanonicalMember(String text) {
    this.text = text;
  }

  /** Reads a member with or without its revision; null if its text is not canonical. */
  static @Nullable MemberRecord read(long networkId, String text) {
    var in = new CanonicalMember(text);
    MemberRecord member = in.read(networkId);
    return in.isCanonical && in.at == text.length() ? member : null;
  }

  private MemberRecord read(long networkId) {
    boolean activeBridge = bool("{\"activeBridge\":");
    expect(",\"address\":\"");
    long address = hex(Addresses.DIGITS);
    expect("\",\"authenticationExpiryTime\":0");
    boolean authorized = bool(",\"authorized\":");
    List<Long> capabilities = capabilities();
    long createdMs = number(",\"creationTime\":");
    expect(",\"id\":\"");
    isCanonical &= hex(Addresses.DIGITS) == address;
    expect("\"");
    String identity = optionalString(",\"identity\":");
    List<InetAddress> ips = ips();
    String credential = nullableString(",\"lastAuthorizedCredential\":");
    String credentialType = nullableString(",\"lastAuthorizedCredentialType\":");
    long authorizedAtMs = number(",\"lastAuthorizedTime\":");
    long deauthorizedAtMs = number(",\"lastDeauthorizedTime\":");
    String name = optionalString(",\"name\":");
    boolean noAutoAssignIps = bool(",\"noAutoAssignIps\":");
    expect(",\"nwid\":\"");
    isCanonical &= hex(NetworkIds.DIGITS) == networkId;
    expect("\",\"objtype\":\"member\"");
    long traceLevel = number(",\"remoteTraceLevel\":");
    expect(",\"remoteTraceTarget\":null");
    long revision = skip(",\"revision\":") ? number() : 0;
    expect(",\"ssoExempt\":false");
    Map<Long, Long> tags = tags();
    MemberVersion version = version();
    expect("}");
    return new MemberRecord(
        networkId,
        address,
        revision,
        createdMs,
        identity,
        new Authorization(
            authorized,
            authorizedAtMs,
            deauthorizedAtMs,
            credentialType(credentialType),
            credential),
        new MemberSettings(
            activeBridge,
            noAutoAssignIps,
            ips,
            tags,
            capabilities,
            0,
            traceLevel,
            false,
            0,
            name == null ? "" : name),
        version,
        MemberRecord.NO_DOCUMENT,
        Annotations.NONE);
  }

  private boolean skip(String expected) {
    boolean found = text.startsWith(expected, at);
    at += found ? expected.length() : 0;
    return found;
  }

  private void expect(String expected) {
    isCanonical &= skip(expected);
  }

  private boolean bool(String key) {
    expect(key);
    boolean value = skip("true");
    isCanonical &= value || skip("false");
    return value;
  }

  private long number(String key) {
    expect(key);
    return number();
  }

  /** Reads a number as it is written: without a sign, and without zeros before it. */
  private long number() {
    int start = at;
    long value = 0;
    while (at < text.length() && isDigit(text.charAt(at)) && at - start < MAX_DIGITS) {
      value = 10 * value + text.charAt(at) - '0';
      at++;
    }
    isCanonical &= at > start && (at == start + 1 || text.charAt(start) != '0');
    return value;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private long hex(int digits) {
    int end = at + digits;
    long value = 0;
    while (at < end && at < text.length()) {
      char c = text.charAt(at);
      if (!isDigit(c) && (c < 'a' || c > 'f')) {
        break;
      }
      value = value << 4 | (isDigit(c) ? c - '0' : c - 'a' + 10);
      at++;
    }
    isCanonical &= at == end;
    return value;
  }

  private @Nullable String nullableString(String key) {
    expect(key);
    return skip("null") ? null : string("");
  }

  /** Reads a string that is not empty, after its key; null if the key is missing. */
  private @Nullable String optionalString(String key) {
    if (!skip(key)) {
      return null;
    }
    String value = string("");
    isCanonical &= !value.isEmpty();
    return value;
  }

  private String string(String key) {
    expect(key);
    expect("\"");
    int start = at;
    while (at < text.length() && isPlain(text.charAt(at))) {
      at++;
    }
    String value = text.substring(start, at);
    expect("\"");
    return value;
  }

  /** Returns whether a character stands for itself, and alone. */
  private static boolean isPlain(char c) {
    return c >= ' ' && c != '"' && c != '\\' && !Character.isSurrogate(c);
  }

  private List<InetAddress> ips() {
    expect(",\"ipAssignments\":[");
    if (skip("]") || !isCanonical) {
      return List.of();
    }
    var ips = new ArrayList<InetAddress>(1);
    do {
      ip(ips);
    } while (isCanonical && skip(","));
    endArray(ips.size());
    return ips;
  }

  private void ip(List<InetAddress> ips) {
    String ip = string("");
    try {
      InetAddress parsed = Endpoints.parseIp(ip);
      // Dotted text has one form only.
      isCanonical &= parsed instanceof Inet4Address || Endpoints.ipText(parsed).equals(ip);
      ips.add(parsed);
    } catch (IllegalArgumentException e) {
      isCanonical = false;
    }
  }

  private void endArray(int entries) {
    expect("]");
    isCanonical &= entries <= MAX_ENTRIES;
  }

  private List<Long> capabilities() {
    expect(",\"capabilities\":[");
    if (skip("]") || !isCanonical) {
      return List.of();
    }
    var ids = new ArrayList<Long>();
    do {
      long id = number();
      isCanonical &= ids.isEmpty() || id > ids.getLast();
      ids.add(id);
    } while (isCanonical && skip(","));
    endArray(ids.size());
    return ids;
  }

  private Map<Long, Long> tags() {
    expect(",\"tags\":[");
    if (skip("]") || !isCanonical) {
      return Map.of();
    }
    var tags = new TreeMap<Long, Long>();
    do {
      long id = number("[");
      long value = number(",");
      expect("]");
      isCanonical &= id <= U32 && value <= U32 && (tags.isEmpty() || id > tags.lastKey());
      tags.put(id, value);
    } while (isCanonical && skip(","));
    endArray(tags.size());
    return tags;
  }

  private MemberVersion version() {
    if (skip(",\"vMajor\":-1,\"vMinor\":-1,\"vProto\":-1,\"vRev\":-1")) {
      return MemberVersion.UNKNOWN;
    }
    int major = versionPart(",\"vMajor\":");
    int minor = versionPart(",\"vMinor\":");
    int protocol = versionPart(",\"vProto\":");
    int revision = versionPart(",\"vRev\":");
    return new MemberVersion(major, minor, revision, protocol);
  }

  private int versionPart(String key) {
    expect(key);
    if (skip("-1")) {
      return -1;
    }
    long part = number();
    isCanonical &= part <= MAX_VERSION;
    return (int) part;
  }

  /** Returns the same string for all members, where it is one of few. */
  private static @Nullable String credentialType(@Nullable String type) {
    return switch (type) {
      case Authorization.BY_API -> Authorization.BY_API;
      case Authorization.BY_PUBLIC -> Authorization.BY_PUBLIC;
      case Authorization.BY_TOKEN -> Authorization.BY_TOKEN;
      case null, default -> type;
    };
  }
}
