// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.controller.Annotations;
import net.backhaul.controller.BinnedMember;
import net.backhaul.controller.BlockedAddress;
import net.backhaul.controller.ControllerRecord;
import net.backhaul.controller.JoinToken;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.StoredRecords;
import net.backhaul.json.Json;
import net.backhaul.json.Lenient;
import net.backhaul.protocol.identity.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * Records as JSON text with all that the recorded API does not show, in the object member {@code
 * backhaul}: for files of {@code controller.d} and for the audit log. Records without any of it
 * have the text of the reference.
 */
final class ExportedJson {
  private static final String OURS = "backhaul";
  private static final String NOTES = "notes";
  private static final String LABELS = "labels";
  private static final String BLOCKED = "blocked";
  private static final String DAYS = "deauthorizeAfterDays";
  private static final String BIN = "bin";
  private static final String REMOVED = "removedMs";
  private static final String MEMBER = "member";

  private ExportedJson() {}

  /** A network as it was exported. */
  record ExportedNetwork(
      NetworkRecord record, List<BlockedAddress> blocked, List<BinnedMember> binned) {}

  /** Returns the text of a network, with its blocks and its removed members. */
  static String write(NetworkRecord network, StoredRecords all) {
    Map<String, @Nullable Object> ours = annotations(network.annotations());
    if (network.deauthorizeAfterDays() != 0) {
      ours.put(DAYS, (long) network.deauthorizeAfterDays());
    }
    Map<String, @Nullable Object> blocked = Json.object();
    for (BlockedAddress each : all.blocked()) {
      if (each.networkId() == network.id()) {
        blocked.put(Addresses.text(each.address()), each.sinceMs());
      }
    }
    putUnlessEmpty(ours, BLOCKED, blocked);
    Map<String, @Nullable Object> bin = Json.object();
    for (BinnedMember each : all.binned()) {
      if (each.networkId() == network.id()) {
        bin.put(Addresses.text(each.address()), binned(each));
      }
    }
    putUnlessEmpty(ours, BIN, bin);
    return text(NetworkJson.write(network), ours);
  }

  private static void putUnlessEmpty(
      Map<String, @Nullable Object> ours, String name, Map<String, @Nullable Object> object) {
    if (!object.isEmpty()) {
      ours.put(name, object);
    }
  }

  private static Map<String, @Nullable Object> binned(BinnedMember binned) {
    Map<String, @Nullable Object> json = Json.object();
    json.put(REMOVED, binned.removedMs());
    json.put(MEMBER, Json.parse(write(binned.member())));
    return json;
  }

  static String write(MemberRecord member) {
    return text(MemberJson.write(member), annotations(member.annotations()));
  }

  /** Returns the text of a record for the audit log; null for none. */
  static @Nullable String write(@Nullable ControllerRecord record) {
    return switch (record) {
      case null -> null;
      case NetworkRecord network -> write(network, StoredRecords.NONE);
      case MemberRecord member -> write(member);
      case JoinToken token -> JoinTokenRows.logged(token);
    };
  }

  private static String text(
      Map<String, @Nullable Object> json, Map<String, @Nullable Object> ours) {
    if (!ours.isEmpty()) {
      json.put(OURS, ours);
    }
    return Json.write(json);
  }

  private static Map<String, @Nullable Object> annotations(Annotations annotations) {
    Map<String, @Nullable Object> json = Json.object();
    if (!annotations.notes().isEmpty()) {
      json.put(NOTES, annotations.notes());
    }
    if (!annotations.labels().isEmpty()) {
      json.put(LABELS, List.copyOf(annotations.labels()));
    }
    return json;
  }

  /**
   * Reads the text of a network.
   *
   * @throws IllegalArgumentException if it is not a JSON object or has no valid id
   */
  static ExportedNetwork readNetwork(String text) {
    Map<String, @Nullable Object> json = Json.asObject(Json.parse(text));
    if (!(json.get(OURS) instanceof Map<?, ?>)) {
      return new ExportedNetwork(NetworkJson.read(text), List.of(), List.of());
    }
    Map<String, @Nullable Object> ours = Json.asObject(json.remove(OURS));
    NetworkRecord network =
        NetworkJson.read(Json.write(json))
            .withAnnotations(readAnnotations(ours))
            .withDeauthorizeAfterDays(days(ours.get(DAYS)));
    var blocked = new ArrayList<BlockedAddress>();
    Json.asObject(ours.get(BLOCKED))
        .forEach(
            (address, sinceMs) ->
                blocked.add(
                    new BlockedAddress(
                        network.id(), Addresses.parse(address), Lenient.integer(sinceMs, 0))));
    var binned = new ArrayList<BinnedMember>();
    for (Object each : Json.asObject(ours.get(BIN)).values()) {
      Map<String, @Nullable Object> entry = Json.asObject(each);
      binned.add(
          new BinnedMember(
              readMember(network.id(), Json.write(entry.get(MEMBER))),
              Lenient.integer(entry.get(REMOVED), 0)));
    }
    return new ExportedNetwork(network, blocked, binned);
  }

  private static int days(@Nullable Object value) {
    long days = Lenient.integer(value, 0);
    return days < 0 || days > NetworkRecord.MAX_DEAUTHORIZE_AFTER_DAYS ? 0 : (int) days;
  }

  /** Reads the text of a member likewise. */
  static MemberRecord readMember(long networkId, String text) {
    Map<String, @Nullable Object> json = Json.asObject(Json.parse(text));
    if (!(json.get(OURS) instanceof Map<?, ?>)) {
      return MemberJson.read(networkId, text);
    }
    Map<String, @Nullable Object> ours = Json.asObject(json.remove(OURS));
    return MemberJson.read(networkId, Json.write(json)).withAnnotations(readAnnotations(ours));
  }

  private static Annotations readAnnotations(Map<String, @Nullable Object> ours) {
    return new Annotations(Lenient.string(ours.get(NOTES), ""), readLabels(ours.get(LABELS)));
  }

  /** Returns the labels of a JSON array; entries of other types are left out. */
  static List<String> readLabels(@Nullable Object array) {
    return Lenient.entries(array).stream()
        .filter(String.class::isInstance)
        .map(String.class::cast)
        .toList();
  }
}
