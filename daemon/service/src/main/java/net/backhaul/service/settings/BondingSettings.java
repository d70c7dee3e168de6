// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import net.backhaul.engine.BondPolicy;
import net.backhaul.engine.BondPolicy.IpPreference;
import net.backhaul.engine.BondPolicy.Limit;
import net.backhaul.engine.BondPolicy.QualityLimits;
import net.backhaul.engine.BondPolicy.Timing;
import net.backhaul.engine.BondingOptions;
import net.backhaul.protocol.identity.Addresses;
import org.jspecify.annotations.Nullable;

/** Reads the settings of multipath bonding (04 sections 3.4 and 3.5). */
final class BondingSettings {
  private static final String DEFAULT_POLICY = "defaultBondingPolicy";
  private static final String POLICIES = "policies";
  private static final String PEERS = "peerSpecificBonds";
  private static final int MAX_POLICIES = 64;
  private static final int MAX_PACKETS_PER_LINK = 1_000_000;
  private static final int MAX_MTU_BYTES = 65_535;

  private static final SortedSet<String> POLICY_KEYS =
      sorted(
          "basePolicy",
          "failoverInterval",
          "upDelay",
          "downDelay",
          "packetsPerLink",
          "activeReselect",
          "linkQuality",
          "links");

  private static final SortedSet<String> LINK_KEYS =
      sorted("enabled", "capacity", "ipvPref", "mtu", "mode", "failoverTo");

  private static final List<String> QUALITY_KEYS =
      List.of(
          "lat_max",
          "pdv_max",
          "plr_max",
          "per_max",
          "lat_weight",
          "pdv_weight",
          "plr_weight",
          "per_weight");

  private final SettingsReader in;
  private final Map<String, BondPolicy> custom = new HashMap<>();

  private BondingSettings(SettingsReader in) {
    this.in = in;
  }

  /** Reads the bonds; problems are reported, and what they concern is not bonded. */
  static BondingOptions read(SettingsReader in) {
    return new BondingSettings(in).read();
  }

  private BondingOptions read() {
    SettingsReader policies = in.below(POLICIES);
    for (String name : policies.object().keySet()) {
      if (custom.size() < MAX_POLICIES) {
        readPolicy(policies, name);
      } else {
        policies.wrong(name, "at most " + MAX_POLICIES + " policies", "one more");
      }
    }
    String common = in.text(DEFAULT_POLICY, "");
    BondPolicy policy = common.isEmpty() ? null : policy(in, DEFAULT_POLICY, common);
    var peers = new HashMap<Long, BondPolicy>();
    SettingsReader bonds = in.below(PEERS);
    for (String key : bonds.object().keySet()) {
      try {
        long address = Addresses.parse(key);
        BondPolicy own = policy(bonds, key, bonds.text(key, ""));
        if (own != null) {
          peers.put(address, own);
        }
      } catch (IllegalArgumentException e) {
        bonds.wrong(key, "an address of 10 hexadecimal digits as key", key);
      }
    }
    return new BondingOptions(policy, peers);
  }

  /** Returns the policy of a name, or null for an unknown one, which is reported. */
  private @Nullable BondPolicy policy(SettingsReader where, String key, String name) {
    BondPolicy.Base base = BondPolicy.Base.of(name);
    if (base != null) {
      return BondPolicy.of(base);
    }
    BondPolicy policy = custom.get(name);
    if (policy == null) {
      where.wrong(key, "one of " + bases() + " or a name from policies", name);
    }
    return policy;
  }

  private static String bases() {
    var names = new StringBuilder();
    for (BondPolicy.Base base : BondPolicy.Base.values()) {
      names.append(names.isEmpty() ? "" : ", ").append(base.text());
    }
    return names.toString();
  }

