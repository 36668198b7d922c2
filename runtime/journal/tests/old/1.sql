-- What version 1 wrote. Never changed; a later version's file gets a file of its own.
INSERT INTO audit (seq, at_ms, input, ordinal, subject, number, kind, actor, text, detail, hash)
  VALUES (1, 1795392000000, NULL, NULL, 'process', NULL, 'started', NULL, 'the process started', '{"kind":"started"}',
  x'c4e1879cd8b0b7bf8ef06f2c529be688cc9e17b9e48ac4d1785115490230821e');
INSERT INTO audit (seq, at_ms, input, ordinal, subject, number, kind, actor, text, detail, hash)
  VALUES (2, 1795392001000, 12, 0, 'incident', 1, 'opened', NULL, 'opened: gateway is slow', '{"kind":"opened","title":"gateway is slow","services":["api_gateway"],"owner":"operations"}',
  x'f4ddbefadf3a9aac65c953a19388da2e2221f238b627c911520d41ea0783e8cb');
INSERT INTO audit (seq, at_ms, input, ordinal, subject, number, kind, actor, text, detail, hash)
  VALUES (3, 1795392002000, 12, 1, 'incident', 1, 'acknowledged', 'anna', 'acknowledged by anna', '{"kind":"acknowledged","by":"anna","until_ms":1795393802000}',
  x'70946f2d7efe63ff0163d8bb6e814b2e98c71df2814c58a3507a3a520500bfea');
INSERT INTO incidents (number, title, state, owner, opened_ms, acknowledged_ms, acknowledged_by, acknowledged_until_ms)
  VALUES (1, 'gateway is slow', 'acknowledged', 'operations', 1795392001000, 1795392002000, 'anna', 1795393802000);
INSERT INTO incident_services (incident, service) VALUES (1, 'api_gateway');
INSERT INTO position (only_row, input, ordinal) VALUES (1, 12, 1);
