// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import net.backhaul.controller.Annotations;
import net.backhaul.controller.JoinGrant;
import net.backhaul.controller.JoinToken;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.web.http.Fields;
import org.jspecify.annotations.Nullable;

/**
 * A join token in a request, validated.
 *
 * @param expiresInS its lifetime, in seconds
 * @param uses how many members it admits
 */
public record JoinTokenFields(String name, long expiresInS, long uses, JoinGrant grant) {
  static final long MAX_LIFETIME_S = TimeUnit.DAYS.toSeconds(366);
  static final long MAX_USES = 100_000;
  private static final long DEFAULT_LIFETIME_S = TimeUnit.DAYS.toSeconds(1);

  /** Reads all fields; every one of them may be absent. */
  public static JoinTokenFields read(Fields fields) {
    String name = fields.has("name") ? fields.text("name", JoinToken.MAX_NAME_BYTES) : "";
    long lifetimeS =
        fields.has("expiresInS")
            ? fields.number("expiresInS", 60, MAX_LIFETIME_S)
            : DEFAULT_LIFETIME_S;
    long uses = fields.has("maxUses") ? fields.number("maxUses", 1, MAX_USES) : 1;
    JoinGrant grant =
        fields.has("member")
            ? grant(fields.object("member"), uses)
            : new JoinGrant(true, "", Annotations.NONE, Map.of(), List.of());
    return new JoinTokenFields(name, lifetimeS, uses, grant);
  }

  private static JoinGrant grant(Fields member, long uses) {
    List<InetAddress> addresses =
        member.has("addresses")
            ? MemberFields.addresses(member).stream()
                .map(each -> Endpoints.parseIp(String.valueOf(each)))
                .toList()
            : List.of();
    if (!addresses.isEmpty() && uses != 1) {
      member.reject("addresses", "expected none where maxUses is not 1: no two members share one");
    }
    var tags = new TreeMap<Long, Long>();
    if (member.has("tags")) {
      for (Object pair : MemberFields.tags(member)) {
        if (pair instanceof List<?> two
            && two.get(0) instanceof Long id
            && two.get(1) instanceof Long value) {
          tags.put(id, value);
        }
      }
    }
    return new JoinGrant(
        !member.has("authorized") || member.bool("authorized"),
        member.has("name") ? member.text("name", MemberFields.MAX_NAME_BYTES) : "",
        AnnotationFields.read(member).apply(Annotations.NONE),
        tags,
        addresses);
  }

  /** Returns the token, as it is stored. */
  public JoinToken token(long networkId, long id, String secret, long nowMs) {
    return new JoinToken(
        id,
        networkId,
        1,
        JoinToken.hash(secret),
        name,
        nowMs,
        nowMs + TimeUnit.SECONDS.toMillis(expiresInS),
        uses,
        0,
        grant);
  }

  /** Returns a token as the API shows it, without its secret. */
  public static Map<String, @Nullable Object> object(JoinToken token, long nowMs) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("id", token.id());
    out.put("revision", Revisions.of(token));
    out.put("name", token.name());
    out.put("createdMs", token.createdMs());
    out.put("expiresMs", token.expiresMs());
    out.put("maxUses", token.maxUses());
    out.put("uses", token.uses());
    out.put("usable", token.isUsable(nowMs));
    Map<String, @Nullable Object> member = Json.object();
    member.put("authorized", token.grant().authorizes());
    member.put("name", token.grant().memberName());
    AnnotationFields.put(member, token.grant().annotations());
    Map<String, @Nullable Object> tags = Json.object();
    token.grant().tags().forEach((id, value) -> tags.put(Long.toString(id), value));
    member.put("tags", tags);
    member.put("addresses", token.grant().addresses().stream().map(Endpoints::ipText).toList());
    out.put("member", member);
    return out;
  }
}
