-- SPDX-License-Identifier: Apache-2.0
-- What outlives or precedes the records of members.

-- Members that were deleted while authorized: others may believe their credentials up to that time.
CREATE TABLE revocation (
  network_id CHAR(16) NOT NULL,
  address CHAR(10) NOT NULL,
  revoked_ms BIGINT NOT NULL,
  PRIMARY KEY (network_id, address)
);

-- Tokens by which nodes join. settings: a JSON object with what they give a member.
CREATE TABLE join_token (
  id BIGINT NOT NULL PRIMARY KEY,
  network_id CHAR(16) NOT NULL,
  revision BIGINT NOT NULL,
  hash CHAR(64) NOT NULL UNIQUE,
  name VARCHAR(128) NOT NULL,
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  max_uses BIGINT NOT NULL,
  uses BIGINT NOT NULL,
  settings TEXT NOT NULL
);

CREATE INDEX audit_network ON audit (network_id, id);
