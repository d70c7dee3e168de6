// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

/** The reason for which a super-frame cannot be segmented. */
public enum SegmentationFailure {
  /** The super-frame can be segmented. */
  NONE,
  /** UDP fragmentation offload, or an unknown GSO type. */
  UNKNOWN_TYPE,
  /** The segment size is 0. */
  NO_SEGMENT_SIZE,
  /** The frame ends inside its headers. */
  TRUNCATED,
  /** The GSO type does not match the EtherType or IP protocol of the frame. */
  WRONG_PROTOCOL,
  /** A header has a wrong version or a length below the minimum. */
  MALFORMED,
  /** The packet is an IP fragment. */
  FRAGMENT,
  /** A length field does not match the length of the frame. */
  WRONG_LENGTH,
  /** SYN or RST is set, which is valid in a single segment only. */
  WRONG_FLAGS,
  /** The checksum offset is not that of the transport header. */
  WRONG_CHECKSUM_POSITION,
  /** Less than the minimum payload fits beside the headers. */
  NO_SPACE_FOR_PAYLOAD
}
