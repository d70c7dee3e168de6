-- SPDX-License-Identifier: Apache-2.0
-- Rows of the audit log by contributor, so that those of the largest are removed first.

CREATE INDEX audit_contributor ON audit (network_id, actor, id);
CREATE INDEX audit_failed ON audit (id) WHERE action = 'log-in-failed';
