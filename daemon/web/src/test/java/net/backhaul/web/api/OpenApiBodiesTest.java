// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.MEMBER_PATH;
import static net.backhaul.web.api.WebFixture.NETWORK_PATH;
import static net.backhaul.web.api.WebFixture.PASSWORD;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import net.backhaul.controller.RecordStore;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.sql.AuditEntry;
import net.backhaul.sql.AuditLog;
import net.backhaul.store.MemberJson;
import net.backhaul.web.account.Totp;
import net.backhaul.web.http.PathTemplate;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every route of the API, in one session of an administrator: bodies and answers are as the OpenAPI
 * document describes them, with each described property in at least one of them; and before a body
 * is accepted, each of its properties is sent as a value of every wrong kind, left out where it is
 * required, twice, and sent beside a property without use. What takes If-Match is first sent with
 * that of another revision, then with that of the object as it is shown.
 */
class OpenApiBodiesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BULK = NETWORK_PATH + "/members/bulk/";
  private static final String MEMBERS = "\"members\":[\"0123456789\",\"0123456701\"]";
  private static final String RULES =
      """
      tag department
        id 1000
        default 100
        enum 100 sales
        flag 0 remote
      ;
      cap superuser
        id 2000
        accept;
      ;
      accept;
      """;
  private static final String NO_SSH = "drop ipprotocol tcp and dport 22;\naccept;\n";

  private final RecordStore store = (ticket, change) -> {};
  private final WebFixture web =
      new WebFixture(
          store,
          query ->
              CompletableFuture.completedFuture(
                  new AuditLog.Page(
                      List.of(
                          new AuditLog.Numbered(
                              2,
                              new AuditEntry(
                                  1,
                                  "a",
                                  "",
                                  "change",
                                  NetworkIds.text(WebFixture.NET),
                                  "0123456789",
                                  "{}",
                                  "{}"))),
                      2)));
  private final JsonNode document;
  private final SchemaValidator schemas;
  private final List<String> problems = new ArrayList<>();
  private final Set<String> called = new TreeSet<>();
  private final Set<String> describedProperties = new TreeSet<>();
  private WebFixture.Client client = web.client();

  OpenApiBodiesTest() throws JsonProcessingException {
    document = JSON.readTree(GeneralApi.document());
    schemas = new SchemaValidator(document);
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }

  private WebRoute route(WebMethod method, String path) {
    return web.api.routes().stream()
        .filter(each -> each.method() == method && matches(each.path(), path))
        .min((one, other) -> Integer.compare(one.path().ids().size(), other.path().ids().size()))
        .orElseThrow(() -> new AssertionError("no route " + method + " " + path));
  }

  private static boolean matches(PathTemplate template, String path) {
    return path.matches(template.toString().replaceAll("\\{[a-z]+\\}", "[^/]+"));
  }

  /** Sends a valid request, after all invalid ones, and returns its answer. */
  private JsonNode call(WebMethod method, String target, @Nullable String body) {
    WebRoute route = route(method, target.split("\\?", 2)[0]);
    JsonNode operation =
        document
            .path("paths")
            .path(route.path().toString())
            .path(method.name().toLowerCase(Locale.ROOT));
    JsonNode request = operation.at("/requestBody/content/application~1json/schema");
    assertEquals(body == null, request.isMissingNode(), () -> route + " has a body");
    if (body != null) {
      JsonNode valid = parse(body);
      String name = route + " body";
      problems.addAll(schemas.validate(request, valid, name));
      describedProperties.addAll(schemas.described(request, name));
      new InvalidBodies(schemas).of(request, valid).forEach(each -> rejects(route, target, each));
    }
    WebResponse answer = send(route, operation, target, body);
    if (answer.status() >= 300) {
      problems.add(route + " with a valid body: " + answer.text());
    }
    called.add(route.toString());
    return validated(route, operation, answer);
  }

  /** An object that has changed meanwhile is rejected, and the one that is shown is accepted. */
  private WebResponse send(
      WebRoute route, JsonNode operation, String target, @Nullable String body) {
    boolean isConditional =
        operation.path("parameters").findValuesAsText("name").contains("If-Match");
    if (!isConditional) {
      if (route.method() == WebMethod.PATCH || route.method() == WebMethod.DELETE) {
        problems.add(route + " takes no If-Match");
      }
      return client.send(route.method(), target, body);
    }
    client.with("if-match", "\"7-x\"");
    WebResponse other = client.send(route.method(), target, body);
    if (other.status() != 412) {
      problems.add(route + " with If-Match of another revision: " + other.text());
    }
    client.headers.remove("if-match");
    client.with("if-match", shownTag(target));
    WebResponse answer = client.send(route.method(), target, body);
    client.headers.remove("if-match");
    return answer;
  }

  /** Returns the entity tag of the object of a path, or of that of which it is a part. */
  private String shownTag(String target) {
    for (String path = target; !path.isEmpty(); path = path.substring(0, path.lastIndexOf('/'))) {
      WebResponse shown = client.get(path);
      String tag = shown.headers().get("ETag");
      if (shown.status() == 200 && tag != null) {
        return tag;
      }
    }
    throw new AssertionError("nothing shows the entity tag for " + target);
  }

  private void rejects(WebRoute route, String target, InvalidBodies.Invalid invalid) {
    WebResponse answer = client.send(route.method(), target, invalid.body());
    if (answer.status() != 422 || !WebFixture.fields(answer).contains(invalid.field())) {
      problems.add(
          "%s: expected a problem that names %s, found %s for %s"
              .formatted(route, invalid.field(), answer.text(), invalid.body()));
      return;
    }
    JsonNode problem = document.at("/components/schemas/Problem");
    problems.addAll(schemas.validate(problem, parse(answer.text()), "Problem"));
  }

  private JsonNode validated(WebRoute route, JsonNode operation, WebResponse answer) {
    JsonNode described = operation.path("responses").path(String.valueOf(answer.status()));
    if (!described.isObject()) {
      problems.add(route + " answers " + answer.status());
      return described;
    }
    String type = answer.headers().getOrDefault("Content-Type", "").split(";", 2)[0];
    JsonNode content = described.path("content");
    if (content.isMissingNode()) {
      assertEquals("", answer.text(), route::toString);
      return content;
    }
    if (!content.has(type)) {
      problems.add(route + " answers " + type);
    }
    if (!type.equals(WebResponse.JSON)) {
      return content;
    }
    JsonNode schema = content.path(type).path("schema");
    JsonNode value = parse(answer.text());
    if (value.has("revision")) {
      String tag = '"' + value.path("revision").asText() + '"';
      if (!tag.equals(answer.headers().get("ETag"))) {
        problems.add(route + ": the revision " + tag + " is not the ETag");
      }
    }
    problems.addAll(schemas.validate(schema, value, route.toString()));
    describedProperties.addAll(schemas.described(schema, route.toString()));
    return value;
  }

  private JsonNode get(String target) {
    return call(WebMethod.GET, target, null);
  }

  private JsonNode post(String target, String body) {
    return call(WebMethod.POST, target, body);
  }

  private JsonNode patch(String target, String body) {
    return call(WebMethod.PATCH, target, body);
  }

  private void delete(String target) {
    call(WebMethod.DELETE, target, null);
  }

  @Test
  void describesBodiesAndAnswersOfEveryRoute() {
    setUp();
    networks();
    rules();
    members();
    bin();
    joinTokens();
    general();
    users();
    account();

    assertEquals("", String.join("\n", problems));
    var expected = new TreeSet<String>();
    web.api.routes().stream()
        .map(WebRoute::toString)
        .filter(each -> each.contains("/api/v1/"))
        .forEach(expected::add);
    assertEquals(expected, called);
    var unseen = new TreeSet<>(describedProperties);
    unseen.removeAll(schemas.seen());
    assertEquals(Set.of(), unseen, "described, and in no body or answer");
  }

  private void setUp() {
    String link = web.api.createFirstLink().join();
    post(
        SessionApi.SETUP,
        "{\"token\":\"%s\",\"name\":\"admin\",\"password\":\"%s\"}"
            .formatted(link.substring(link.indexOf('#') + 1), PASSWORD));
    client = web.client();
    post(
        SessionApi.PATH,
        "{\"name\":\"admin\",\"password\":\"%s\",\"code\":\"\"}".formatted(PASSWORD));
    get(SessionApi.PATH);
  }

  private static final String SETTINGS =
      """
      {"name":"n","private":true,"broadcast":true,"directory":true,"mtu":2800,"multicastLimit":32,
       "autoAssign":{"ipv4":true,"ipv6":false,"rfc4193":true,"6plane":false},
       "routes":[{"target":"10.9.8.0/24","via":null,"metric":5}],
       "pools":[{"start":"10.9.8.1","end":"10.9.8.254"}],
       "dns":{"domain":"example","servers":["10.9.8.1"]},
       "notes":"a\\nb","labels":["x"],"deauthorizeAfterDays":30}
      """;

  private void networks() {
    JsonNode created = post(NetworkResource.PATH, SETTINGS);
    get(NetworkResource.PATH);
    patch(NETWORK_PATH, SETTINGS);
    get(NETWORK_PATH);
    get(SubnetResource.PATH.replace(NetworkResource.ONE, NETWORK_PATH));
    delete(NetworkResource.PATH + "/" + created.path("id").asText());
  }

  private void rules() {
    String path = NETWORK_PATH + "/rules";
    for (int i = 11; i < 13; i++) {
      Identity identity = Identity.generate(new Random(i));
      web.controller.put(
          MemberJson.edit(
              MemberJson.create(
                  NetworkIds.text(WebFixture.NET), Addresses.text(identity.address()), web.nowMs),
              Json.asObject(Json.parse("{\"authorized\":true,\"name\":\"m\"}")),
              web.nowMs),
          web.nowMs);
      web.controller.answer(
          new ConfigRequest(WebFixture.NET, identity, Bytes.EMPTY, 0, 0), web.nowMs);
    }
    post(path + "/check", "{\"source\":" + Json.write(NO_SSH) + "}");
    post(path + "/check", "{\"source\":\"drop nonsense\"}");
    patch(path, "{\"source\":" + Json.write(RULES) + ",\"force\":true}");
    get(path);
    get(path + "/history/" + get(path + "/history").at("/versions/0/id").asText());
    get(NETWORK_PATH + "/definitions");
  }

  private static final String SETTINGS_OF_MEMBER =
      """
      {"authorized":true,"name":"m","bridge":false,"autoAssign":true,"addresses":["10.9.8.7"],
       "tags":{"1000":100},"capabilities":[2000],"notes":"n","labels":["x"]}
      """;

  private void members() {
    post(
        NETWORK_PATH + "/members",
        "{\"id\":\"0123456701\",\"authorized\":true,\"name\":\"added\"}");
    patch(MEMBER_PATH, SETTINGS_OF_MEMBER);
    patch(
        MEMBER_PATH + "/authorization",
        "{\"authorized\":true,\"name\":\"m\",\"notes\":\"n\",\"labels\":[\"x\"]}");
    get(MEMBER_PATH);
    get(NETWORK_PATH + "/members?limit=10");
    post(
        BULK + "change",
        "{"
            + MEMBERS.replace("\"0123456701\"", "\"0123456701\",\"0000000001\"")
            + ",\"change\":"
            + SETTINGS_OF_MEMBER.replace("\"addresses\":[\"10.9.8.7\"],", "")
            + "}");
    post(BULK + "authorization", "{" + MEMBERS + ",\"authorized\":true}");
    post(
        BULK + "change",
        "{" + MEMBERS + ",\"change\":{\"bridge\":true,\"autoAssign\":false,\"notes\":\"n\"}}");
    post(BULK + "labels", "{" + MEMBERS + ",\"add\":[\"a\"],\"remove\":[\"b\"]}");
    post(
        BULK + "credentials",
        "{" + MEMBERS + ",\"tags\":{\"1000\":100},\"capabilities\":{\"2000\":true}}");
    post(MEMBER_PATH + "/block", "{}");
    get(NETWORK_PATH + "/blocks");
    post(MEMBER_PATH + "/unblock", "{}");
    post(BULK + "block", "{" + MEMBERS + ",\"blocked\":true}");
    post(BULK + "block", "{" + MEMBERS + ",\"blocked\":false}");
    post(MEMBER_PATH + "/replace", "{\"address\":\"0123456702\"}");
  }

  private void bin() {
    String path = NETWORK_PATH + "/bin";
    delete(NETWORK_PATH + "/members/0123456702");
    get(path);
    get(path + "/0123456702");
    post(path + "/0123456702/restore", "{}");
    String one = "{\"members\":[\"0123456702\"]}";
    post(BULK + "delete", one);
    post(path + "/bulk/restore", one);
    delete(NETWORK_PATH + "/members/0123456702");
    post(NETWORK_PATH + "/members", "{\"id\":\"0123456702\"}");
    get(NETWORK_PATH + "/members/0123456702");
    delete(path + "/0123456702");
    post(path + "/bulk/purge", one);
  }

  private void joinTokens() {
    String path = NETWORK_PATH + "/join-tokens";
    JsonNode created =
        post(
            path,
            """
            {"name":"t","maxUses":1,"expiresInS":3600,
             "member":{"authorized":true,"name":"m","notes":"n","labels":["x"],
                       "tags":{"1000":100},"addresses":["10.9.8.77"]}}
            """);
    get(path);
    get(path + "/" + created.path("id").asText());
    delete(path + "/" + created.path("id").asText());
  }

  private void general() {
    get(GeneralApi.OPENAPI);
    get("/api/v1/status");
    get("/api/v1/events");
    get("/api/v1/health");
    get(AuditResource.PATH);
    get(AuditResource.CSV);
    post("/api/v1/backup", "{}");
    web.webhookAddresses = new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")};
    patch(
        WebhookResource.PATH,
        "{\"url\":\"https://hook.test/in\",\"events\":[\"waiting\"],\"newSecret\":true}");
    get(WebhookResource.PATH);
    post(WebhookResource.TEST, "{}");
    delete(WebhookResource.PATH);
  }

  private void users() {
    String networks = "\"networks\":[\"" + NetworkIds.text(WebFixture.NET) + "\"]";
    JsonNode created =
        post(UserResource.PATH, "{\"name\":\"op\",\"permission\":\"operate\"," + networks + "}");
    get(UserResource.PATH);
    String path = UserResource.PATH + "/" + created.path("id").asText();
    patch(path, "{\"permission\":\"read\"," + networks + ",\"disabled\":true}");
    get(path);
    call(WebMethod.POST, path + "/link", null);
    delete(path);
  }

  private void account() {
    String password = "{\"password\":\"" + PASSWORD + "\"}";
    get(AccountApi.PATH);
    JsonNode begun = post(AccountApi.PATH + "/totp", password);
    String code = Totp.code(begun.path("secret").asText(), web.nowMs);
    post(AccountApi.PATH + "/totp/confirm", "{\"code\":\"" + code + "\"}");
    post(AccountApi.PATH + "/totp/remove", password);
    String tokens = AccountApi.PATH + "/tokens";
    JsonNode token =
        post(
            tokens,
            "{\"name\":\"t\",\"permission\":\"read\",\"networks\":[\"%s\"],\"expiresInS\":600}"
                .formatted(NetworkIds.text(WebFixture.NET)));
    get(tokens);
    get(tokens + "/" + token.path("id").asText());
    delete(tokens + "/" + token.path("id").asText());
    String sessions = AccountApi.PATH + "/sessions";
    web.client().logIn("admin", PASSWORD);
    String other = "";
    for (JsonNode each : get(sessions).path("sessions")) {
      other = each.path("current").asBoolean() ? other : each.path("id").asText();
    }
    get(sessions + "/" + other);
    delete(sessions + "/" + other);
    post(
        AccountApi.PATH + "/password",
        "{\"password\":\"%s\",\"newPassword\":\"another password\"}".formatted(PASSWORD));
    delete(SessionApi.PATH);
  }
}
