-- name: reporting
-- Share of the detectors that have a value in the last quarter hour of the period.
SELECT count(seen.sensor_id)::double precision / nullif(count(*), 0) AS reporting
FROM sensor
LEFT JOIN (
    SELECT DISTINCT sensor_id FROM lane_state_indicator
    WHERE window_start > $__timeTo()::timestamptz - interval '15 minutes' AND window_start <= $__timeTo()
      AND flow_veh_h IS NOT NULL
) AS seen USING (sensor_id)
WHERE sensor.stream = 'traffic' AND sensor.configured
  AND EXISTS (SELECT FROM lane_state_indicator WHERE $__timeFilter(window_start))

-- name: speed_now
-- Mean speed of the last quarter hour over all directions, weighted by flow.
SELECT sum(speed_kmh * flow_veh_h) / nullif(sum(flow_veh_h) FILTER (WHERE speed_kmh IS NOT NULL), 0) AS speed
FROM cross_section_indicator
WHERE window_start > $__timeTo()::timestamptz - interval '15 minutes' AND window_start <= $__timeTo()

-- name: congested
-- How many directions are slow or jammed in their newest minute.
SELECT CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE newest.state_nrw >= 5) END AS congested
FROM (
    SELECT DISTINCT ON (site_id, bearing_deg) state_nrw
    FROM cross_section_indicator
    WHERE window_start > $__timeTo()::timestamptz - interval '15 minutes' AND window_start <= $__timeTo()
    ORDER BY site_id, bearing_deg, window_start DESC
) AS newest

-- name: overloaded
-- How many approaches are at level E or F in their newest quarter hour.
SELECT CASE WHEN count(newest.qsv) > 0 THEN count(*) FILTER (WHERE newest.qsv >= 4) END AS overloaded
FROM (
    SELECT DISTINCT ON (sensor_id, signal_group) qsv
    FROM approach_indicator
    WHERE window_start > $__timeTo()::timestamptz - interval '1 hour' AND window_start <= $__timeTo()
      AND qsv IS NOT NULL
    ORDER BY sensor_id, signal_group, window_start DESC
) AS newest

-- name: power
-- Mean power of the data centres in the newest quarter hour that all of their main meters have told.
SELECT sum(i.energy_kwh) * 3600 / min(i.width_s) AS power
FROM energy_indicator AS i JOIN sensor AS s USING (sensor_id)
WHERE s.metadata ->> 'measurement_point' = 'utility'
  AND i.window_start = (
      SELECT max(i.window_start)
      FROM energy_indicator AS i JOIN sensor AS s USING (sensor_id)
      WHERE s.metadata ->> 'measurement_point' = 'utility' AND i.coverage_ratio > 0.9
        AND i.window_start > $__timeTo()::timestamptz - interval '3 hours' AND i.window_start <= $__timeTo())

-- name: devices
-- Devices in the public WLAN in the newest published hour; zones that are too small are in none of it.
SELECT sum(clients_concurrent_avg) AS devices
FROM wlan_public
WHERE window_start = (
    SELECT max(window_start) FROM wlan_public
    WHERE window_start > $__timeTo()::timestamptz - interval '1 day' AND window_start <= $__timeTo())

-- name: balance
-- Readings that are neither stored nor a duplicate nor rejected: 0, or something is lost.
SELECT sum(received - stored - duplicate - rejected) AS unaccounted
FROM ingest_account
WHERE $__timeFilter(minute)

-- name: map
-- Junctions with the worst state of their directions in the newest minutes.
SELECT s.name, s.latitude, s.longitude, max(newest.state_nrw) AS state,
       sum(newest.flow_veh_h) AS flow, sum(newest.speed_kmh * newest.flow_veh_h)
           / nullif(sum(newest.flow_veh_h) FILTER (WHERE newest.speed_kmh IS NOT NULL), 0) AS speed, s.key
FROM (
    SELECT DISTINCT ON (site_id, bearing_deg) site_id, state_nrw, flow_veh_h, speed_kmh
    FROM cross_section_indicator
    WHERE window_start > $__timeTo()::timestamptz - interval '15 minutes' AND window_start <= $__timeTo()
    ORDER BY site_id, bearing_deg, window_start DESC
) AS newest
JOIN site AS s USING (site_id)
WHERE s.latitude IS NOT NULL
GROUP BY s.site_id
ORDER BY s.name

