-- SPDX-License-Identifier: Apache-2.0
-- Members that were removed, and when members were last seen.

-- Removed members, until they are restored or deleted for good; the columns are those of member.
CREATE TABLE bin (
  network_id CHAR(16) NOT NULL,
  address CHAR(10) NOT NULL,
  removed_ms BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  document TEXT NOT NULL,
  notes TEXT NOT NULL,
  labels TEXT NOT NULL,
  PRIMARY KEY (network_id, address)
);

-- When a member sent its last request, to the hour.
CREATE TABLE member_seen (
  network_id CHAR(16) NOT NULL,
  address CHAR(10) NOT NULL,
  seen_ms BIGINT NOT NULL,
  PRIMARY KEY (network_id, address)
);

-- 0: never.
ALTER TABLE network ADD COLUMN deauthorize_after_days BIGINT NOT NULL DEFAULT 0;
