-- name: waiting
-- Sites that have waited longest, by family, among the oldest of the queue; not those that are left aside.
SELECT family, site_id
FROM (
    SELECT due_id, family, site_id FROM due_window
    WHERE family = ANY (%(families)s)
      AND (family, site_id) NOT IN (SELECT * FROM unnest(%(aside_families)s::text[], %(aside_sites)s::integer[]))
    ORDER BY due_id LIMIT 5000
) AS oldest
GROUP BY family, site_id
ORDER BY min(due_id)

-- name: lock
-- Have a family's site to ourselves until the transaction ends, unless another worker has it.
SELECT pg_try_advisory_xact_lock(hashtext(%(family)s), %(site_id)s)

-- name: claim
-- The site's due windows within a day of the first; they stay locked until the transaction that clears them ends.
SELECT due_id, window_start
FROM due_window
WHERE family = %(family)s AND site_id = %(site_id)s
  AND window_start < %(span)s + (
      SELECT min(window_start) FROM due_window WHERE family = %(family)s AND site_id = %(site_id)s)
ORDER BY due_id
LIMIT 100000
FOR UPDATE SKIP LOCKED

-- name: clear
-- Clear exactly the claims whose data were seen.
DELETE FROM due_window WHERE due_id = ANY (%(due_ids)s)

-- name: site_sensors
-- What is known of a site's sensors.
SELECT sensor_id, stream, metadata FROM sensor WHERE site_id = %(site_id)s ORDER BY sensor_id

-- name: traffic_rows
-- Intervals of a site's lanes.
COPY (
    SELECT sensor_id, observed_at, simulated, interval_s, coalesce(count::double precision, 'NaN'),
           coalesce(heavy_count::double precision, 'NaN'), coalesce(occupancy_pct, 'NaN'), coalesce(speed_kmh, 'NaN')
    FROM traffic_reading
    WHERE sensor_id = ANY (ARRAY(SELECT sensor_id FROM sensor WHERE site_id = {site_id} AND stream = 'traffic'))
      AND observed_at >= {since} AND observed_at < {until}
    ORDER BY sensor_id, observed_at
) TO STDOUT (FORMAT binary)

-- name: cross_section_rows
-- Intervals of a site's lanes with speeds by class and why a value is missing.
COPY (
    SELECT sensor_id, observed_at, simulated, interval_s, coalesce(count::double precision, 'NaN'),
           coalesce(heavy_count::double precision, 'NaN'), coalesce(speed_kmh, 'NaN'), coalesce(car_speed_kmh, 'NaN'),
           coalesce(heavy_speed_kmh, 'NaN'), status_bits
    FROM traffic_reading
    WHERE sensor_id = ANY (ARRAY(SELECT sensor_id FROM sensor WHERE site_id = {site_id} AND stream = 'traffic'))
      AND observed_at >= {since} AND observed_at < {until}
    ORDER BY sensor_id, observed_at
) TO STDOUT (FORMAT binary)

-- name: heavy_equivalent_rows
-- What a heavy vehicle counts, by day of the span; of every site alike.
COPY (
    SELECT day, coalesce(threshold_at('traffic_heavy_pcu', day), 'NaN'),
           coalesce(threshold_at('traffic_heavy_pcu_per_kmh', day), 'NaN')
    FROM generate_series(date_trunc('day', {since}::timestamptz, 'UTC'), {until}::timestamptz, '1 day', 'UTC') AS day
    WHERE {site_id} IS NOT NULL
    ORDER BY day
) TO STDOUT (FORMAT binary)

-- name: signal_rows
-- Changes of state, terminations and restarts of a site's controllers.
COPY (
    SELECT sensor_id, observed_at, simulated, code, parameter
    FROM signal_reading
    WHERE sensor_id = ANY (ARRAY(SELECT sensor_id FROM sensor WHERE site_id = {site_id} AND stream = 'signal'))
      AND observed_at >= {since} AND observed_at < {until}
      AND code IN (1, 4, 5, 6, 7, 8, 9, 10, 11, 182, 184, 1000, 1001, 1002, 1003, 1004)
    ORDER BY sensor_id, parameter, observed_at, code
) TO STDOUT (FORMAT binary)

