-- name: sites
-- Sites to choose from.
SELECT name AS __text, key AS __value FROM site ORDER BY name

-- name: of_sensors
-- An indicator over time, a line per sensor of the chosen site.
SELECT $__timeGroup(i.window_start, $__interval, NULL) AS "time", n.name AS metric, avg(i.{column}) AS "value"
FROM {table} AS i JOIN sensor_name AS n USING (sensor_id) JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.key = '$site' AND i.{column} IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: truths_of_sensors
-- How much of the time something is true, a line per sensor of the chosen site.
SELECT $__timeGroup(i.window_start, $__interval, NULL) AS "time", n.name AS metric, avg(i.{column}::integer) AS "value"
FROM {table} AS i JOIN sensor_name AS n USING (sensor_id) JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.key = '$site' AND i.{column} IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: of_signal_groups
-- An indicator over time, a line per signal group of the chosen site.
SELECT $__timeGroup(i.window_start, $__interval, NULL) AS "time", 'SG ' || i.signal_group AS metric, avg(i.{column}) AS "value"
FROM {table} AS i JOIN sensor USING (sensor_id) JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.key = '$site' AND i.{column} IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: of_directions
-- An indicator over time, a line per direction of the chosen site.
SELECT $__timeGroup(i.window_start, $__interval, NULL) AS "time", arrow(i.bearing_deg) AS metric, avg(i.{column}) AS "value"
FROM {table} AS i JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.key = '$site' AND i.{column} IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: of_sites
-- An indicator over time of the chosen site as a whole.
SELECT $__timeGroup(i.window_start, $__interval, NULL) AS "time", s.name AS metric, avg(i.{column}) AS "value"
FROM {table} AS i JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.key = '$site' AND i.{column} IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2