  private void readPolicy(SettingsReader policies, String name) {
    SettingsReader policy = policies.below(name);
    if (BondPolicy.Base.of(name) != null) {
      policies.wrong(name, "a name that no standard policy has", name);
      return;
    }
    policy.reportUnknownKeys(POLICY_KEYS);
    BondPolicy.Base base = BondPolicy.Base.of(policy.text("basePolicy", ""));
    if (base == null) {
      policy.wrong("basePolicy", "one of " + bases(), policy.object().get("basePolicy"));
      return;
    }
    int interval =
        (int)
            policy.number(
                "failoverInterval",
                Timing.DEFAULT.failoverIntervalMs(),
                Timing.MIN_FAILOVER_INTERVAL_MS,
                Timing.MAX_MS);
    int upDelay = (int) policy.number("upDelay", 0, 0, Timing.MAX_MS);
    int downDelay = (int) policy.number("downDelay", 0, 0, Timing.MAX_MS);
    int packets =
        (int)
            policy.number(
                "packetsPerLink", BondPolicy.DEFAULT_PACKETS_PER_LINK, 1, MAX_PACKETS_PER_LINK);
    custom.put(
        name,
        new BondPolicy(
            name,
            base,
            new Timing(interval, upDelay, downDelay),
            selection(policy),
            packets,
            quality(policy),
            links(policy)));
  }

  private static BondPolicy.Selection selection(SettingsReader policy) {
    String text = policy.text("activeReselect", "always");
    for (BondPolicy.Selection each : BondPolicy.Selection.values()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
        return each;
      }
    }
    policy.wrong("activeReselect", "always, better, failure or optimize", text);
    return BondPolicy.Selection.ALWAYS;
  }

  private static QualityLimits quality(SettingsReader policy) {
    if (policy.object().get("linkQuality") == null) {
      return QualityLimits.DEFAULT;
    }
    SettingsReader in = policy.below("linkQuality");
    double[] values = new double[QUALITY_KEYS.size()];
    for (int i = 0; i < values.length; i++) {
      Object value = in.object().get(QUALITY_KEYS.get(i));
      if (!(value instanceof Number number) || !(number.doubleValue() >= 0)) {
        in.wrong(
            QUALITY_KEYS.get(i),
            "a number, and the same for all of " + String.join(", ", QUALITY_KEYS),
            value);
        return QualityLimits.DEFAULT;
      }
      values[i] = number.doubleValue();
    }
    return new QualityLimits(
        new Limit(values[0], values[4]),
        new Limit(values[1], values[5]),
        new Limit(values[2], values[6]),
        new Limit(values[3], values[7]));
  }

  private static Map<String, BondPolicy.Link> links(SettingsReader policy) {
    var all = new HashMap<String, BondPolicy.Link>();
    SettingsReader links = policy.below("links");
    for (String device : links.object().keySet()) {
      all.put(device, link(links.below(device)));
    }
    return all;
  }

  private static BondPolicy.Link link(SettingsReader in) {
    in.reportUnknownKeys(LINK_KEYS);
    boolean enabled = in.bool("enabled", true);
    IpPreference preference = IpPreference.of(in.number("ipvPref", 0, 0, Integer.MAX_VALUE));
    if (preference == null) {
      in.onProblem()
          .accept(
              "local.conf: %sipvPref: expected 0, 4, 6, 46 or 64, found %s; the link is disabled"
                  .formatted(in.where(), LocalConf.kind(in.object().get("ipvPref"))));
      enabled = false;
    }
    String mode = in.text("mode", "spare");
    boolean primary = mode.equals("primary");
    if (!primary && !mode.equals("spare")) {
      in.wrong("mode", "primary or spare", mode);
    }
    String failoverTo = in.text("failoverTo", "");
    if (!failoverTo.isEmpty() && !primary) {
      in.onProblem()
          .accept(
              "local.conf: %sfailoverTo: expected it only where mode is primary, found a spare;"
                      .formatted(in.where())
                  + " the link is disabled");
      enabled = false;
    }
    return new BondPolicy.Link(
        enabled,
        in.number("capacity", 0, 0, Long.MAX_VALUE),
        preference == null ? IpPreference.ANY : preference,
        (int) in.number("mtu", 0, 0, MAX_MTU_BYTES),
        primary,
        failoverTo);
  }

  private static SortedSet<String> sorted(String... keys) {
    return Collections.unmodifiableSortedSet(new TreeSet<>(List.of(keys)));
  }
}