-- name: wlan_rows
-- Quarter hours of a zone's access points.
COPY (
    SELECT sensor_id, observed_at, simulated, coalesce(clients_avg, 'NaN'), coalesce(clients_max::double precision, 'NaN'),
           coalesce(rx_bytes::double precision, 'NaN'), coalesce(tx_bytes::double precision, 'NaN'),
           coalesce(airtime_busy_pct, 'NaN'), coalesce(power_w, 'NaN'), online
    FROM wlan_reading
    WHERE sensor_id = ANY (ARRAY(SELECT sensor_id FROM sensor WHERE site_id = {site_id} AND stream = 'wlan'))
      AND observed_at >= {since} AND observed_at < {until}
    ORDER BY sensor_id, observed_at
) TO STDOUT (FORMAT binary)

-- name: energy_rows
-- Readings of a site's meters.
COPY (
    SELECT sensor_id, observed_at, simulated, coalesce(energy_wh, 'NaN'), coalesce(power_w, 'NaN')
    FROM energy_reading
    WHERE sensor_id = ANY (ARRAY(SELECT sensor_id FROM sensor WHERE site_id = {site_id} AND stream = 'energy'))
      AND observed_at >= {since} AND observed_at < {until}
    ORDER BY sensor_id, observed_at
) TO STDOUT (FORMAT binary)

-- name: node_energy_rows
-- Readings of the meters at the inputs of a site's servers.
COPY (
    SELECT sensor_id, observed_at, simulated, coalesce(energy_wh, 'NaN'), coalesce(power_w, 'NaN')
    FROM energy_reading
    WHERE sensor_id = ANY (ARRAY(
        SELECT sensor_id FROM sensor
        WHERE site_id = {site_id} AND stream = 'energy' AND metadata ->> 'measurement_point' = 'it_input'))
      AND observed_at >= {since} AND observed_at < {until}
    ORDER BY sensor_id, observed_at
) TO STDOUT (FORMAT binary)

-- name: workload_rows
-- CPU time of a site's applications.
COPY (
    SELECT sensor_id, observed_at, simulated, cpu_s
    FROM workload_reading
    WHERE sensor_id = ANY (ARRAY(SELECT sensor_id FROM sensor WHERE site_id = {site_id} AND stream = 'workload'))
      AND observed_at >= {since} AND observed_at < {until}
    ORDER BY sensor_id, observed_at
) TO STDOUT (FORMAT binary)

-- name: create_staging
-- A family's staging table of this connection.
CREATE TEMPORARY TABLE {staging} ON COMMIT DELETE ROWS AS SELECT {columns} FROM {table} WITH NO DATA

-- name: stage
-- Bring computed indicators to the server.
COPY {staging} ({columns}) FROM STDIN (FORMAT binary)

-- name: publish
-- Write indicators; one that comes out as before is not touched, a changed one counts its revision.
INSERT INTO {table} ({columns}, revision, computed_at)
SELECT {columns}, 0, %(now)s FROM {staging} ORDER BY {key}
ON CONFLICT ({key}) DO UPDATE
SET ({values}) = ROW ({new}), revision = {table}.revision + 1, computed_at = excluded.computed_at
WHERE ({old}) IS DISTINCT FROM ({new})

-- name: announce
-- Tell the listeners of the API what is new.
SELECT pg_notify('indicator', %(payload)s)

-- name: apply_retention
-- Remove what is past its retention.
SELECT table_name, removed FROM apply_retention(%(now)s, %(history)s) WHERE removed > 0

-- name: roll_ups
-- Roll-ups that want refreshing.
SELECT roll_ups()

-- name: refresh_roll_up
-- Refresh a roll-up over a span whose indicators were computed long after.
CALL refresh_roll_up(%(name)s, %(since)s, %(until)s)

-- name: publish_wlan
-- Publish the hours of public WLAN that are over for long enough.
SELECT publish_wlan(%(now)s)
