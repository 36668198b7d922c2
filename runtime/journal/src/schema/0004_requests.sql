-- Runs that people asked for.

ALTER TABLE actions ADD COLUMN requested_by TEXT;
ALTER TABLE actions ADD COLUMN requested_key TEXT;
ALTER TABLE actions ADD COLUMN requested_why TEXT;
CREATE INDEX actions_by_request ON actions (requested_key, number) WHERE requested_key IS NOT NULL;

DROP VIEW actions_iso;
CREATE VIEW actions_iso AS SELECT
  number, playbook, arguments, incident, state, "end", end_why,
  strftime('%Y-%m-%dT%H:%M:%fZ', planned_ms / 1000.0, 'unixepoch') AS planned, requested_by, requested_why,
  strftime('%Y-%m-%dT%H:%M:%fZ', proposed_ms / 1000.0, 'unixepoch') AS proposed,
  strftime('%Y-%m-%dT%H:%M:%fZ', proposed_until_ms / 1000.0, 'unixepoch') AS proposed_until,
  strftime('%Y-%m-%dT%H:%M:%fZ', started_ms / 1000.0, 'unixepoch') AS started,
  strftime('%Y-%m-%dT%H:%M:%fZ', rolling_back_ms / 1000.0, 'unixepoch') AS rolling_back, rolling_back_why,
  strftime('%Y-%m-%dT%H:%M:%fZ', standing_until_ms / 1000.0, 'unixepoch') AS standing_until, aborted_by,
  strftime('%Y-%m-%dT%H:%M:%fZ', ended_ms / 1000.0, 'unixepoch') AS ended,
  (SELECT group_concat(approved_by, ', ') FROM (SELECT approved_by FROM approvals WHERE action = number ORDER BY approved_ms)) AS approved_by
FROM actions;
