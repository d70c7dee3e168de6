// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.WireException;
import org.jspecify.annotations.Nullable;

/**
 * Messages of UPnP: the search for routers, their description, and the actions of their service
 * that maps ports (UPnP Device Architecture 1.1; WANIPConnection:1 and 2).
 */
final class UpnpMessages {
  /** What is searched for; a router of the second version answers for the first one as well. */
  static final List<String> SEARCHED =
      List.of(
          "urn:schemas-upnp-org:device:InternetGatewayDevice:2",
          "urn:schemas-upnp-org:device:InternetGatewayDevice:1");

  static final int CONFLICT = 718;
  static final int ONLY_SAME_PORTS = 724;
  static final int ONLY_PERMANENT = 725;
  private static final int OK = 200;
  private static final int SERVER_ERROR = 500;

  private static final String PREFIX = "urn:schemas-upnp-org:service:";
  private static final List<String> SERVICES =
      List.of("WANIPConnection:2", "WANIPConnection:1", "WANPPPConnection:1");

  private UpnpMessages() {}

  /**
   * The service of a router that maps ports.
   *
   * @param type its name and version
   */
  record Service(String type, GatewayUrl control) {
    /** Returns whether it selects another port where the requested one is in use. */
    boolean selectsPorts() {
      return type.equals(PREFIX + SERVICES.getFirst());
    }
  }

  /**
   * The answer to an action.
   *
   * @param error 0 if it succeeded
   * @param values of its output, by name
   */
  record Answer(int error, Map<String, String> values) {}

  static byte[] search(String what) {
    return bytes(
        "M-SEARCH * HTTP/1.1\r\n"
            + "HOST: 239.255.255.250:1900\r\n"
            + "MAN: \"ssdp:discover\"\r\n"
            + "MX: 1\r\n"
            + "ST: "
            + what
            + "\r\n\r\n");
  }

  /** Returns the URL of the description in an answer to a search. */
  static GatewayUrl readLocation(byte[] bytes, int length) {
    String text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    if (!text.startsWith("HTTP/1.") || !text.contains(" 200 ")) {
      throw new WireException("no answer to a search");
    }
    for (String line : text.split("\r\n")) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.substring(0, colon).strip().equalsIgnoreCase("LOCATION")) {
        return GatewayUrl.parse(line.substring(colon + 1).strip());
      }
    }
    throw new WireException("an answer without a location");
  }

  static byte[] descriptionRequest(GatewayUrl url) {
    return bytes(
        "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
            .formatted(url.path(), url.authority()));
  }

  /** Returns the service of a description that maps ports; null if it has none. */
  static @Nullable Service readDescription(HttpExchange.HttpReply response, GatewayUrl from) {
    if (response.status() != OK) {
      throw new WireException("no description, but status " + response.status());
    }
    Map<String, String> controls = new HashMap<>();
    String[] current = {"", "", ""};
    XmlTexts.read(
        response.body(),
        (name, text) -> {
          switch (name) {
            case "URLBase" -> current[2] = text;
            case "serviceType" -> current[0] = text;
            case "controlURL" -> current[1] = text;
            case "service" -> {
              controls.putIfAbsent(current[0], current[1]);
              current[0] = "";
              current[1] = "";
            }
            default -> {}
          }
        });
    GatewayUrl base = current[2].isEmpty() ? from : GatewayUrl.parse(current[2]);
    for (String each : SERVICES) {
      String control = controls.get(PREFIX + each);
      if (control != null && !control.isEmpty()) {
        return new Service(PREFIX + each, base.resolve(control));
      }
    }
    return null;
  }

  static byte[] addressRequest(Service service) {
    return action(service, "GetExternalIPAddress", "");
  }

  /**
   * Returns a request for a mapping.
   *
   * @param leaseS 0 for one that does not expire
   * @param selects whether the router may map another port
   */
  static byte[] mappingRequest(
      Service service, InetSocketAddress local, int externalPort, long leaseS, boolean selects) {
    return action(
        service,
        selects ? "AddAnyPortMapping" : "AddPortMapping",
        argument("NewRemoteHost", "")
            + argument("NewExternalPort", Integer.toString(externalPort))
            + argument("NewProtocol", "UDP")
            + argument("NewInternalPort", Integer.toString(local.getPort()))
            + argument("NewInternalClient", Endpoints.ipText(local.getAddress()))
            + argument("NewEnabled", "1")
            + argument("NewPortMappingDescription", "Backhaul UDP " + local.getPort())
            + argument("NewLeaseDuration", Long.toString(leaseS)));
  }

  static byte[] removalRequest(Service service, int externalPort) {
    return action(
        service,
        "DeletePortMapping",
        argument("NewRemoteHost", "")
            + argument("NewExternalPort", Integer.toString(externalPort))
            + argument("NewProtocol", "UDP"));
  }

  private static String argument(String name, String value) {
    return "<" + name + ">" + value + "</" + name + ">";
  }

  private static byte[] action(Service service, String action, String arguments) {
    String body =
        "<?xml version=\"1.0\"?>\r\n"
            + "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\""
            + " s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body><u:"
            + action
            + " xmlns:u=\""
            + service.type()
            + "\">"
            + arguments
            + "</u:"
            + action
            + "></s:Body></s:Envelope>\r\n";
    GatewayUrl url = service.control();
    String head =
        "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: text/xml; charset=\"utf-8\"\r\n"
            + "SOAPAction: \"%s#%s\"\r\nConnection: close\r\nContent-Length: %d\r\n\r\n";
    return bytes(
        head.formatted(url.path(), url.authority(), service.type(), action, body.length()) + body);
  }

  /** Reads the answer to an action. */
  static Answer readAnswer(HttpExchange.HttpReply response) {
    if (response.status() != OK && response.status() != SERVER_ERROR) {
      throw new WireException("no answer to an action, but status " + response.status());
    }
    Map<String, String> values = new TreeMap<>();
    XmlTexts.read(response.body(), values::putIfAbsent);
    if (response.status() == OK) {
      return new Answer(0, values);
    }
    return new Answer(number(values.getOrDefault("errorCode", ""), 1), values);
  }

  /** Returns the external address of an answer. */
  static InetAddress readAddress(Answer answer) {
    try {
      InetAddress address =
          Endpoints.parseIp(answer.values().getOrDefault("NewExternalIPAddress", ""));
      if (address.getAddress().length == 4) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      throw new WireException("no external address");
    }
    throw new WireException("no external address of IPv4");
  }

  /** Returns the port that the router has selected. */
  static int readPort(Answer answer) {
    return number(answer.values().getOrDefault("NewReservedPort", ""), 1);
  }

  private static int number(String digits, int min) {
    try {
      int value = Integer.parseInt(digits);
      if (value >= min && value <= 0xffff) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new WireException("no number in an answer");
    }
    throw new WireException("a number out of range in an answer");
  }

  /** Returns what an error means. */
  static String text(int error) {
    return switch (error) {
      case 606, 401, 403 -> "the router does not permit it";
      case CONFLICT -> "other hosts use all ports that were tried";
      case 728 -> "the router has no resources left";
      default -> "the router rejects it with error %d".formatted(error).toLowerCase(Locale.ROOT);
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
