-- name: sites
-- Junctions to choose from, first those with detectors upstream, of which there is most to see.
SELECT s.name AS __text, s.key AS __value
FROM site AS s
WHERE s.kind = 'junction'
ORDER BY EXISTS (SELECT FROM approach_name AS n WHERE n.site_id = s.site_id AND n.advance_channel IS NOT NULL) DESC, s.name

-- name: groups
-- Approaches of the junction that have a detector upstream, to draw a coordination diagram of.
SELECT n.name AS __text, n.signal_group::text AS __value
FROM approach_name AS n JOIN site AS s USING (site_id)
WHERE s.key = '$site' AND n.advance_channel IS NOT NULL
ORDER BY n.signal_group

-- name: newest
-- The newest values of each approach, worst first.
SELECT max(newest.qsv) AS qsv, max(newest.saturation_ratio) AS saturation_ratio,
       avg(newest.arrivals_on_green_ratio) AS arrivals_on_green_ratio, max(newest.control_delay_hbs_s) AS control_delay_hbs_s,
       max(newest.cycle_s) AS cycle_s
FROM (
    SELECT DISTINCT ON (i.signal_group) i.qsv, i.saturation_ratio, i.arrivals_on_green_ratio, i.control_delay_hbs_s, i.cycle_s
    FROM approach_indicator AS i JOIN sensor USING (sensor_id) JOIN site AS s USING (site_id)
    WHERE $__timeFilter(i.window_start) AND s.key = '$site' AND i.coverage_ratio > 0.9
    ORDER BY i.signal_group, i.window_start DESC
) AS newest

-- name: failures
-- How many greens of the period did not serve all who waited.
SELECT sum(i.split_failure_count) AS split_failure_count
FROM approach_indicator AS i JOIN sensor USING (sensor_id) JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.key = '$site'

-- name: directions
-- An indicator of cross-sections over time, a line per direction.
SELECT $__timeGroup(i.window_start, $__interval, NULL) AS "time", arrow(i.bearing_deg) AS metric, avg(i.{column}) AS "value"
FROM cross_section_indicator AS i JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.key = '$site'
GROUP BY 1, 2
ORDER BY 1, 2

-- name: approaches
-- An indicator of approaches over time, a line per approach.
SELECT $__timeGroup(i.window_start, $__interval, NULL) AS "time", n.name AS metric, avg(i.{column}) AS "value"
FROM approach_indicator AS i
JOIN approach_name AS n USING (sensor_id, signal_group)
JOIN site AS s ON s.site_id = n.site_id
WHERE $__timeFilter(i.window_start) AND s.key = '$site' AND i.{column} IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: counts
-- A count of approaches over time, summed over each bucket.
SELECT $__timeGroup(i.window_start, $__interval) AS "time", n.name AS metric, sum(i.{column})::double precision AS "value"
FROM approach_indicator AS i
JOIN approach_name AS n USING (sensor_id, signal_group)
JOIN site AS s ON s.site_id = n.site_id
WHERE $__timeFilter(i.window_start) AND s.key = '$site' AND i.{column} IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: levels
-- The worst level of traffic quality of each approach over time.
SELECT $__timeGroup(i.window_start, $__interval) AS "time", n.name AS metric, max(i.qsv) AS "value"
FROM approach_indicator AS i
JOIN approach_name AS n USING (sensor_id, signal_group)
JOIN site AS s ON s.site_id = n.site_id
WHERE $__timeFilter(i.window_start) AND s.key = '$site' AND i.qsv IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: coordination
-- Arrivals at the stop line by the second of their cycle and what was shown, over at most the last two hours.
SELECT point.arrived_at AS "time",
       CASE WHEN point.state = 3 THEN point.second_s END AS on_green,
       CASE WHEN point.state IN (2, 4) THEN point.second_s END AS on_amber,
       CASE WHEN point.state = 1 THEN point.second_s END AS on_red
