// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How packets are distributed over the paths to a peer (02 section 3.10, 04 section 3.5).
 *
 * @param name that of the base, or of the custom policy
 * @param packetsPerLink how many packets balance-rr sends over a path before it takes the next one
 * @param links the links by interface; if there are any, others are not used
 */
public record BondPolicy(
    String name,
    Base base,
    Timing timing,
    Selection selection,
    int packetsPerLink,
    QualityLimits quality,
    Map<String, Link> links) {
  public static final int DEFAULT_PACKETS_PER_LINK = 64;

  /** The standard policies. */
  public enum Base {
    /** One path at a time; another one when that fails. */
    ACTIVE_BACKUP(1, "active-backup"),
    /** Each packet over all paths. */
    BROADCAST(2, "broadcast"),
    /** Packets over the paths in turn. */
    BALANCE_RR(3, "balance-rr"),
    /** Each flow over one path, by its hash. */
    BALANCE_XOR(4, "balance-xor"),
    /** Each flow over one path, by capacity and quality. */
    BALANCE_AWARE(5, "balance-aware");

    private final int code;
    private final String text;

    Base(int code, String text) {
      this.code = code;
      this.text = text;
    }

    /** Returns the number of the policy in the API. */
    public int code() {
      return code;
    }

    /** Returns the name in local.conf. */
    public String text() {
      return text;
    }

    /** Returns the policy of a name in local.conf, or null. */
    public static @Nullable Base of(String text) {
      for (Base each : values()) {
        if (each.text.equals(text)) {
          return each;
        }
      }
      return null;
    }
  }

  /** When active-backup returns from the path in use to another one. */
  public enum Selection {
    /** As soon as a primary link is available. */
    ALWAYS,
    /** As soon as a primary link is not worse. */
    BETTER,
    /** Only when the path in use fails. */
    FAILURE,
    /** Whenever another path is clearly better. */
    OPTIMIZE
  }

  /**
   * Times of a policy in milliseconds.
   *
   * @param failoverIntervalMs after this silence an idle path has failed
   * @param upDelayMs how long a path has to answer until it is used
   * @param downDelayMs how long a path stays in use after it has failed
   */
  public record Timing(int failoverIntervalMs, int upDelayMs, int downDelayMs) {
    public static final int MIN_FAILOVER_INTERVAL_MS = 500;
    public static final int MAX_MS = 600_000;
    public static final Timing DEFAULT = new Timing(5_000, 0, 0);

    public Timing {
      if (failoverIntervalMs < MIN_FAILOVER_INTERVAL_MS || failoverIntervalMs > MAX_MS) {
        throw new IllegalArgumentException("failoverIntervalMs: 500 to 600000");
      }
      if (upDelayMs < 0 || upDelayMs > MAX_MS || downDelayMs < 0 || downDelayMs > MAX_MS) {
        throw new IllegalArgumentException("upDelayMs, downDelayMs: 0 to 600000");
      }
    }
  }

  /** A measure of quality: from this value on it is worst, and how much it counts. */
  public record Limit(double max, double weight) {}

  /** What makes the quality of a path: round trip and its variation in ms, loss, and errors. */
  public record QualityLimits(Limit latency, Limit variance, Limit loss, Limit errors) {
    public static final QualityLimits DEFAULT =
        new QualityLimits(
            new Limit(500, 0.4), new Limit(100, 0.2), new Limit(0.25, 0.4), new Limit(1, 0));

    /** Returns the quality of a path, 0 to 1 if the weights add up to 1. */
    public double of(double latencyMs, double varianceMs, double lossShare, double errorShare) {
      return score(latency, latencyMs)
          + score(variance, varianceMs)
          + score(loss, lossShare)
          + score(errors, errorShare);
    }

    private static double score(Limit limit, double value) {
      double worst = limit.max <= 0 ? 1 : Math.clamp(value / limit.max, 0.0, 1.0);
      return limit.weight * (1 - worst);
    }
  }

  /** Which IP families a link is used with. */
  public enum IpPreference {
    ANY(0),
    ONLY_IPV4(4),
    ONLY_IPV6(6),
    IPV4_FIRST(46),
    IPV6_FIRST(64);

    private final int number;

    IpPreference(int number) {
      this.number = number;
    }

    /** Returns the preference of a number in local.conf, or null. */
    public static @Nullable IpPreference of(long number) {
      for (IpPreference each : values()) {
        if (each.number == number) {
          return each;
        }
      }
      return null;
    }

    /** Returns whether addresses of a length are used at all. */
    public boolean permits(int ipBytes) {
      return !((this == ONLY_IPV4 && ipBytes != 4) || (this == ONLY_IPV6 && ipBytes == 4));
    }

    /** Returns whether addresses of a length are used only where there are no others. */
    public boolean isSecond(int ipBytes) {
      return (this == IPV4_FIRST && ipBytes != 4) || (this == IPV6_FIRST && ipBytes == 4);
    }
  }

  /**
   * An interface of the host as a link of bonds.
   *
   * @param capacity in any unit, 0 for unknown
   * @param mtuBytes the payload of datagrams, 0 where it is measured
   * @param isPrimary whether active-backup prefers it
   * @param failoverTo the interface that active-backup uses when this one fails; empty for any
   */
  public record Link(
      boolean enabled,
      long capacity,
      IpPreference ipPreference,
      int mtuBytes,
      boolean isPrimary,
      String failoverTo) {
    public static final Link DEFAULT = new Link(true, 0, IpPreference.ANY, 0, false, "");
    public static final Link DISABLED = new Link(false, 0, IpPreference.ANY, 0, false, "");
  }

  public BondPolicy {
    links = Map.copyOf(links);
    if (packetsPerLink < 1) {
      throw new IllegalArgumentException("packetsPerLink: at least 1, not " + packetsPerLink);
    }
  }

  /** Returns a standard policy with its defaults. */
  public static BondPolicy of(Base base) {
    return new BondPolicy(
        base.text,
        base,
        Timing.DEFAULT,
        Selection.ALWAYS,
        DEFAULT_PACKETS_PER_LINK,
        QualityLimits.DEFAULT,
        Map.of());
  }

  /** Returns the link of an interface. */
  public Link link(String device) {
    return links.isEmpty() ? Link.DEFAULT : links.getOrDefault(device, Link.DISABLED);
  }
}
