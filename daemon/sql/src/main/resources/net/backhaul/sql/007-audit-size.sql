-- SPDX-License-Identifier: Apache-2.0
-- The length of what each row of the audit log has, so that the sum has a limit.

-- Characters of before_change and after_change.
ALTER TABLE audit ADD COLUMN chars BIGINT NOT NULL DEFAULT 0;
UPDATE audit SET chars = coalesce(length(before_change), 0) + coalesce(length(after_change), 0);
CREATE INDEX audit_size ON audit (network_id, actor, chars);
