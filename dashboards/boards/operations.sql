-- name: streams
-- Streams to choose from.
SELECT DISTINCT stream AS __text, stream AS __value FROM ingest_account WHERE minute > now() - interval '30 days' ORDER BY 1

-- name: rate
-- Readings received per minute by stream over time.
SELECT $__timeGroup(told.minute, $__interval, 0) AS "time", told.stream AS metric, avg(told.received)::double precision AS "value"
FROM (
    SELECT minute, stream, sum(received) AS received FROM ingest_account
    WHERE $__timeFilter(minute) AND stream = ANY (ARRAY[$stream]::text[])
    GROUP BY minute, stream
) AS told
GROUP BY 1, 2
ORDER BY 1, 2

-- name: books
-- What became of the received readings over time.
SELECT $__timeGroup(minute, $__interval) AS "time", sum(stored)::double precision AS stored,
       sum(duplicate)::double precision AS duplicate, sum(rejected)::double precision AS rejected
FROM ingest_account
WHERE $__timeFilter(minute) AND stream = ANY (ARRAY[$stream]::text[])
GROUP BY 1
ORDER BY 1

-- name: totals
-- The books of the period: what was received and what became of it.
SELECT sum(received)::double precision AS received, sum(stored)::double precision AS stored,
       sum(duplicate)::double precision AS duplicate, sum(rejected)::double precision AS rejected,
       sum(received - stored - duplicate - rejected)::double precision AS unaccounted, sum(mended)::double precision AS mended
FROM ingest_account
WHERE $__timeFilter(minute) AND stream = ANY (ARRAY[$stream]::text[])

-- name: accounts
-- The books of the period by stream.
SELECT stream, sum(received) AS received, sum(stored) AS stored, sum(duplicate) AS duplicate, sum(rejected) AS rejected,
       sum(received - stored - duplicate - rejected) AS unaccounted
FROM ingest_account
WHERE $__timeFilter(minute) AND stream = ANY (ARRAY[$stream]::text[])
GROUP BY stream
ORDER BY stream

-- name: waiting
-- Windows that are due and how long the oldest has waited; now, whatever the period.
SELECT count(*)::double precision AS due FROM due_window

-- name: behind
-- How far the newest minute that was computed lies behind the end of the period.
SELECT extract(epoch FROM least($__timeTo()::timestamptz, now()) - max(window_start))::double precision AS behind
FROM lane_state_indicator
WHERE $__timeFilter(window_start)

-- name: latency
-- Latency of readings from the end of what they speak of to their receipt, by hour: least, mean, most.
SELECT $__timeGroup(hour_start, $__interval, NULL) AS "time", min(latency_min_s) AS latency_min_s,
       sum(latency_sum_s) / nullif(sum(timed), 0) AS latency_mean_s, max(latency_max_s) AS latency_max_s
FROM sensor_health JOIN sensor USING (sensor_id)
WHERE $__timeFilter(hour_start) AND sensor.stream = ANY (ARRAY[$stream]::text[]) AND latency_max_s < 86400
GROUP BY 1
ORDER BY 1

-- name: quarantine
-- Refused messages that wait for somebody, by stream and reason.
SELECT stream, reason, count(*) AS messages, sum(readings) AS readings, max(received_at) AS last_received_at, min(detail) AS detail
FROM rejected_message
WHERE $__timeFilter(received_at) AND state = 'kept' AND stream = ANY (ARRAY[$stream]::text[])
GROUP BY stream, reason
ORDER BY readings DESC
LIMIT 50

-- name: refused
-- Refused readings by reason over time.
SELECT $__timeGroup(received_at, $__interval) AS "time", reason AS metric, sum(readings)::double precision AS "value"
FROM rejected_message
WHERE $__timeFilter(received_at) AND stream = ANY (ARRAY[$stream]::text[])
GROUP BY 1, 2
ORDER BY 1, 2

-- name: computed
-- Indicators computed, by family: how long after its end a window was computed, in the period.
SELECT told.family, count(*)::double precision AS windows, percentile_cont(0.5) WITHIN GROUP (ORDER BY told.after_s) AS after_s,
       max(told.revision)::double precision AS revision
FROM (
    SELECT 'signal' AS family, extract(epoch FROM computed_at - window_start) - width_s AS after_s, revision
    FROM signal_indicator WHERE $__timeFilter(window_start)
    UNION ALL
    SELECT 'approach', extract(epoch FROM computed_at - window_start) - width_s, revision
    FROM approach_indicator WHERE $__timeFilter(window_start)
    UNION ALL
    SELECT 'section', extract(epoch FROM computed_at - window_start) - width_s, revision
    FROM section_indicator WHERE $__timeFilter(window_start)
    UNION ALL
    SELECT 'energy', extract(epoch FROM computed_at - window_start) - width_s, revision
    FROM energy_indicator WHERE $__timeFilter(window_start)
    UNION ALL
    SELECT 'workload', extract(epoch FROM computed_at - window_start) - width_s, revision
    FROM workload_indicator WHERE $__timeFilter(window_start)
) AS told
GROUP BY told.family
ORDER BY told.family

-- name: own_energy
-- The platform's own energy by the measured energy of a message, over time.
SELECT $__timeGroup(told.minute, $__interval) AS "time",
       sum(told.received * told.energy_mj) / 3600 AS own_energy_mwh
FROM (
    SELECT minute, received, threshold_at('platform_message_energy', $__timeTo()::timestamptz) AS energy_mj
    FROM ingest_account
    WHERE $__timeFilter(minute)
) AS told
WHERE told.energy_mj IS NOT NULL
GROUP BY 1
ORDER BY 1

-- name: kept
-- How long what is kept, and why.
SELECT table_name, keep::text AS keep, extendable, reason FROM retention ORDER BY table_name
