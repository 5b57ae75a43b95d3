-- name: series_of_sensors
-- An indicator over time, a line per sensor of the chosen site.
SELECT i.window_start AS "time", s.key AS metric, i.{column} AS "value"
FROM {table} AS i JOIN sensor AS s USING (sensor_id) JOIN site AS p USING (site_id)
WHERE $__timeFilter(i.window_start) AND p.key = '$site'
ORDER BY i.window_start, s.key

-- name: series_of_signal_groups
-- An indicator over time, a line per signal group of the chosen site.
SELECT i.window_start AS "time", s.key || ' ' || i.signal_group AS metric, i.{column} AS "value"
FROM {table} AS i JOIN sensor AS s USING (sensor_id) JOIN site AS p USING (site_id)
WHERE $__timeFilter(i.window_start) AND p.key = '$site'
ORDER BY i.window_start, metric

-- name: series_of_directions
-- An indicator over time, a line per direction of the chosen site.
SELECT i.window_start AS "time", p.name || ' ' || i.bearing_deg || '°' AS metric, i.{column} AS "value"
FROM {table} AS i JOIN site AS p USING (site_id)
WHERE $__timeFilter(i.window_start) AND p.key = '$site'
ORDER BY i.window_start, metric

-- name: series_of_sites
-- An indicator over time of the chosen site as a whole.
SELECT i.window_start AS "time", p.name AS metric, i.{column} AS "value"
FROM {table} AS i JOIN site AS p USING (site_id)
WHERE $__timeFilter(i.window_start) AND p.key = '$site'
ORDER BY i.window_start

-- name: books
-- What ingest received and what became of it, per minute.
SELECT minute AS "time", stream || ' ' || outcome AS metric, sum(readings) AS "value"
FROM ingest_account
CROSS JOIN LATERAL (VALUES ('stored', stored), ('duplicate', duplicate), ('rejected', rejected)) AS o (outcome, readings)
WHERE $__timeFilter(minute)
GROUP BY 1, 2
ORDER BY 1, 2

-- name: sites
-- Sites to choose from.
SELECT name AS __text, key AS __value FROM site ORDER BY name
