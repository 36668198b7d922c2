-- What a journal holds. Instants are in ms since the Unix epoch and end in _ms; labels, arguments and details are JSON.
-- Checks are chains of OR: for an IN of three words or more SQLite builds a table each time that a row is written.

-- How far the effects of the input log are written: what is not after this is skipped when it comes again.
CREATE TABLE position (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  input    INTEGER NOT NULL,
  ordinal  INTEGER NOT NULL
) STRICT;

-- Everything that happened, in order, only ever added to. See audit.rs for what `hash` is over.
CREATE TABLE audit (
  seq     INTEGER PRIMARY KEY,
  at_ms   INTEGER NOT NULL,
  input   INTEGER,
  ordinal INTEGER,
  subject TEXT NOT NULL CHECK (subject = 'incident' OR subject = 'notification' OR subject = 'action' OR subject = 'silence'
    OR subject = 'roster' OR subject = 'process'),
  number  INTEGER,
  kind    TEXT NOT NULL,
  actor   TEXT,
  text    TEXT NOT NULL,
  detail  TEXT NOT NULL,
  hash    BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX audit_by_subject ON audit (subject, number, seq) WHERE number IS NOT NULL;
CREATE INDEX audit_by_actor ON audit (actor, seq) WHERE actor IS NOT NULL;
CREATE TRIGGER audit_is_not_updated BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is only ever added to'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is only ever added to'); END;
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE seq = new.seq)
BEGIN SELECT RAISE(ABORT, 'the audit trail is only ever added to'); END;

CREATE TABLE incidents (
  number                INTEGER PRIMARY KEY,
  title                 TEXT NOT NULL,
  state                 TEXT NOT NULL CHECK (state = 'open' OR state = 'acknowledged' OR state = 'resolved'),
  severity              TEXT CHECK (severity = 'info' OR severity = 'minor' OR severity = 'major' OR severity = 'critical'),
  priority              INTEGER CHECK (priority BETWEEN 1 AND 5),
  owner                 TEXT,
  cause                 TEXT,
  opened_ms             INTEGER NOT NULL,
  acknowledged_ms       INTEGER,
  acknowledged_by       TEXT,
  acknowledged_until_ms INTEGER,
  resolved_ms           INTEGER,
  resolved_by           TEXT,
  reopened_ms           INTEGER,
  times_reopened        INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX incidents_not_resolved ON incidents (number) WHERE state <> 'resolved';

CREATE TABLE incident_services (
  incident INTEGER NOT NULL REFERENCES incidents (number),
  service  TEXT NOT NULL,
  PRIMARY KEY (incident, service)
) STRICT, WITHOUT ROWID;
CREATE INDEX incident_services_by_service ON incident_services (service, incident);

CREATE TABLE notifications (
  number          INTEGER PRIMARY KEY,
  key             TEXT NOT NULL UNIQUE,
  incident        INTEGER REFERENCES incidents (number),
  reason          TEXT NOT NULL CHECK (reason = 'page' OR reason = 'worse' OR reason = 'unacknowledged' OR reason = 'resolved'
    OR reason = 'notice' OR reason = 'ticket' OR reason = 'approval'),
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
CREATE INDEX notifications_by_incident ON notifications (incident, number) WHERE incident IS NOT NULL;
CREATE INDEX notifications_outstanding ON notifications (number) WHERE accepted_ms IS NULL AND sent_ms IS NULL
  AND delivered_ms IS NULL AND seen_ms IS NULL AND failed_ms IS NULL;

CREATE TABLE notification_attempts (
  notification INTEGER NOT NULL REFERENCES notifications (number),
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
CREATE UNIQUE INDEX notification_attempts_under_way ON notification_attempts (notification) WHERE result = 'under_way';

CREATE TABLE actions (
  number            INTEGER PRIMARY KEY,
  playbook          TEXT NOT NULL,
  arguments         TEXT NOT NULL,
  incident          INTEGER REFERENCES incidents (number),
  source_hash       TEXT NOT NULL,
  state             TEXT NOT NULL CHECK (state = 'planned' OR state = 'proposed' OR state = 'approved' OR state = 'running'
    OR state = 'rolling_back' OR state = 'standing' OR state = 'ended'),
  "end"             TEXT CHECK ("end" = 'succeeded' OR "end" = 'no_change' OR "end" = 'lifted' OR "end" = 'refused'
    OR "end" = 'inconclusive' OR "end" = 'rolled_back' OR "end" = 'rollback_failed'
    OR "end" = 'indeterminate' OR "end" = 'expired' OR "end" = 'observed'),
  end_why           TEXT,
  planned_ms        INTEGER NOT NULL,
  proposed_ms       INTEGER,
  proposed_until_ms INTEGER,
  started_ms        INTEGER,
  rolling_back_ms   INTEGER,
  rolling_back_why  TEXT,
  standing_ms       INTEGER,
  standing_until_ms INTEGER,
  aborted_by        TEXT,
  ended_ms          INTEGER,
  CHECK ((state = 'ended') = ("end" IS NOT NULL))
) STRICT;
CREATE INDEX actions_by_incident ON actions (incident, number) WHERE incident IS NOT NULL;
CREATE INDEX actions_by_playbook ON actions (playbook, number);
CREATE INDEX actions_not_ended ON actions (number) WHERE state <> 'ended';

CREATE TABLE approvals (
  action      INTEGER NOT NULL REFERENCES actions (number),
  approved_by TEXT NOT NULL,
  why         TEXT,
  approved_ms INTEGER NOT NULL,
  PRIMARY KEY (action, approved_by)
) STRICT, WITHOUT ROWID;

CREATE TABLE calls (
  number      INTEGER PRIMARY KEY,
  action      INTEGER NOT NULL REFERENCES actions (number),
  provider    TEXT NOT NULL,
  operation   TEXT NOT NULL,
  arguments   TEXT NOT NULL,
  is_write    INTEGER NOT NULL CHECK (is_write IN (0, 1)),
  step        TEXT,
  is_undo     INTEGER CHECK (is_undo IN (0, 1)),
  attempt     INTEGER,
  key         TEXT,
  fences      TEXT,
  timeout_ms  INTEGER NOT NULL,
  intended_ms INTEGER NOT NULL,
  ended_ms    INTEGER,
  outcome     TEXT CHECK (outcome = 'answered' OR outcome = 'done' OR outcome = 'failed' OR outcome = 'unknown'),
  answer      TEXT,
  why         TEXT
) STRICT;
CREATE INDEX calls_by_action ON calls (action, number);
CREATE INDEX calls_not_ended ON calls (number) WHERE ended_ms IS NULL;

CREATE TABLE silences (
  number    INTEGER PRIMARY KEY,
  key       TEXT NOT NULL,
  alert     TEXT,
  service   TEXT,
  labels    TEXT NOT NULL,
  from_ms   INTEGER NOT NULL,
  to_ms     INTEGER NOT NULL,
  why       TEXT NOT NULL,
  made_by   TEXT NOT NULL,
  made_ms   INTEGER NOT NULL,
  ended_by  TEXT,
  ended_ms  INTEGER
) STRICT;
CREATE INDEX silences_not_ended ON silences (to_ms) WHERE ended_ms IS NULL;
