-- name: sites
-- Junctions with a controller to choose from.
SELECT DISTINCT s.name AS __text, s.key AS __value
FROM site AS s JOIN sensor USING (site_id) WHERE sensor.stream = 'signal' ORDER BY 1

-- name: totals
-- Over the period: unlawful transitions, cycles, and the quarter hours of signal groups that were seen.
SELECT sum(i.violation_count)::double precision AS violation_count, sum(i.cycle_count)::double precision AS cycle_count
FROM signal_indicator AS i JOIN sensor USING (sensor_id) JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.key = ANY (ARRAY[$site]::text[])

-- name: silent
-- Controllers without an event in the last quarter hour of the period.
SELECT CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE seen.sensor_id IS NULL) END AS silent
FROM sensor JOIN site AS s USING (site_id)
LEFT JOIN (
    SELECT DISTINCT sensor_id FROM signal_indicator
    WHERE window_start <= $__timeTo() AND window_start > $__timeTo()::timestamptz - interval '45 minutes'
) AS seen USING (sensor_id)
WHERE sensor.stream = 'signal' AND sensor.configured AND s.key = ANY (ARRAY[$site]::text[])

-- name: cycles
-- Cycle of each controller over time.
SELECT $__timeGroup(i.window_start, $__interval, NULL) AS "time", s.name AS metric, avg(i.cycle_s) AS "value"
FROM signal_indicator AS i JOIN sensor USING (sensor_id) JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.key = ANY (ARRAY[$site]::text[]) AND i.cycle_s IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: greens
-- Share of green of each signal group over time; of many junctions the first two.
SELECT $__timeGroup(i.window_start, $__interval, NULL) AS "time", s.name || ' SG ' || i.signal_group AS metric,
       avg(i.green_ratio) AS "value"
FROM signal_indicator AS i JOIN sensor USING (sensor_id) JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.key = ANY ((ARRAY[$site]::text[])[1:2]) AND i.green_ratio IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: violations
-- Unlawful transitions by junction over time.
SELECT $__timeGroup(i.window_start, $__interval) AS "time", s.name AS metric, sum(i.violation_count)::double precision AS "value"
FROM signal_indicator AS i JOIN sensor USING (sensor_id) JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.key = ANY (ARRAY[$site]::text[]) AND i.violation_count IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: terminations
-- How greens ended: by a gap, at their maximum, or as the plan demands.
SELECT $__timeGroup(i.window_start, $__interval) AS "time", sum(i.gap_out_count)::double precision AS gap_out_count,
       sum(i.max_out_count)::double precision AS max_out_count, sum(i.force_off_count)::double precision AS force_off_count
FROM signal_indicator AS i JOIN sensor USING (sensor_id) JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.key = ANY (ARRAY[$site]::text[])
  AND (i.gap_out_count IS NOT NULL OR i.max_out_count IS NOT NULL OR i.force_off_count IS NOT NULL)
GROUP BY 1
ORDER BY 1

-- name: groups
-- Signal groups with their times in the period and what looks wrong.
SELECT s.name AS site, 'SG ' || i.signal_group AS signal_group, s.key AS site_key,
       sum(i.cycle_s * i.cycle_count) / nullif(sum(i.cycle_count), 0) AS cycle_s,
       sum(i.green_ratio * i.cycle_count) / nullif(sum(i.cycle_count) FILTER (WHERE i.green_ratio IS NOT NULL), 0) AS green_ratio,
       min(i.green_min_s) AS green_min_s, avg(i.amber_s) AS amber_s, avg(i.red_amber_s) AS red_amber_s,
       sum(i.violation_count)::double precision AS violation_count, sum(i.max_out_count)::double precision AS max_out_count
FROM signal_indicator AS i JOIN sensor USING (sensor_id) JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.key = ANY (ARRAY[$site]::text[])
GROUP BY s.name, s.key, i.sensor_id, i.signal_group
ORDER BY violation_count DESC NULLS LAST, s.name, i.signal_group
LIMIT 500

-- name: runs
-- Most max-outs in a row of each approach in the period: where green is too short for the demand.
SELECT s.name || ' ' || n.name AS approach, max(i.max_out_run_count)::double precision AS max_out_run_count
FROM approach_indicator AS i
JOIN approach_name AS n USING (sensor_id, signal_group)
JOIN site AS s ON s.site_id = n.site_id
WHERE $__timeFilter(i.window_start) AND s.key = ANY (ARRAY[$site]::text[]) AND i.max_out_run_count IS NOT NULL
GROUP BY s.name, n.name
ORDER BY 2 DESC, 1
LIMIT 12
