-- What version 2 wrote besides. Never changed; a later version's file gets a file of its own.
INSERT INTO notifications (number, key, incident, reason, ladder, rung, rung_attempt, action, channel, team, person, severity, priority, title,
    text, labels, runbook, alerts, since_ms, made_ms, sent_ms, attempts, repeats, last_attempt_ms)
  VALUES (1, 'i1/standard/N1/1/sms/operations/anna', 1, 'page', 'standard', 'N1', 1, NULL, 'sms', 'operations', 'anna', 'critical', 1,
    'gateway is slow', 'since 00:00', '[["region","eu"]]', NULL, 3, 1795392000000, 1795392001000, 1795392003000, 2, 1, 1795392002500);
INSERT INTO notifications (number, key, incident, reason, ladder, rung, rung_attempt, action, channel, team, person, severity, priority, title,
    text, labels, runbook, alerts, since_ms, made_ms, attempts)
  VALUES (2, 'run 1 relieve approval/chat/operations/', 1, 'approval', NULL, NULL, NULL, 1, 'chat', 'operations', NULL, 'major', 2,
    'run 1 of relieve waits for an approval', '', '[]', NULL, 3, 1795392000000, 1795392001000, 1);
INSERT INTO notification_attempts (notification, attempt, begun_ms, ended_ms, result, why, is_repeat)
  VALUES (1, 1, 1795392001500, NULL, 'interrupted', NULL, 0), (1, 2, 1795392002500, 1795392003000, 'sent', NULL, 1),
    (2, 1, 1795392001500, 1795392001600, 'retry', '429', 0);
