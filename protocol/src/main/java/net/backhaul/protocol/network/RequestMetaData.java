// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.util.Arrays;

/** The dictionary in config requests that describes the member (03 section 1.5). */
public final class RequestMetaData {
  private static final int CAPACITY = 1_024;
  private static final int MAX_AUTH_BYTES = 512;

  /** The key of the revision of the directory that the member holds, not in the reference. */
  private static final String DIRECTORY = "bhd";

  /** The key of a join token, not in the reference. */
  private static final String JOIN_TOKEN = "bht";

  /** The key of the name of the member's host, not in the reference. */
  private static final String HOST_NAME = "bhh";

  /** Maximum length of a join token. */
  public static final int MAX_JOIN_TOKEN_BYTES = 128;

  /** Maximum length of a host name, one label of the DNS. */
  public static final int MAX_HOST_NAME_BYTES = 63;

  private final Dictionary dictionary;

  private RequestMetaData(Dictionary dictionary) {
    this.dictionary = dictionary;
  }

  /** Returns a view of received metadata; beyond its capacity it is truncated. */
  public static RequestMetaData parse(byte[] bytes) {
    return new RequestMetaData(
        Dictionary.parse(bytes.length < CAPACITY ? bytes : Arrays.copyOf(bytes, CAPACITY - 1)));
  }

  /**
   * Returns the metadata of this implementation.
   *
   * @param platform operating system and architecture, such as linux/x86_64
   */
  public static byte[] ours(String platform) {
    return common(platform).toByteArray();
  }

  /**
   * Returns the metadata of this implementation for a member that reads directories.
   *
   * @param directoryRevision the revision of the directory that it holds; 0 for none
   */
  public static byte[] ours(String platform, long directoryRevision) {
    DictionaryWriter out = common(platform);
    out.addU64(DIRECTORY, directoryRevision);
    return out.toByteArray();
  }

  /**
   * Returns metadata with a join token.
   *
   * @param metaData as the other methods make it
   */
  public static byte[] withJoinToken(byte[] metaData, String token) {
    return with(JOIN_TOKEN, token, metaData);
  }

  /**
   * Returns metadata with the name of the host.
   *
   * @param metaData as the other methods make it
   * @param name at most {@link #MAX_HOST_NAME_BYTES} letters, digits, hyphens, dots and underscores
   */
  public static byte[] withHostName(byte[] metaData, String name) {
    return with(HOST_NAME, name, metaData);
  }

  private static byte[] with(String key, String text, byte[] metaData) {
    var entry = new DictionaryWriter(CAPACITY);
    entry.add(key, text);
    byte[] added = entry.toByteArray();
    byte[] all = Arrays.copyOf(metaData, metaData.length + 1 + added.length);
    all[metaData.length] = '\n';
    System.arraycopy(added, 0, all, metaData.length + 1, added.length);
    return all;
  }

  private static DictionaryWriter common(String platform) {
    var out = new DictionaryWriter(CAPACITY);
    out.addU64("v", 7);
    out.addU64("vend", 1);
    out.addU64("pv", 12);
    out.addU64("majv", 1);
    out.addU64("minv", 14);
    out.addU64("revv", 1);
    out.addU64("mr", Rules.MAX_BASE_RULES);
    out.addU64("mc", NetworkConfig.MAX_CAPABILITIES);
    out.addU64("mcr", Capability.MAX_RULES);
    out.addU64("mt", NetworkConfig.MAX_TAGS);
    out.addU64("f", 0);
    out.addU64("revr", 1);
    out.add("o", platform);
    return out;
  }

  /** Returns the version of configurations that the member reads. */
  public long configVersion() {
    return dictionary.u64("v", 0);
  }

  /** Returns the version of the member's rules engine; 0 supports ACCEPT only. */
  public long rulesRevision() {
    return dictionary.u64("revr", 0);
  }

  public long protocolVersion() {
    return dictionary.u64("pv", 0);
  }

  /** Returns the major version of the software. */
  public long major() {
    return dictionary.u64("majv", 0);
  }

  /** Returns the minor version of the software. */
  public long minor() {
    return dictionary.u64("minv", 0);
  }

  /** Returns the revision of the software. */
  public long revision() {
    return dictionary.u64("revv", 0);
  }

  /** Returns whether the member reads directories of networks (03 section 3.8). */
  public boolean readsDirectory() {
    return dictionary.bytes(DIRECTORY) != null;
  }

  /** Returns the revision of the directory that the member holds; 0 for none. */
  public long directoryRevision() {
    return dictionary.u64(DIRECTORY, 0);
  }

  /** Returns the join token of this implementation, empty if absent. */
  public String joinToken() {
    return dictionary.text(JOIN_TOKEN, "", MAX_JOIN_TOKEN_BYTES + 1);
  }

  /** Returns the name of the member's host; empty if absent or not in the form of one. */
  public String hostName() {
    String name = dictionary.text(HOST_NAME, "", MAX_HOST_NAME_BYTES + 1);
    return isHostName(name) ? name : "";
  }

  /** Returns whether a text may be a host name in metadata. */
  public static boolean isHostName(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_HOST_NAME_BYTES
        && text.chars()
            .allMatch(
                each ->
                    each >= 'a' && each <= 'z'
                        || each >= 'A' && each <= 'Z'
                        || each >= '0' && each <= '9'
                        || each == '-'
                        || each == '.'
                        || each == '_');
  }

  /** Returns the join credential, empty if absent. */
  public String auth() {
    return dictionary.text("a", "", MAX_AUTH_BYTES);
  }
}
