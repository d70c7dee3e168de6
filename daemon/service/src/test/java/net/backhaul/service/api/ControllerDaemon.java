// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.socket.SocketProtocolFamily;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import net.backhaul.cli.Cli;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.service.ControllerHost;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.http.AccessControl;
import net.backhaul.service.http.HttpServer;
import net.backhaul.service.http.Response;
import net.backhaul.service.http.Router;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.store.ControllerDirectory;
import net.backhaul.store.SqlRecordStore;
import net.backhaul.testing.Vectors;

/** The API of a controller, with a node that has no peers of its own. */
final class ControllerDaemon implements AutoCloseable {
  private static final String TOKEN = "token";

  private final NodeLoop loop = new NodeLoop();
  private final ControllerHost controller;
  private final Database database;
  private final HttpServer http;
  private String peers = "[]";

  /** What a command of the client gave. */
  record Result(int code, String out, String err) {}

  ControllerDaemon(Path directory) throws IOException {
    Identity self =
        Identity.parse(
            Vectors.file("service/identities.json").required("r").required("secret").asText());
    Path records = Files.createDirectory(directory.resolve("records"));
    database = new Database(DatabaseFile.of(records.resolve(DatabaseFile.NAME)));
    controller =
        new ControllerHost(
            loop,
            SqlRecordStore.open(
                database,
                new ControllerDirectory(
                    ControllerDirectory.Location.of(records.resolve("controller.d")))),
            self,
            new Random(1));
    var api = new ControllerApi(controller, self.address());
    http =
        new HttpServer(
            new AccessControl(TOKEN, "metrics", List::of),
            new Router()
                .add("/controller", api)
                .add("/unstable/controller", api)
                .add("/status", request -> answer("{\"address\":\"0b59471541\"}"))
                .add("/peer", request -> answer(peers)));
    assertTrue(http.listen(SocketProtocolFamily.INET, 0));
  }

  private static CompletableFuture<Response> answer(String json) {
    return CompletableFuture.completedFuture(Response.json(json));
  }

  /** Sets the peers that the API lists. */
  void peers(String json) {
    peers = json;
  }

  /** Sends a request as other clients of the API do. */
  void post(String path, String body) throws IOException {
    send(path, body, 200);
  }

  /** Sends a request whose answer has a status; returns the body of the answer. */
  String send(String path, String body, int status) throws IOException {
    var uri = URI.create("http://127.0.0.1:" + http.ports().getFirst() + path);
    var request =
        HttpRequest.newBuilder(uri)
            .header("X-ZT1-Auth", TOKEN)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      assertEquals(status, answer.statusCode());
      return answer.body();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /** Runs the client. */
  Result run(String... words) {
    var all = new ArrayList<>(List.of("-p" + http.ports().getFirst(), "-T" + TOKEN));
    all.addAll(List.of(words));
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int code =
        Cli.run(
            all.toArray(String[]::new),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8));
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    http.close();
    controller.close();
    database.close();
    loop.close();
  }
}
