-- The same for people: instants as UTC in ISO 8601, the trail by what it is about. Every SQLite since 3.35 reads them.

CREATE VIEW incidents_iso AS SELECT
  number, title, state, severity, priority, owner, cause,
  (SELECT group_concat(service, ', ') FROM (SELECT service FROM incident_services WHERE incident = number ORDER BY service)) AS services,
  strftime('%Y-%m-%dT%H:%M:%fZ', opened_ms / 1000.0, 'unixepoch') AS opened,
  strftime('%Y-%m-%dT%H:%M:%fZ', acknowledged_ms / 1000.0, 'unixepoch') AS acknowledged, acknowledged_by,
  strftime('%Y-%m-%dT%H:%M:%fZ', acknowledged_until_ms / 1000.0, 'unixepoch') AS acknowledged_until,
  strftime('%Y-%m-%dT%H:%M:%fZ', resolved_ms / 1000.0, 'unixepoch') AS resolved, resolved_by,
  strftime('%Y-%m-%dT%H:%M:%fZ', reopened_ms / 1000.0, 'unixepoch') AS reopened, times_reopened
FROM incidents;

CREATE VIEW notifications_iso AS SELECT
  number, incident, state, reason, ladder, rung, rung_attempt, channel, team, person, severity, priority, title, text, labels, runbook,
  strftime('%Y-%m-%dT%H:%M:%fZ', made_ms / 1000.0, 'unixepoch') AS made,
  strftime('%Y-%m-%dT%H:%M:%fZ', accepted_ms / 1000.0, 'unixepoch') AS accepted,
  strftime('%Y-%m-%dT%H:%M:%fZ', sent_ms / 1000.0, 'unixepoch') AS sent,
  strftime('%Y-%m-%dT%H:%M:%fZ', delivered_ms / 1000.0, 'unixepoch') AS delivered,
  strftime('%Y-%m-%dT%H:%M:%fZ', seen_ms / 1000.0, 'unixepoch') AS seen,
  strftime('%Y-%m-%dT%H:%M:%fZ', acknowledged_ms / 1000.0, 'unixepoch') AS acknowledged,
  strftime('%Y-%m-%dT%H:%M:%fZ', failed_ms / 1000.0, 'unixepoch') AS failed, failed_why,
  attempts, repeats, key
FROM notifications;

CREATE VIEW outbox_iso AS SELECT
  number, incident, channel, team, person, title, attempts, repeats,
  strftime('%Y-%m-%dT%H:%M:%fZ', made_ms / 1000.0, 'unixepoch') AS made,
  strftime('%Y-%m-%dT%H:%M:%fZ', last_attempt_ms / 1000.0, 'unixepoch') AS last_attempt,
  strftime('%Y-%m-%dT%H:%M:%fZ', not_before_ms / 1000.0, 'unixepoch') AS not_before
FROM notifications WHERE accepted_ms IS NULL AND sent_ms IS NULL
  AND delivered_ms IS NULL AND seen_ms IS NULL AND failed_ms IS NULL;

CREATE VIEW notification_attempts_iso AS SELECT
  notification, attempt, result, is_repeat, why,
  strftime('%Y-%m-%dT%H:%M:%fZ', begun_ms / 1000.0, 'unixepoch') AS begun,
  strftime('%Y-%m-%dT%H:%M:%fZ', ended_ms / 1000.0, 'unixepoch') AS ended
FROM notification_attempts;

CREATE VIEW actions_iso AS SELECT
  number, playbook, arguments, incident, state, "end", end_why,
  strftime('%Y-%m-%dT%H:%M:%fZ', planned_ms / 1000.0, 'unixepoch') AS planned,
  strftime('%Y-%m-%dT%H:%M:%fZ', proposed_ms / 1000.0, 'unixepoch') AS proposed,
  strftime('%Y-%m-%dT%H:%M:%fZ', proposed_until_ms / 1000.0, 'unixepoch') AS proposed_until,
  strftime('%Y-%m-%dT%H:%M:%fZ', started_ms / 1000.0, 'unixepoch') AS started,
  strftime('%Y-%m-%dT%H:%M:%fZ', rolling_back_ms / 1000.0, 'unixepoch') AS rolling_back, rolling_back_why,
  strftime('%Y-%m-%dT%H:%M:%fZ', standing_until_ms / 1000.0, 'unixepoch') AS standing_until, aborted_by,
  strftime('%Y-%m-%dT%H:%M:%fZ', ended_ms / 1000.0, 'unixepoch') AS ended,
  (SELECT group_concat(approved_by, ', ') FROM (SELECT approved_by FROM approvals WHERE action = number ORDER BY approved_ms)) AS approved_by
FROM actions;

CREATE VIEW calls_iso AS SELECT
  number, action, provider, operation, arguments, step, is_undo, attempt, outcome, answer, why, key, fences,
  strftime('%Y-%m-%dT%H:%M:%fZ', intended_ms / 1000.0, 'unixepoch') AS intended,
  strftime('%Y-%m-%dT%H:%M:%fZ', ended_ms / 1000.0, 'unixepoch') AS ended
FROM calls;

CREATE VIEW silences_iso AS SELECT
  number, alert, service, labels, why, made_by,
  strftime('%Y-%m-%dT%H:%M:%fZ', from_ms / 1000.0, 'unixepoch') AS "from",
  strftime('%Y-%m-%dT%H:%M:%fZ', to_ms / 1000.0, 'unixepoch') AS "to",
  strftime('%Y-%m-%dT%H:%M:%fZ', made_ms / 1000.0, 'unixepoch') AS made,
  ended_by, strftime('%Y-%m-%dT%H:%M:%fZ', ended_ms / 1000.0, 'unixepoch') AS ended
FROM silences;

CREATE VIEW audit_iso AS SELECT
  seq, strftime('%Y-%m-%dT%H:%M:%fZ', at_ms / 1000.0, 'unixepoch') AS at,
  subject, number, kind, actor, text, detail, lower(hex(hash)) AS hash
FROM audit;

CREATE VIEW incident_timeline AS SELECT
  number AS incident, seq, strftime('%Y-%m-%dT%H:%M:%fZ', at_ms / 1000.0, 'unixepoch') AS at, kind, actor, text, detail
FROM audit WHERE subject = 'incident' AND number IS NOT NULL;

CREATE VIEW action_journal AS SELECT
  number AS action, seq, strftime('%Y-%m-%dT%H:%M:%fZ', at_ms / 1000.0, 'unixepoch') AS at, kind, actor, text, detail
FROM audit WHERE subject = 'action' AND number IS NOT NULL;