FROM approach_name AS n JOIN site AS s USING (site_id)
CROSS JOIN LATERAL coordination_diagram(
    n.sensor_id, n.signal_group, n.advance_channel,
    greatest($__timeFrom()::timestamptz, $__timeTo()::timestamptz - interval '2 hours'), $__timeTo()::timestamptz,
    make_interval(secs => coalesce(n.advance_m / n.speed_kmh * 3.6, 0))) AS point
WHERE s.key = '$site' AND n.signal_group::text = '$group' AND point.second_s IS NOT NULL
ORDER BY 1

-- name: begins_of_green
-- When green began, by the second of the cycle (after the begin of red), over at most the last two hours.
SELECT told.observed_at AS "time", extract(epoch FROM told.observed_at - told.red_at)::double precision AS green_begins
FROM (
    SELECT e.observed_at, e.code, max(e.observed_at) FILTER (WHERE e.code IN (9, 10, 1001)) OVER (ORDER BY e.observed_at) AS red_at
    FROM approach_name AS n JOIN site AS s USING (site_id)
    JOIN signal_reading AS e ON e.sensor_id = n.sensor_id AND e.parameter = n.signal_group
    WHERE s.key = '$site' AND n.signal_group::text = '$group' AND e.code IN (1, 9, 10, 1001, 1003)
      AND e.observed_at BETWEEN greatest($__timeFrom()::timestamptz, $__timeTo()::timestamptz - interval '2 hours')
          AND $__timeTo()::timestamptz
) AS told
WHERE told.code IN (1, 1003) AND told.red_at IS NOT NULL
ORDER BY 1

-- name: fundamental
-- Density and flow of each direction in five minutes, the points of a fundamental diagram.
SELECT avg(i.density_veh_km) AS density_veh_km, avg(i.flow_veh_h) AS flow_veh_h
FROM cross_section_indicator AS i JOIN site AS s USING (site_id)
WHERE $__timeFilter(i.window_start) AND s.key = '$site' AND i.density_veh_km IS NOT NULL
GROUP BY i.bearing_deg, time_bucket(greatest(interval '5 minutes', make_interval(secs => $__interval_ms / 1000)), i.window_start)
ORDER BY 1

-- name: advice
-- Cycle and green of each approach as they are and as the demand would have them, in the newest whole quarter hour.
SELECT DISTINCT ON (i.signal_group) n.name AS approach, i.flow_veh_h, i.saturation_ratio, i.cycle_s, i.advised_cycle_s,
       i.green_ratio * i.cycle_s AS green_s, i.advised_green_s, i.balanced_green_s, why.{meaning} AS why
FROM approach_indicator AS i
JOIN approach_name AS n USING (sensor_id, signal_group)
JOIN site AS s ON s.site_id = n.site_id
JOIN undefined_reason AS why ON why.reason = i.advice_reason
WHERE $__timeFilter(i.window_start) AND s.key = '$site' AND i.coverage_ratio > 0.9
ORDER BY i.signal_group, i.window_start DESC

-- name: reasons
-- Why measures of each approach are undefined in the newest quarter hour.
SELECT DISTINCT ON (i.signal_group) n.name AS approach, arrival.{meaning} AS arrivals, presence.{meaning} AS occupancy,
       flow.{meaning} AS saturation, red.{meaning} AS red, queue.{meaning} AS queue, walk.{meaning} AS pedestrians
FROM approach_indicator AS i
JOIN approach_name AS n USING (sensor_id, signal_group)
JOIN site AS s ON s.site_id = n.site_id
LEFT JOIN undefined_reason AS arrival ON arrival.reason = i.arrival_reason
LEFT JOIN undefined_reason AS presence ON presence.reason = i.presence_reason
LEFT JOIN undefined_reason AS flow ON flow.reason = i.flow_reason
LEFT JOIN undefined_reason AS red ON red.reason = i.red_reason
LEFT JOIN undefined_reason AS queue ON queue.reason = i.queue_reason
LEFT JOIN undefined_reason AS walk ON walk.reason = i.pedestrian_reason
WHERE $__timeFilter(i.window_start) AND s.key = '$site' AND i.coverage_ratio > 0.9
ORDER BY i.signal_group, i.window_start DESC
