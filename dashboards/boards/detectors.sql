-- name: streams
-- Streams to choose from.
SELECT DISTINCT stream AS __text, stream AS __value FROM sensor WHERE configured AND stream <> 'wlan' ORDER BY 1

-- name: sites
-- Sites to choose from.
SELECT DISTINCT s.name AS __text, s.key AS __value
FROM site AS s JOIN sensor USING (site_id) WHERE sensor.stream <> 'wlan' ORDER BY 1

-- name: silent
-- Detectors without a value in the last minutes of the period, by the limit of that day.
SELECT CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE seen.sensor_id IS NULL) END AS silent
FROM sensor JOIN site AS s USING (site_id)
LEFT JOIN (
    SELECT DISTINCT sensor_id FROM lane_state_indicator
    WHERE window_start <= $__timeTo() AND window_start > $__timeTo()::timestamptz
        - make_interval(mins => threshold_at('detector_silent_after', $__timeTo()::timestamptz)::integer)
) AS seen USING (sensor_id)
WHERE sensor.stream = 'traffic' AND sensor.configured AND s.key = ANY (ARRAY[$site]::text[])

-- name: checked
-- Shares of the detectors' time over the period: covered, substituted, faulty.
SELECT sum(told.covered_s) / sum(told.all_s) AS covered_ratio, sum(told.substituted_s) / sum(told.all_s) AS substituted_ratio,
       sum(told.faulty_s) / sum(told.all_s) AS faulty_ratio
FROM (
    SELECT sensor_id, sum(width_s)::double precision AS all_s,
           sum(width_s) FILTER (WHERE flow_veh_h IS NOT NULL) AS covered_s,
           sum(width_s) FILTER (WHERE substitution > 0) AS substituted_s,
           sum(width_s) FILTER (WHERE fault_bits > 0) AS faulty_s
    FROM lane_state_indicator
    WHERE $__timeFilter(window_start)
    GROUP BY sensor_id
) AS told
JOIN sensor USING (sensor_id)
JOIN site AS s USING (site_id)
WHERE s.key = ANY (ARRAY[$site]::text[])

-- name: late
-- Readings by how late they came, over time: mean latency by stream.
SELECT $__timeGroup(h.hour_start, $__interval, NULL) AS "time", sensor.stream AS metric,
       sum(h.latency_sum_s) / nullif(sum(h.timed), 0) AS "value"
FROM sensor_health AS h JOIN sensor USING (sensor_id) JOIN site AS s USING (site_id)
WHERE $__timeFilter(h.hour_start) AND s.key = ANY (ARRAY[$site]::text[])
  AND sensor.stream = ANY (ARRAY[$stream]::text[])
  -- A device whose clock is years off would hide all others; the table below shows it.
  AND h.latency_max_s < 86400
GROUP BY 1, 2
ORDER BY 1, 2

-- name: flaws
-- Readings out of order, repeated (signals may share a moment), ahead of the clock and too old, by hour.
SELECT $__timeGroup(h.hour_start, $__interval) AS "time", sum(h.out_of_order) AS out_of_order, sum(h.repeated) FILTER (WHERE sensor.stream <> 'signal') AS repeated,
       sum(h.in_future) AS in_future, sum(h.too_old) AS too_old
FROM sensor_health AS h JOIN sensor USING (sensor_id) JOIN site AS s USING (site_id)
WHERE $__timeFilter(h.hour_start) AND s.key = ANY (ARRAY[$site]::text[]) AND sensor.stream = ANY (ARRAY[$stream]::text[])
GROUP BY 1
ORDER BY 1

-- name: quality
-- Mean quality of the flow of each site's lanes over time.
SELECT told."time", s.name AS metric, told.quality_ratio AS "value"
FROM (
    SELECT $__timeGroup(window_start, $__interval, NULL) AS "time", site_id, avg(quality_ratio) AS quality_ratio
    FROM cross_section_indicator
    WHERE $__timeFilter(window_start)
    GROUP BY 1, 2
) AS told
JOIN site AS s USING (site_id)
WHERE s.key = ANY (ARRAY[$site]::text[])
ORDER BY 1, 2

-- name: sensors
-- Sensors of the chosen sites and streams with what is known of their reporting in the period, the worst first.
SELECT s.name AS site, n.name AS sensor, n.stream,
       CASE WHEN count(h.sensor_id) = 0 THEN 3
            WHEN sum(h.refused) > 0 THEN 2
            WHEN max(h.last_received_at) < $__timeTo()::timestamptz - interval '2 hours' THEN 1
            ELSE 0 END AS state,
       sum(h.readings) AS readings, sum(h.refused) AS refused,
       max(h.last_received_at) AS last_received_at, min(h.latency_min_s) AS latency_min_s,
       sum(h.latency_sum_s) / nullif(sum(h.timed), 0) AS latency_mean_s, max(h.latency_max_s) AS latency_max_s,
       sum(h.out_of_order) AS out_of_order
FROM sensor_name AS n
JOIN site AS s USING (site_id)
LEFT JOIN sensor_health AS h ON h.sensor_id = n.sensor_id AND $__timeFilter(h.hour_start)
WHERE s.key = ANY (ARRAY[$site]::text[]) AND n.stream = ANY (ARRAY[$stream]::text[]) AND n.stream <> 'wlan'
GROUP BY s.name, n.name, n.stream, n.sensor_id
ORDER BY state DESC, refused DESC NULLS LAST, s.name, n.stream, n.name
LIMIT 500

-- name: refused
-- Refused readings by stream and reason.
SELECT stream || ': ' || reason AS reason, sum(readings) AS readings
FROM rejected_message
WHERE $__timeFilter(received_at) AND stream = ANY (ARRAY[$stream]::text[])
GROUP BY 1
ORDER BY 2 DESC
LIMIT 12

-- name: faults
-- What the checks found on each lane over time: the worst in a bucket, for at most 60 lanes.
SELECT told."time", n.site_name || ' ' || n.name AS metric, told.found AS "value"
FROM (
    SELECT $__timeGroup(window_start, $__interval) AS "time", sensor_id,
           CASE WHEN max(fault_bits) > 0 THEN 2 WHEN max(substitution) > 0 THEN 1 ELSE 0 END AS found
    FROM lane_state_indicator
    WHERE $__timeFilter(window_start) AND sensor_id = ANY (ARRAY(
        SELECT sensor_id FROM sensor JOIN site AS s USING (site_id)
        WHERE stream = 'traffic' AND s.key = ANY (ARRAY[$site]::text[]) ORDER BY sensor_id LIMIT 60))
    GROUP BY 1, 2
) AS told
JOIN sensor_name AS n USING (sensor_id)
ORDER BY 1, 2
