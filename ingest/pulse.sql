-- name: numbers
-- Streams and numbers of sensors.
SELECT stream, key, sensor_id FROM sensor WHERE key = ANY (%(keys)s)

-- name: add
-- Add sums over some seconds to the hour of each sensor.
INSERT INTO sensor_health AS kept (
    sensor_id, hour_start, worker, readings, refused, in_future, too_old, out_of_order, repeated, timed,
    latency_sum_s, latency_min_s, latency_max_s, latency_counts, first_received_at, last_received_at)
SELECT sensor_id, hour_start, %(worker)s, readings, in_future + too_old, in_future, too_old, out_of_order, repeated,
       readings + in_future + too_old, sum_s, lowest_s, highest_s, counts::bigint[], first_at, last_at
FROM unnest(
    %(sensors)s::integer[], %(hours)s::timestamptz[], %(readings)s::bigint[], %(in_future)s::bigint[],
    %(too_old)s::bigint[], %(out_of_order)s::bigint[], %(repeated)s::bigint[], %(sums_s)s::double precision[],
    %(lowest_s)s::double precision[], %(highest_s)s::double precision[], %(counts)s::text[],
    %(firsts)s::timestamptz[], %(lasts)s::timestamptz[])
    AS new (sensor_id, hour_start, readings, in_future, too_old, out_of_order, repeated, sum_s, lowest_s, highest_s,
            counts, first_at, last_at)
ON CONFLICT (sensor_id, hour_start, worker) DO UPDATE
SET readings = kept.readings + excluded.readings, refused = kept.refused + excluded.refused,
    in_future = kept.in_future + excluded.in_future, too_old = kept.too_old + excluded.too_old,
    out_of_order = kept.out_of_order + excluded.out_of_order, repeated = kept.repeated + excluded.repeated,
    timed = kept.timed + excluded.timed, latency_sum_s = kept.latency_sum_s + excluded.latency_sum_s,
    latency_min_s = least(kept.latency_min_s, excluded.latency_min_s),
    latency_max_s = greatest(kept.latency_max_s, excluded.latency_max_s),
    latency_counts = CASE WHEN kept.timed = 0 THEN excluded.latency_counts ELSE ARRAY(
        SELECT old + new
        FROM unnest(kept.latency_counts, excluded.latency_counts) WITH ORDINALITY AS pair (old, new, number)
        ORDER BY number) END,
    first_received_at = least(kept.first_received_at, excluded.first_received_at),
    last_received_at = greatest(kept.last_received_at, excluded.last_received_at)

-- name: add_refused
-- Add readings refused for another reason than their time; they tell nothing of latency.
INSERT INTO sensor_health AS kept (
    sensor_id, hour_start, worker, readings, refused, in_future, too_old, out_of_order, repeated, timed,
    latency_sum_s, latency_counts, first_received_at, last_received_at)
SELECT sensor_id, hour_start, %(worker)s, 0, refused, 0, 0, 0, 0, 0, 0, '{}', %(now)s, %(now)s
FROM unnest(%(sensors)s::integer[], %(hours)s::timestamptz[], %(refused)s::bigint[])
    AS new (sensor_id, hour_start, refused)
ON CONFLICT (sensor_id, hour_start, worker) DO UPDATE
SET refused = kept.refused + excluded.refused,
    last_received_at = greatest(kept.last_received_at, excluded.last_received_at)
