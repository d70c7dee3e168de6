-- SPDX-License-Identifier: Apache-2.0
-- Versions of the sources of rules, and accounts that cannot log in.

-- A row never changes. source: the text that was kept with the network by this change.
CREATE TABLE rules_source (
  id BIGINT NOT NULL PRIMARY KEY,
  network_id CHAR(16) NOT NULL,
  at_ms BIGINT NOT NULL,
  actor VARCHAR(255) NOT NULL,
  origin VARCHAR(255) NOT NULL,
  source TEXT NOT NULL
);

CREATE INDEX rules_source_network ON rules_source (network_id, id);

-- 1 where the account neither logs in nor has tokens that count.
ALTER TABLE web_account ADD COLUMN disabled BIGINT NOT NULL DEFAULT 0;
