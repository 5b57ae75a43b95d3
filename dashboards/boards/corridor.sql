-- name: roads
-- Roads to choose from, first those whose sections are described.
SELECT metadata ->> 'road' AS __text, metadata ->> 'road' AS __value FROM site
WHERE metadata ->> 'road' IS NOT NULL GROUP BY 1 ORDER BY bool_or(metadata ? 'sections') DESC, 1

-- name: bearings
-- Directions of the road to choose from.
SELECT arrow(bearing_deg) AS __text, bearing_deg::text AS __value
FROM (
    SELECT DISTINCT i.bearing_deg
    FROM site AS s
    CROSS JOIN LATERAL (SELECT DISTINCT x.bearing_deg FROM cross_section_indicator AS x
                        WHERE x.site_id = s.site_id AND x.window_start > now() - interval '1 day') AS i
    WHERE s.metadata ->> 'road' = '$road'
) AS found
ORDER BY bearing_deg

-- name: time_space
-- Speeds along the road over time; each series is a junction at its distance from the first one, by their order.
SELECT $__timeGroup(i.window_start, $__interval) AS "time", along.name AS metric, avg(i.speed_kmh) AS "value"
FROM (
    SELECT step.site_id,
           to_char(sum(step.metres) OVER (ORDER BY step.key) / 1000, 'FM90.00') || ' km ' || step.name AS name
    FROM (
        SELECT s.site_id, s.key, s.name,
               coalesce(111195 * sqrt(
                   (s.latitude - lag(s.latitude) OVER (ORDER BY s.key)) ^ 2
                   + (cos(radians(s.latitude)) * (s.longitude - lag(s.longitude) OVER (ORDER BY s.key))) ^ 2), 0) AS metres
        FROM site AS s
        WHERE s.metadata ->> 'road' = '$road' AND s.kind = 'junction'
    ) AS step
) AS along
JOIN cross_section_indicator AS i USING (site_id)
WHERE $__timeFilter(i.window_start) AND i.bearing_deg::text = ANY (ARRAY[$bearing]::text[]) AND i.speed_kmh IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: sections
-- An indicator of the road's sections over time.
SELECT $__timeGroup(i.window_start, $__interval, NULL) AS "time",
       coalesce(s.metadata -> 'sections' -> (i.section - 1) ->> 'name', i.section::text) AS metric, avg(i.{column}) AS "value"
FROM section_indicator AS i JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.metadata ->> 'road' = '$road' AND i.{column} IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: newest_sections
-- The newest values of each section.
SELECT DISTINCT ON (s.key, i.section) s.name AS road, s.metadata -> 'sections' -> (i.section - 1) ->> 'name' AS section,
       i.length_m, i.travel_time_s, i.free_travel_time_s, i.travel_time_p95_s, i.travel_time_index_ratio,
       i.planning_time_index_ratio, i.coverage_ratio
FROM section_indicator AS i JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.metadata ->> 'road' = '$road'
ORDER BY s.key, i.section, i.window_start DESC

-- name: incident_states
-- What the California algorithm says of each part of the road over time.
SELECT $__timeGroup(i.window_start, $__interval) AS "time",
       coalesce(s.metadata -> 'sections' -> (i.section - 1) ->> 'name', i.section::text) || ', ' || i.part AS metric,
       max(i.state_california_7) AS "value"
FROM incident_indicator AS i JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.metadata ->> 'road' = '$road' AND i.state_california_7 IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: coordinated
-- Arrivals on green of the road's coordinated approaches, over the period.
SELECT s.name || ' ' || n.name AS approach,
       sum(i.arrivals_on_green_ratio * i.arrival_count) / nullif(sum(i.arrival_count), 0) AS arrivals_on_green_ratio
FROM approach_name AS n
JOIN site AS s USING (site_id)
JOIN approach_indicator AS i USING (sensor_id, signal_group)
WHERE $__timeFilter(i.window_start) AND s.metadata ->> 'road' = '$road' AND n.coordinated
  AND i.arrivals_on_green_ratio IS NOT NULL
GROUP BY s.key, s.name, n.name
ORDER BY s.key, n.name

-- name: platoons
-- Platoon ratio of the road's coordinated approaches over time: above 1 more than chance arrive on green.
SELECT $__timeGroup(i.window_start, $__interval, NULL) AS "time", s.name || ' ' || n.name AS metric,
       avg(i.platoon_ratio) AS "value"
FROM approach_name AS n
JOIN site AS s USING (site_id)
JOIN approach_indicator AS i USING (sensor_id, signal_group)
WHERE $__timeFilter(i.window_start) AND s.metadata ->> 'road' = '$road' AND n.coordinated AND i.platoon_ratio IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: cycles
-- Cycle of the road's controllers over time: coordination needs a common one.
SELECT $__timeGroup(i.window_start, $__interval, NULL) AS "time", s.name AS metric, avg(i.cycle_s) AS "value"
FROM signal_indicator AS i JOIN sensor USING (sensor_id) JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.metadata ->> 'road' = '$road' AND i.cycle_s IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2