-- name: states
-- The worst state of each junction over time.
SELECT told."time", s.name AS metric, told.state_nrw AS "value"
FROM (
    SELECT $__timeGroup(window_start, $__interval) AS "time", site_id, max(state_nrw) AS state_nrw
    FROM cross_section_indicator
    WHERE $__timeFilter(window_start)
    GROUP BY 1, 2
) AS told
JOIN site AS s USING (site_id)
ORDER BY 1, 2

-- name: flow
-- Mean flow of a direction by road; by the hour from roll-ups when the period is long.
SELECT told."time", s.metadata ->> 'road' AS metric, sum(told.flow) / sum(told.directions) AS "value"
FROM (
    SELECT $__timeGroup(window_start, $__interval, NULL) AS "time", site_id, sum(flow_veh_h) AS flow, count(flow_veh_h) AS directions
    FROM (
        SELECT site_id, window_start, flow_veh_h FROM cross_section_indicator
        WHERE $__interval_ms < 3600000 AND $__timeFilter(window_start)
        UNION ALL
        SELECT site_id, window_start, flow_veh_h FROM cross_section_indicator_1h
        WHERE $__interval_ms >= 3600000 AND $__timeFilter(window_start)
    ) AS minute
    WHERE flow_veh_h IS NOT NULL
    GROUP BY 1, 2
) AS told
JOIN site AS s USING (site_id)
WHERE s.metadata ->> 'road' IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: speed
-- Mean speed by road, weighted by flow; by the hour from roll-ups when the period is long.
SELECT told."time", s.metadata ->> 'road' AS metric, sum(told.speed) / nullif(sum(told.flow), 0) AS "value"
FROM (
    SELECT $__timeGroup(window_start, $__interval, NULL) AS "time", site_id, sum(speed_kmh * flow_veh_h) AS speed,
           sum(flow_veh_h) AS flow
    FROM (
        SELECT site_id, window_start, flow_veh_h, speed_kmh FROM cross_section_indicator
        WHERE $__interval_ms < 3600000 AND $__timeFilter(window_start)
        UNION ALL
        SELECT site_id, window_start, flow_veh_h, speed_kmh FROM cross_section_indicator_1h
        WHERE $__interval_ms >= 3600000 AND $__timeFilter(window_start)
    ) AS minute
    WHERE speed_kmh IS NOT NULL
    GROUP BY 1, 2
) AS told
JOIN site AS s USING (site_id)
WHERE s.metadata ->> 'road' IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: busiest
-- Approaches by their degree of saturation in the newest quarter hour, the fullest first.
SELECT s.name AS site, n.name AS approach, newest.saturation_ratio, newest.control_delay_hbs_s, newest.qsv,
       newest.split_failure_count, s.key AS site_key
FROM (
    SELECT DISTINCT ON (sensor_id, signal_group) *
    FROM approach_indicator
    WHERE window_start > $__timeTo()::timestamptz - interval '1 hour' AND window_start <= $__timeTo()
      AND saturation_ratio IS NOT NULL
    ORDER BY sensor_id, signal_group, window_start DESC
) AS newest
JOIN approach_name AS n USING (sensor_id, signal_group)
JOIN site AS s ON s.site_id = n.site_id
ORDER BY newest.saturation_ratio DESC
LIMIT 10

-- name: incidents
-- Spells of confirmed incidents in the period, the newest first.
SELECT min(told.window_start) AS began_at, max(told.window_start) AS last_at, told.name AS road, told.section,
       max(told.upstream_occupancy_pct) AS upstream_occupancy_pct
FROM (
    SELECT i.window_start, i.upstream_occupancy_pct, s.name,
           s.metadata -> 'sections' -> (i.section - 1) ->> 'name' AS section, i.part,
           i.window_start - row_number() OVER (
               PARTITION BY i.site_id, i.section, i.part ORDER BY i.window_start) * make_interval(secs => i.width_s) AS spell
    FROM incident_indicator AS i JOIN site AS s USING (site_id)
    WHERE $__timeFilter(i.window_start) AND i.state_california_7 >= 7
) AS told
GROUP BY told.name, told.section, told.part, told.spell
ORDER BY 1 DESC
LIMIT 20
