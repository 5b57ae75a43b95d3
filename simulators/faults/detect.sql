-- name: refused
-- quarantine: its messages are refused
SELECT DISTINCT sensor_key FROM rejected_message WHERE sensor_key IS NOT NULL

-- name: repeated
-- health: readings repeat the moment of the newest (not told of signals, of which many share a moment)
SELECT key FROM sensor_health JOIN sensor USING (sensor_id) WHERE stream <> 'signal'
GROUP BY key HAVING sum(repeated) > 0

-- name: out_of_order
-- health: readings came after newer ones
SELECT key FROM sensor_health JOIN sensor USING (sensor_id) GROUP BY key HAVING sum(out_of_order) > 0

-- name: late
-- health: the largest latency is above 90 s
SELECT key FROM sensor_health JOIN sensor USING (sensor_id) GROUP BY key HAVING max(latency_max_s) > 90

-- name: clock_ahead
-- health: the clock is ahead by more than a second, for readings come before their time
SELECT key FROM sensor_health JOIN sensor USING (sensor_id) GROUP BY key HAVING min(latency_min_s) < -1

-- name: missing
-- health: more than 1 % of the time is missing since the first reading, two intervals aside, where a cadence is known
WITH there AS (
    SELECT sensor_id, sum(interval_s)::double precision AS covered_s, min(observed_at) AS since,
           max(interval_s)::double precision AS usual_s
    FROM traffic_reading GROUP BY sensor_id
    UNION ALL
    SELECT sensor_id, sum(interval_s), min(observed_at), max(interval_s) FROM wlan_reading GROUP BY sensor_id
    UNION ALL
    SELECT sensor_id, count(*) * cadence_s, min(observed_at) - make_interval(secs => cadence_s), cadence_s
    FROM (SELECT sensor_id, observed_at FROM energy_reading
          UNION ALL SELECT sensor_id, observed_at FROM workload_reading) AS moment
        JOIN (SELECT sensor_id, (metadata ->> 'interval_s')::double precision AS cadence_s FROM sensor) AS known
        USING (sensor_id)
    WHERE cadence_s IS NOT NULL
    GROUP BY sensor_id, cadence_s)
SELECT key FROM there JOIN sensor USING (sensor_id)
WHERE extract(epoch FROM %(now)s - since) > 2 * usual_s
  AND covered_s < 0.99 * (extract(epoch FROM %(now)s - since) - 2 * usual_s)

-- name: constant
-- lane_state: values stand still for too long
SELECT DISTINCT key FROM lane_state_indicator JOIN sensor USING (sensor_id) WHERE fault_bits & 16 > 0

-- name: implausible
-- lane_state: values contradict each other or are above their limit
SELECT DISTINCT key FROM lane_state_indicator JOIN sensor USING (sensor_id) WHERE fault_bits & 14 > 0

-- name: detector_stuck
-- approach: a detector of the controller stays on or off for too long
SELECT DISTINCT key FROM approach_indicator JOIN sensor USING (sensor_id)
WHERE 4 IN (arrival_reason, presence_reason, red_reason)

-- name: detector_silent
-- approach: a detector of the controller has not reported in a whole quarter hour
SELECT DISTINCT key FROM approach_indicator JOIN sensor USING (sensor_id)
WHERE 3 IN (arrival_reason, presence_reason, red_reason)
  AND window_start + make_interval(secs => width_s + 120) <= %(now)s

-- name: controller_covered
-- approach: less than 99 % of a quarter hour of the controller is covered
SELECT DISTINCT key FROM approach_indicator JOIN sensor USING (sensor_id)
WHERE coverage_ratio < 0.99 AND window_start > %(began)s
  AND window_start + make_interval(secs => width_s + 900) <= %(now)s

-- name: counter_backwards
-- energy: a counter went back that cannot
SELECT DISTINCT key FROM energy_indicator JOIN sensor USING (sensor_id) WHERE backward_count > 0

-- name: counter_anew
-- energy: a counter began anew
SELECT DISTINCT key FROM energy_indicator JOIN sensor USING (sensor_id) WHERE reset_count > 0

-- name: meter_covered
-- energy: less than 99 % of a whole quarter hour is covered
SELECT DISTINCT key FROM energy_indicator JOIN sensor USING (sensor_id)
WHERE coverage_ratio < 0.99 AND window_start > %(began)s
  AND window_start + make_interval(secs => width_s + 120) <= %(now)s

-- name: application_covered
-- workload: less than 99 % of a whole quarter hour is covered
SELECT DISTINCT key FROM workload_indicator JOIN sensor USING (sensor_id)
WHERE coverage_ratio < 0.99 AND window_start > %(began)s
  AND window_start + make_interval(secs => width_s + 120) <= %(now)s
