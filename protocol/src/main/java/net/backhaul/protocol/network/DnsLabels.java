// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.net.IDN;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;
import net.backhaul.protocol.identity.Addresses;

/**
 * Converts names of members into DNS labels: unique in a network, and valid by RFC 1123.
 *
 * <ol>
 *   <li>The name is normalized (NFKC) and converted to lower case. Letters and digits of any script
 *       stay; each run of other characters becomes one hyphen, and none at either end. So a dot
 *       does not end a label, and no name can begin with {@code xn--}.
 *   <li>Other letters than those of ASCII are encoded in Punycode (IDNA), where that is permitted;
 *       otherwise they are omitted. The label is shortened to 63 characters.
 *   <li>A name of which nothing remains gets the node address as its label, in 10 hexadecimal
 *       digits.
 *   <li>Of several members with one label the first keeps it. Each further one, and a name that
 *       ends like an address, gets a suffix: a hyphen and its own node address. So a label that
 *       ends with an address always belongs to that node.
 * </ol>
 */
public final class DnsLabels {
  /** Maximum length of a label. */
  public static final int MAX_LENGTH = 63;

  /** Maximum characters of a name that count; the rest is ignored. */
  static final int MAX_NAME_CHARS = 255;

  private static final int SUFFIX_LENGTH = 1 + Addresses.DIGITS;
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern ENDS_LIKE_ADDRESS = Pattern.compile("(.*-)?[0-9a-f]{10}");

  private DnsLabels() {}

  /** Returns whether a text is a label as this class makes it. */
  public static boolean isLabel(String text) {
    return LABEL.matcher(text).matches();
  }

  /**
   * Returns a label for each member.
   *
   * @param names by node address, empty for a member without a name; members of the same name in
   *     the order in which they have a claim to it
   */
  public static Map<Long, String> assign(SequencedMap<Long, String> names) {
    var labels = new LinkedHashMap<Long, String>();
    Set<String> used = new HashSet<>();
    names.forEach(
        (address, name) -> {
          String plain = plain(name);
          boolean isFree = !plain.isEmpty() && !endsLikeAddress(plain) && used.add(plain);
          labels.put(address, isFree ? plain : withAddress(plain, address));
        });
    return labels;
  }

  /** Returns the label of a name that no other member has; empty if nothing of it remains. */
  public static String plain(String name) {
    return encode(letters(name), MAX_LENGTH, "");
  }

  private static boolean endsLikeAddress(String label) {
    return ENDS_LIKE_ADDRESS.matcher(label).matches()
        || (label.startsWith("xn--")
            && ENDS_LIKE_ADDRESS.matcher(IDN.toUnicode(label, IDN.ALLOW_UNASSIGNED)).matches());
  }

  /** Returns a label that no other member has: the plain one and the node address. */
  private static String withAddress(String plain, long address) {
    String suffix = Addresses.text(address);
    String letters = IDN.toUnicode(plain, IDN.ALLOW_UNASSIGNED);
    String label = encode(letters, MAX_LENGTH - SUFFIX_LENGTH, "-" + suffix);
    return label.isEmpty() ? suffix : label;
  }

  /** Returns letters and digits of a name, with hyphens between them. */
  private static String letters(String name) {
    String start = name.substring(0, Math.min(name.length(), MAX_NAME_CHARS));
    String normal = Normalizer.normalize(start, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    var out = new StringBuilder();
    Normalizer.normalize(normal, Normalizer.Form.NFKC)
        .codePoints()
        .limit(MAX_NAME_CHARS)
        .forEach(
            point -> {
              if (Character.isLetterOrDigit(point) || (isMark(point) && endsWithLetter(out))) {
                out.appendCodePoint(point);
              } else if (endsWithLetter(out)) {
                out.append('-');
              }
            });
    return withoutLastHyphen(out);
  }

  private static boolean endsWithLetter(StringBuilder text) {
    return !text.isEmpty() && text.charAt(text.length() - 1) != '-';
  }

  private static String withoutLastHyphen(CharSequence text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '-') {
      end--;
    }
    return text.subSequence(0, end).toString();
  }

  private static boolean isMark(int point) {
    int type = Character.getType(point);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }

  /**
   * Returns the label of letters and a suffix, with as many of the letters as fit.
   *
   * @param maxLetters maximum letters of ASCII
   */
  private static String encode(String letters, int maxLetters, String suffix) {
    if (!isAscii(letters)) {
      int end = letters.offsetByCodePoints(0, Math.min(maxLetters, points(letters)));
      String start = letters.substring(0, end);
      while (!isAscii(start)) {
        String label = toAscii(withoutLastHyphen(start) + suffix);
        if (isLabel(label)) {
          return label;
        }
        start = start.substring(0, start.offsetByCodePoints(start.length(), -1));
      }
      return encode(asciiOf(letters), maxLetters, suffix);
    }
    String start = withoutLastHyphen(letters.substring(0, Math.min(maxLetters, letters.length())));
    return start.isEmpty() ? "" : start + suffix;
  }

  private static int points(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Returns the encoded label; empty if IDNA does not permit it, or it is too long. */
  private static String toAscii(String label) {
    try {
      return IDN.toASCII(label, IDN.ALLOW_UNASSIGNED);
    } catch (IllegalArgumentException notPermitted) {
      return "";
    }
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(each -> each < 0x80);
  }

  private static String asciiOf(String letters) {
    var out = new StringBuilder();
    letters
        .chars()
        .filter(each -> each < 0x80)
        .forEach(
            each -> {
              if (each != '-' || endsWithLetter(out)) {
                out.append((char) each);
              }
            });
    return withoutLastHyphen(out);
  }
}
