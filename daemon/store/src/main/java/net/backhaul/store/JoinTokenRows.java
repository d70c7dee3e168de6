// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.backhaul.controller.Annotations;
import net.backhaul.controller.JoinGrant;
import net.backhaul.controller.JoinToken;
import net.backhaul.json.Json;
import net.backhaul.json.Lenient;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.rules.LenientIp;
import net.backhaul.sql.Row;
import net.backhaul.sql.SqlSession;
import org.jspecify.annotations.Nullable;

/** Join tokens in the table of {@code 003-membership.sql}. */
final class JoinTokenRows {
  private static final String COLUMNS =
      "id, network_id, revision, hash, name, created_ms, expires_ms, max_uses, uses, settings";

  private JoinTokenRows() {}

  static List<JoinToken> read(SqlSession session) {
    return session.query(
        "SELECT " + COLUMNS + " FROM join_token ORDER BY created_ms, id", JoinTokenRows::token);
  }

  private static JoinToken token(Row row) {
    return new JoinToken(
        row.number(1),
        NetworkIds.parse(row.text(2)),
        row.number(3),
        row.text(4),
        row.text(5),
        row.number(6),
        row.number(7),
        row.number(8),
        row.number(9),
        grant(Json.asObject(Json.parse(row.text(10)))));
  }

  static void save(SqlSession session, JoinToken token) {
    session.update("DELETE FROM join_token WHERE id = ?", token.id());
    session.update(
        "INSERT INTO join_token (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        token.id(),
        NetworkIds.text(token.networkId()),
        token.revision(),
        token.hash(),
        token.name(),
        token.createdMs(),
        token.expiresMs(),
        token.maxUses(),
        token.uses(),
        Json.write(settings(token.grant())));
  }

  static void delete(SqlSession session, JoinToken token) {
    session.update("DELETE FROM join_token WHERE id = ?", token.id());
  }

  /** Counts a use in one statement, and never above the maximum. */
  static void countUse(SqlSession session, JoinToken token) {
    session.update(
        "UPDATE join_token SET uses = uses + 1 WHERE id = ? AND uses < max_uses", token.id());
  }

  /** Returns the text of a token for the audit log, without its hash. */
  static String logged(JoinToken token) {
    Map<String, @Nullable Object> json = settings(token.grant());
    json.put("id", token.id());
    json.put("tokenName", token.name());
    json.put("createdMs", token.createdMs());
    json.put("expiresMs", token.expiresMs());
    json.put("maxUses", token.maxUses());
    json.put("uses", token.uses());
    return Json.write(json);
  }

  private static Map<String, @Nullable Object> settings(JoinGrant grant) {
    Map<String, @Nullable Object> json = Json.object();
    json.put("authorizes", grant.authorizes());
    json.put("name", grant.memberName());
    json.put("notes", grant.annotations().notes());
    json.put("labels", new ArrayList<@Nullable Object>(grant.annotations().labels()));
    Map<String, @Nullable Object> tags = Json.object();
    grant.tags().forEach((id, value) -> tags.put(Long.toString(id), value));
    json.put("tags", tags);
    json.put("addresses", grant.addresses().stream().map(Endpoints::ipText).toList());
    return json;
  }

  private static JoinGrant grant(Map<String, @Nullable Object> json) {
    var tags = new TreeMap<Long, Long>();
    Json.asObject(json.get("tags"))
        .forEach((id, value) -> tags.put(Long.valueOf(id), Lenient.integer(value, 0)));
    return new JoinGrant(
        Lenient.bool(json.get("authorizes"), false),
        Lenient.string(json.get("name"), ""),
        new Annotations(
            Lenient.string(json.get("notes"), ""), ExportedJson.readLabels(json.get("labels"))),
        tags,
        LenientIp.ips(json.get("addresses")));
  }
}
