// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Route;
import net.backhaul.protocol.network.Rule;
import org.jspecify.annotations.Nullable;

/**
 * A network as its operator configured it (04 section 5.3).
 *
 * @param revision number of changes; 0 before the record is saved for the first time
 * @param createdMs wall-clock time; 0 if it is not known
 * @param multicastLimit unsigned, not clamped
 * @param authTokens expiry of each token that authorizes members, in wall-clock ms; 0 for never
 * @param traceTarget address of the node that receives trace records; 0 for none
 * @param credentialWindowMs unsigned, not clamped; configurations clamp it
 * @param directory whether members get the names and addresses of the others
 * @param document the JSON text that this was read from, without the revision; opaque here
 * @param annotations not in the document
 * @param deauthorizeAfterDays days after which a member that was not seen is deauthorized; 0 for
 *     never. Not in the document
 */
public record NetworkRecord(
    long id,
    long revision,
    long createdMs,
    String name,
    boolean isPrivate,
    boolean broadcast,
    long multicastLimit,
    int mtuBytes,
    AssignModes assign,
    List<Route> routes,
    List<AddressPool> pools,
    List<Rule> rules,
    List<CapabilityDefinition> capabilities,
    List<TagDefinition> tags,
    String dnsDomain,
    List<InetAddress> dnsServers,
    Map<String, Long> authTokens,
    long traceTarget,
    long traceLevel,
    boolean ssoEnabled,
    long credentialWindowMs,
    boolean directory,
    String document,
    Annotations annotations,
    int deauthorizeAfterDays)
    implements ControllerRecord {
  public static final long DEFAULT_CREDENTIAL_WINDOW_MS = 1_800_000;
  public static final int DEFAULT_MULTICAST_LIMIT = 32;

  /** The highest number of days of {@link #deauthorizeAfterDays}. */
  public static final int MAX_DEAUTHORIZE_AFTER_DAYS = 3_650;

  public NetworkRecord {
    routes = List.copyOf(routes);
    pools = List.copyOf(pools);
    rules = List.copyOf(rules);
    capabilities = List.copyOf(capabilities);
    tags = List.copyOf(tags);
    dnsServers = List.copyOf(dnsServers);
    authTokens = Map.copyOf(authTokens);
  }

  /** Returns a builder of an unsaved network with the defaults of 04 section 5.3. */
  public static Builder builder(long id) {
    return new Builder(id);
  }

  public NetworkRecord withRevision(long changed) {
    return toBuilder().revision(changed).build();
  }

  public NetworkRecord withAnnotations(Annotations changed) {
    return toBuilder().annotations(changed).build();
  }

  public NetworkRecord withDeauthorizeAfterDays(int changed) {
    return toBuilder().deauthorizeAfterDays(changed).build();
  }

  /**
   * Returns whether everything but the revision and what has no effect on configurations is that of
   * an older record.
   */
  boolean differsInAnnotationsOnly(@Nullable NetworkRecord older) {
    return older != null
        && toBuilder()
            .annotations(older.annotations)
            .deauthorizeAfterDays(older.deauthorizeAfterDays)
            .revision(older.revision)
            .build()
            .equals(older);
  }

  /** Returns a builder with the values of this record. */
  public Builder toBuilder() {
    return new Builder(id)
        .revision(revision)
        .createdMs(createdMs)
        .name(name)
        .isPrivate(isPrivate)
        .broadcast(broadcast)
        .multicastLimit(multicastLimit)
        .mtuBytes(mtuBytes)
        .assign(assign)
        .routes(routes)
        .pools(pools)
        .rules(rules)
        .capabilities(capabilities)
        .tags(tags)
        .dnsDomain(dnsDomain)
        .dnsServers(dnsServers)
        .authTokens(authTokens)
        .traceTarget(traceTarget)
        .traceLevel(traceLevel)
        .ssoEnabled(ssoEnabled)
        .credentialWindowMs(credentialWindowMs)
        .directory(directory)
        .document(document)
        .annotations(annotations)
        .deauthorizeAfterDays(deauthorizeAfterDays);
  }

  /** Builds a network; see the record's components. */
  public static final class Builder {
    private final long id;
    private long revision;
    private long createdMs;
    private String name = "";
    private boolean isPrivate = true;
    private boolean broadcast = true;
    private long multicastLimit = DEFAULT_MULTICAST_LIMIT;
    private int mtuBytes = NetworkConfig.DEFAULT_MTU_BYTES;
    private AssignModes assign = AssignModes.NONE;
    private List<Route> routes = List.of();
    private List<AddressPool> pools = List.of();
    private List<Rule> rules = List.of(Rule.action(Rule.ACTION_ACCEPT));
    private List<CapabilityDefinition> capabilities = List.of();
    private List<TagDefinition> tags = List.of();
    private String dnsDomain = "";
    private List<InetAddress> dnsServers = List.of();
    private Map<String, Long> authTokens = Map.of();
    private long traceTarget;
    private long traceLevel;
    private boolean ssoEnabled;
    private long credentialWindowMs = DEFAULT_CREDENTIAL_WINDOW_MS;
    private boolean directory;
    private String document = "{}";
    private Annotations annotations = Annotations.NONE;
    private int deauthorizeAfterDays;

    private Builder(long id) {
      this.id = id;
    }

    public Builder revision(long value) {
      revision = value;
      return this;
    }

    public Builder createdMs(long value) {
      createdMs = value;
      return this;
    }

    public Builder name(String value) {
      name = value;
      return this;
    }

    public Builder isPrivate(boolean value) {
      isPrivate = value;
      return this;
    }

    public Builder broadcast(boolean value) {
      broadcast = value;
      return this;
    }

    public Builder multicastLimit(long value) {
      multicastLimit = value;
      return this;
    }

    public Builder mtuBytes(int value) {
      mtuBytes = value;
      return this;
    }

    public Builder assign(AssignModes value) {
      assign = value;
      return this;
    }

    public Builder routes(List<Route> value) {
      routes = value;
      return this;
    }

    public Builder pools(List<AddressPool> value) {
      pools = value;
      return this;
    }

    public Builder rules(List<Rule> value) {
      rules = value;
      return this;
    }

    public Builder capabilities(List<CapabilityDefinition> value) {
      capabilities = value;
      return this;
    }

    public Builder tags(List<TagDefinition> value) {
      tags = value;
      return this;
    }

    public Builder dnsDomain(String value) {
      dnsDomain = value;
      return this;
    }

    public Builder dnsServers(List<InetAddress> value) {
      dnsServers = value;
      return this;
    }

    public Builder authTokens(Map<String, Long> value) {
      authTokens = value;
      return this;
    }

    public Builder traceTarget(long value) {
      traceTarget = value;
      return this;
    }

    public Builder traceLevel(long value) {
      traceLevel = value;
      return this;
    }

    public Builder ssoEnabled(boolean value) {
      ssoEnabled = value;
      return this;
    }

    public Builder credentialWindowMs(long value) {
      credentialWindowMs = value;
      return this;
    }

    public Builder directory(boolean value) {
      directory = value;
      return this;
    }

    public Builder document(String value) {
      document = value;
      return this;
    }

    public Builder deauthorizeAfterDays(int value) {
      deauthorizeAfterDays = value;
      return this;
    }

    public Builder annotations(Annotations value) {
      annotations = value;
      return this;
    }

    public NetworkRecord build() {
      return new NetworkRecord(
          id,
          revision,
          createdMs,
          name,
          isPrivate,
          broadcast,
          multicastLimit,
          mtuBytes,
          assign,
          routes,
          pools,
          rules,
          capabilities,
          tags,
          dnsDomain,
          dnsServers,
          authTokens,
          traceTarget,
          traceLevel,
          ssoEnabled,
          credentialWindowMs,
          directory,
          document,
          annotations,
          deauthorizeAfterDays);
    }
  }
}
