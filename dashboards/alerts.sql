-- name: detector_down
-- Configured detectors of each site that are silent for longer than the limit of the day.
SELECT s.name AS site,
       count(*) FILTER (WHERE latest.observed_at IS NULL OR latest.observed_at < $__timeTo()::timestamptz
           - make_interval(mins => threshold_at('detector_silent_after', $__timeTo()::timestamptz)::integer))::double precision
           AS silent
FROM sensor JOIN site AS s USING (site_id) LEFT JOIN traffic_latest AS latest USING (sensor_id)
WHERE sensor.stream = 'traffic' AND sensor.configured
GROUP BY s.name

-- name: accounting_loss
-- Readings of each stream that the books do not account for, and refused ones of which nothing could be kept.
SELECT told.stream, sum(told.lost)::double precision AS lost
FROM (
    SELECT stream, abs(received - stored - duplicate - rejected) AS lost FROM ingest_account WHERE $__timeFilter(minute)
    UNION ALL
    SELECT stream, readings FROM rejected_dropped WHERE $__timeFilter(minute)
) AS told
GROUP BY told.stream

-- name: pue_target_missed
-- By how much the PUE of each data centre is worse than the path to its target.
SELECT coalesce(s.name, t.site_key) AS site, t.off_pct
FROM target_state AS t LEFT JOIN site AS s ON s.key = t.site_key
WHERE t.indicator = 'pue' AND t.off_pct IS NOT NULL

-- name: split_failures
-- How many more greens of each approach did not serve all who waited within the period than the limit allows.
SELECT s.name || ' ' || n.name AS approach,
       sum(i.split_failure_count) - threshold_at('split_failure_alert', $__timeTo()::timestamptz) AS excess
FROM approach_indicator AS i
JOIN approach_name AS n USING (sensor_id, signal_group)
JOIN site AS s ON s.site_id = n.site_id
WHERE $__timeFilter(i.window_start) AND i.split_failure_count IS NOT NULL
GROUP BY s.name, n.name
