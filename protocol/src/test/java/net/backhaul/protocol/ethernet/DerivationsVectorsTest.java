// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static net.backhaul.testing.Vectors.text;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HexFormat;
import net.backhaul.protocol.WireBytes;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;

class DerivationsVectorsTest {
  private final JsonNode file = Vectors.file("crypto/derivations.json");

  @Test
  void formatsAndReservesRecordedAddresses() {
    for (JsonNode vector : file.required("addresses")) {
      long address = vector.required("value").asLong();

      assertEquals(text(vector, "text"), Addresses.text(address));
      assertEquals(vector.required("reserved").asBoolean(), Addresses.isReserved(address));
      assertEquals(address, Addresses.parse(text(vector, "text")));
    }
  }

  @Test
  void derivesMacsAndManagedAddresses() {
    for (JsonNode vector : file.required("mac_and_ipv6")) {
      long address = Addresses.parse(text(vector, "address"));
      long networkId = NetworkIds.parse(text(vector, "network_id"));
      long mac = Macs.of(address, networkId);

      assertEquals(text(vector, "mac"), Macs.text(mac));
      assertEquals(mac, Macs.parse(text(vector, "mac")));
      assertEquals(vector.required("first_octet").asInt(), Macs.firstOctet(networkId));
      assertEquals(address, Macs.addressOf(mac, networkId));
      assertEquals(
          text(vector, "controller_address"), Addresses.text(NetworkIds.controller(networkId)));
      var rfc4193 = ManagedAddresses.rfc4193(networkId, address);
      var sixPlane = ManagedAddresses.sixPlane(networkId, address);
      assertEquals(text(vector, "rfc4193"), HexFormat.of().formatHex(rfc4193.getAddress()));
      assertEquals(text(vector, "6plane"), HexFormat.of().formatHex(sixPlane.getAddress()));
      assertEquals(text(vector, "rfc4193_text"), Endpoints.ipText(rfc4193) + "/88");
      assertEquals(text(vector, "6plane_text"), Endpoints.ipText(sixPlane) + "/40");
      assertEquals(
          text(vector, "link_local"),
          HexFormat.of().formatHex(ManagedAddresses.linkLocal(mac).getAddress()));
      assertEquals(address, ManagedAddresses.ownerOf(sixPlane, sixPlane, 40, networkId));
      assertEquals(address, ManagedAddresses.ownerOf(rfc4193, rfc4193, 88, networkId));
    }
  }

  @Test
  void derivesAddressesOfTheOtherRecording() {
    JsonNode other = Vectors.file("vl2/addressing.json");
    for (JsonNode vector : other.required("macAndAddresses")) {
      long address = Addresses.parse(text(vector, "address"));
      long networkId = NetworkIds.parse(text(vector, "networkId"));
      long mac = Macs.of(address, networkId);

      assertEquals(text(vector, "mac"), Macs.text(mac));
      assertEquals(text(vector, "addressFromMac"), Addresses.text(Macs.addressOf(mac, networkId)));
      assertEquals(text(vector, "controller"), Addresses.text(NetworkIds.controller(networkId)));
      assertEquals(
          text(vector, "rfc4193"),
          Endpoints.ipText(ManagedAddresses.rfc4193(networkId, address)) + "/88");
      assertEquals(
          text(vector, "sixPlane"),
          Endpoints.ipText(ManagedAddresses.sixPlane(networkId, address)) + "/40");
    }
    for (JsonNode vector : other.required("resolutionGroups")) {
      var group = MulticastGroup.forAddress(Endpoints.parseIp(text(vector, "ip")));
      assertEquals(text(vector, "mac"), Macs.text(group.mac()));
      assertEquals(text(vector, "adi"), HexFormat.of().toHexDigits(group.adi()));
    }
  }

  @Test
  void derivesGroupsOfAddresses() {
    for (JsonNode vector : file.required("multicast_groups_for_address_resolution")) {
      if (text(vector, "ip").isEmpty()) {
        continue;
      }
      var group = MulticastGroup.forAddress(Endpoints.parseIp(text(vector, "ip")));

      assertEquals(text(vector, "mac"), Macs.text(group.mac()));
      assertEquals(vector.required("adi").asLong(), Integer.toUnsignedLong(group.adi()));
      assertEquals(text(vector, "wire"), WireBytes.written(group::writeTo));
    }
  }

  @Test
  void classifiesMacs() {
    for (JsonNode vector : file.required("mac_properties")) {
      long mac = Macs.parse(text(vector, "mac"));

      assertEquals(vector.required("multicast").asBoolean(), Macs.isMulticast(mac));
      assertEquals(vector.required("broadcast").asBoolean(), mac == Macs.BROADCAST);
      assertEquals(
          vector.required("locally_administered").asBoolean(), Macs.isLocallyAdministered(mac));
    }
  }
}
