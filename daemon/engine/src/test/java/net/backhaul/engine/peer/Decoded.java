// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.HelloOk;
import net.backhaul.protocol.message.MulticastGatherOk;
import net.backhaul.protocol.message.PushDirectPaths;
import net.backhaul.protocol.message.Rendezvous;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.message.Whois;
import net.backhaul.protocol.message.WhoisOk;
import net.backhaul.protocol.packet.FragmentView;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.world.World;

/** Decodes datagrams to the fields of the vectors. */
final class Decoded {
  private Decoded() {}

  static Map<String, String> of(RecordingOutput.Datagram datagram) {
    var fields = new TreeMap<String, String>();
    byte[] bytes = datagram.bytes().clone();
    fields.put("to", Endpoints.text(datagram.to()));
    if (datagram.maxHops() != 0) {
      fields.put("ip_ttl", "" + datagram.maxHops());
      fields.put("verb", "(" + bytes.length + " random bytes)");
      fields.put("length", "" + bytes.length);
      return fields;
    }
    fields.put("length", "" + bytes.length);
    if (FragmentView.isFragment(bytes, 0, bytes.length)) {
      var fragment = new FragmentView();
      fragment.wrap(bytes, 0, bytes.length);
      fields.put("fragment", fragment.number() + " of " + fragment.total());
      fields.put("hops", "" + fragment.hops());
      return fields;
    }
    var view = new PacketView();
    view.wrap(bytes, 0, bytes.length);
    fields.put("cipher", "" + view.suite());
    fields.put("hops", "" + view.hops());
    fields.put("source", RecordedNodes.name(view.source()));
    fields.put("dest", RecordedNodes.name(view.destination()));
    if (view.fragmented()) {
      fields.put("verb", "(head of a fragmented packet)");
      return fields;
    }
    if (!cipher(view.source(), view.destination()).open(bytes, 0, bytes.length)) {
      fields.put("verb", "(not decodable with the key of the named peer)");
      return fields;
    }
    Verb verb = Verb.of(view.verb());
    fields.put("verb", verb.name());
    decode(verb, new WireReader(bytes, Packets.HEADER_BYTES, view.payloadLength()), fields);
    return fields;
  }

  static PacketCipher cipher(long one, long other) {
    Identity own = RecordedNodes.identity(Addresses.text(one));
    return PacketCipher.of(own.agree(RecordedNodes.identity(Addresses.text(other))).orElseThrow());
  }

  private static void decode(Verb verb, WireReader in, Map<String, String> fields) {
    switch (verb) {
      case WHOIS ->
          fields.put(
              "addresses",
              Whois.read(in).addresses().stream().map(Addresses::text).toList().toString());
      case RENDEZVOUS -> {
        Rendezvous introduction = Rendezvous.read(in);
        fields.put("peer", Addresses.text(introduction.peer()));
        fields.put("port", "" + introduction.endpoint().getPort());
        fields.put("ip", Endpoints.ipText(introduction.endpoint().getAddress()));
      }
      case PUSH_DIRECT_PATHS ->
          fields.put(
              "paths",
              PushDirectPaths.read(in).endpoints().stream()
                  .map(path -> Endpoints.text(path.endpoint()))
                  .toList()
                  .toString());
      case ERROR -> {
        ErrorMessage error = ErrorMessage.read(in);
        fields.put("in_re_verb", Verb.of(error.inReVerb()).name());
        fields.put(
            "error",
            switch (error.code()) {
              case ErrorMessage.IDENTITY_COLLISION -> "IDENTITY_COLLISION";
              case ErrorMessage.UNSUPPORTED_OPERATION -> "UNSUPPORTED_OPERATION";
              default -> "" + error.code();
            });
      }
      case OK -> {
        Verb inRe = Verb.of(in.u8());
        fields.put("in_re_verb", inRe.name());
        decodeOk(inRe, in.u64(), in, fields);
      }
      default -> {}
    }
  }

  private static void decodeOk(Verb inRe, long id, WireReader in, Map<String, String> fields) {
    switch (inRe) {
      case HELLO -> {
        HelloOk ok = HelloOk.read(id, in);
        fields.put("physical_dest", Endpoints.text(ok.endpoint()));
        int worldsBytes = 0;
        for (World world : ok.worlds()) {
          var out = new WireWriter();
          world.writeTo(out);
          worldsBytes += out.size();
        }
        fields.put("worlds_len", "" + worldsBytes);
      }
      case ECHO -> fields.put("echo_payload", HexFormat.of().formatHex(in.bytes(in.remaining())));
      case WHOIS -> {
        List<String> names = new ArrayList<>();
        WhoisOk.read(id, in)
            .identities()
            .forEach(identity -> names.add(RecordedNodes.name(identity.address())));
        fields.put("identities_of", names.toString());
      }
      case MULTICAST_GATHER -> {
        MulticastGatherOk ok = MulticastGatherOk.read(id, in);
        fields.put("total_known", "" + ok.results().totalKnown());
        fields.put(
            "members", ok.results().members().stream().map(Addresses::text).toList().toString());
      }
      default -> {}
    }
  }
}
