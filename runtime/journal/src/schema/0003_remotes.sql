-- What the other side calls what it was told, and a reason more. The words of a check are part of a table, so the tables are made anew, and
-- with them what goes by them.

DROP VIEW notifications_iso;
DROP VIEW outbox_iso;
DROP VIEW notification_attempts_iso;

CREATE TABLE notifications_3 (
  number          INTEGER PRIMARY KEY,
  key             TEXT NOT NULL UNIQUE,
  incident        INTEGER REFERENCES incidents (number),
  reason          TEXT NOT NULL CHECK (reason = 'page' OR reason = 'worse' OR reason = 'unacknowledged' OR reason = 'resolved'
    OR reason = 'notice' OR reason = 'ticket' OR reason = 'approval'
    OR reason = 'acknowledged'),
  ladder          TEXT,
  rung            TEXT,
  rung_attempt    INTEGER,
  action          INTEGER,
  channel         TEXT NOT NULL,
  team            TEXT,
  person          TEXT,
  severity        TEXT NOT NULL CHECK (severity = 'info' OR severity = 'minor' OR severity = 'major' OR severity = 'critical'),
  priority        INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 5),
  title           TEXT NOT NULL,
  text            TEXT NOT NULL,
  labels          TEXT NOT NULL,
  runbook         TEXT,
  alerts          INTEGER NOT NULL,
  since_ms        INTEGER NOT NULL,
  made_ms         INTEGER NOT NULL,
  accepted_ms     INTEGER,
  sent_ms         INTEGER,
  delivered_ms    INTEGER,
  seen_ms         INTEGER,
  acknowledged_ms INTEGER,
  failed_ms       INTEGER,
  failed_why      TEXT,
  attempts        INTEGER NOT NULL DEFAULT 0,
  repeats         INTEGER NOT NULL DEFAULT 0,
  last_attempt_ms INTEGER,
  not_before_ms   INTEGER,
  -- How often the incident had been acknowledged when it was made.
  acknowledgements INTEGER NOT NULL DEFAULT 0,
  -- What the other side calls it: a message's place, a ticket's number, an alert's key.
  remote          TEXT,
  -- The gravest news: what arrived did not fail, whoever said so; what was only taken over or sent may.
  state           TEXT NOT NULL GENERATED ALWAYS AS (CASE
    WHEN acknowledged_ms IS NOT NULL THEN 'acknowledged'
    WHEN seen_ms IS NOT NULL THEN 'seen'
    WHEN delivered_ms IS NOT NULL THEN 'delivered'
    WHEN failed_ms IS NOT NULL THEN 'failed'
    WHEN sent_ms IS NOT NULL THEN 'sent'
    WHEN accepted_ms IS NOT NULL THEN 'accepted'
    ELSE 'waiting' END) VIRTUAL,
  -- Whether it is still to be sent. An acknowledgement does not count: the engine says what becomes of what waits.
  is_outstanding  INTEGER NOT NULL GENERATED ALWAYS AS (accepted_ms IS NULL AND sent_ms IS NULL
    AND delivered_ms IS NULL AND seen_ms IS NULL AND failed_ms IS NULL) VIRTUAL
) STRICT;

INSERT INTO notifications_3 (
  number, key, incident, reason, ladder, rung, rung_attempt, action, channel, team, person, severity, priority, title, text,
  labels, runbook, alerts, since_ms, made_ms, accepted_ms, sent_ms, delivered_ms, seen_ms, acknowledged_ms, failed_ms, failed_why,
  attempts, repeats, last_attempt_ms, not_before_ms
) SELECT
  number, key, incident, reason, ladder, rung, rung_attempt, action, channel, team, person, severity, priority, title, text,
  labels, runbook, alerts, since_ms, made_ms, accepted_ms, sent_ms, delivered_ms, seen_ms, acknowledged_ms, failed_ms, failed_why,
  attempts, repeats, last_attempt_ms, not_before_ms
FROM notifications;

CREATE TABLE notification_attempts_3 (
  notification INTEGER NOT NULL REFERENCES notifications_3 (number),
  attempt      INTEGER NOT NULL CHECK (attempt >= 1),
  begun_ms     INTEGER NOT NULL,
  ended_ms     INTEGER,
  result       TEXT NOT NULL CHECK (result = 'under_way' OR result = 'accepted' OR result = 'sent' OR result = 'retry'
    OR result = 'failed' OR result = 'unknown' OR result = 'interrupted'),
  why          TEXT,
  -- Whether the attempt before may have been sent: on a channel without a key this one may be a second message.
  is_repeat    INTEGER NOT NULL CHECK (is_repeat IN (0, 1)),
  PRIMARY KEY (notification, attempt)
) STRICT, WITHOUT ROWID;

INSERT INTO notification_attempts_3 (notification, attempt, begun_ms, ended_ms, result, why, is_repeat)
SELECT notification, attempt, begun_ms, ended_ms, result, why, is_repeat FROM notification_attempts;

DROP TABLE notification_attempts;
DROP TABLE notifications;
ALTER TABLE notifications_3 RENAME TO notifications;
ALTER TABLE notification_attempts_3 RENAME TO notification_attempts;

CREATE INDEX notifications_by_incident ON notifications (incident, number) WHERE incident IS NOT NULL;
CREATE INDEX notifications_outstanding ON notifications (number) WHERE accepted_ms IS NULL AND sent_ms IS NULL
  AND delivered_ms IS NULL AND seen_ms IS NULL AND failed_ms IS NULL;
CREATE INDEX notifications_with_remote ON notifications (incident, number) WHERE remote IS NOT NULL AND incident IS NOT NULL;
CREATE UNIQUE INDEX notification_attempts_under_way ON notification_attempts (notification) WHERE result = 'under_way';

CREATE VIEW notifications_iso AS SELECT
  number, incident, state, reason, ladder, rung, rung_attempt, channel, team, person, severity, priority, title, text, labels, runbook,
  strftime('%Y-%m-%dT%H:%M:%fZ', made_ms / 1000.0, 'unixepoch') AS made,
  strftime('%Y-%m-%dT%H:%M:%fZ', accepted_ms / 1000.0, 'unixepoch') AS accepted,
  strftime('%Y-%m-%dT%H:%M:%fZ', sent_ms / 1000.0, 'unixepoch') AS sent,
  strftime('%Y-%m-%dT%H:%M:%fZ', delivered_ms / 1000.0, 'unixepoch') AS delivered,
  strftime('%Y-%m-%dT%H:%M:%fZ', seen_ms / 1000.0, 'unixepoch') AS seen,
  strftime('%Y-%m-%dT%H:%M:%fZ', acknowledged_ms / 1000.0, 'unixepoch') AS acknowledged,
  strftime('%Y-%m-%dT%H:%M:%fZ', failed_ms / 1000.0, 'unixepoch') AS failed, failed_why,
  attempts, repeats, key, remote
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
