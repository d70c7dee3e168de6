// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

/** Why a super-frame can't be cut. */
public enum SegmentationFailure {
  NONE,
  /** Fragments of UDP datagrams, or a type that this code does not know. */
  UNKNOWN_TYPE,
  /** No size to cut at. */
  NO_SEGMENT_SIZE,
  /** The frame ends before its headers do. */
  TRUNCATED,
  /** The type is not that of the packet in the frame: another ether type or IP protocol. */
  WRONG_PROTOCOL,
  /** Not a header of its version, or one that is shorter than the shortest. */
  MALFORMED,
  /** A part of a packet is not cut again. */
  FRAGMENT,
  /** A header tells another length than the frame has. */
  WRONG_LENGTH,
  /** A segment that begins or resets a connection is not one of many. */
  WRONG_FLAGS,
  /** The checksum to be finished is not that of the packet. */
  WRONG_CHECKSUM_PLACE,
  /** Not even a few bytes of payload fit beside the headers. */
  NO_ROOM
}
