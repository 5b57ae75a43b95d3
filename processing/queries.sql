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

-- name: make_due
-- Make due a family's windows of a span at every site that said anything in it.
INSERT INTO due_window (family, site_id, window_start)
SELECT %(family)s, site_id, to_timestamp(number * %(width_s)s)
FROM (
    SELECT DISTINCT site_id FROM sensor
    WHERE stream = %(stream)s AND EXISTS (
        SELECT FROM {readings} AS said
        WHERE said.sensor_id = sensor.sensor_id AND observed_at >= %(since)s AND observed_at < %(until)s)
) AS heard
CROSS JOIN generate_series(
    floor(date_part('epoch', %(first)s::timestamptz) / %(width_s)s)::bigint,
    ceil(date_part('epoch', %(last)s::timestamptz) / %(width_s)s)::bigint - 1) AS number
ORDER BY site_id, number

-- name: make_sections_due
-- Make due windows at the sites whose road sections name the cross-sections that changed.
INSERT INTO due_window (family, site_id, window_start)
SELECT %(family)s, site_id, to_timestamp(number * %(width_s)s)
FROM site
CROSS JOIN unnest(%(numbers)s::bigint[]) AS number
WHERE metadata ? 'sections' AND (%(changed_site)s::integer IS NULL OR jsonb_path_exists(
    metadata, 'lax $.sections[*].parts[*] ? (@.site == $key)',
    jsonb_build_object('key', (SELECT key FROM site AS changed WHERE changed.site_id = %(changed_site)s))))
ORDER BY site_id, number

-- name: make_virtual_sections_due
-- Make due windows at the sites whose virtual cross-sections name the cross-sections that changed.
INSERT INTO due_window (family, site_id, window_start)
SELECT %(family)s, site_id, to_timestamp(number * %(width_s)s)
FROM site
CROSS JOIN unnest(%(numbers)s::bigint[]) AS number
WHERE metadata ? 'virtual_sections' AND (%(changed_site)s::integer IS NULL OR jsonb_path_exists(
    metadata, 'lax $.virtual_sections[*].*[*] ? (@.site == $key)',
    jsonb_build_object('key', (SELECT key FROM site AS changed WHERE changed.site_id = %(changed_site)s))))
ORDER BY site_id, number

-- name: make_site_due
-- Make due windows of the site that changed, none after its newest reading: the next one makes those due.
INSERT INTO due_window (family, site_id, window_start)
SELECT %(family)s, site_id, to_timestamp(number * %(width_s)s)
FROM (
    SELECT site_id, max(observed_at) AS heard_at FROM sensor JOIN traffic_latest USING (sensor_id)
    WHERE %(changed_site)s::integer IS NULL OR site_id = %(changed_site)s
    GROUP BY site_id
) AS heard
CROSS JOIN unnest(%(numbers)s::bigint[]) AS number
WHERE site_id IS NOT NULL AND to_timestamp(number * %(width_s)s) <= heard_at
ORDER BY site_id, number

-- name: anything_due
-- Whether any window waits.
SELECT EXISTS (SELECT FROM due_window)

-- name: site_sensors
-- What is known of a site's sensors.
SELECT sensor_id, stream, metadata, key FROM sensor WHERE site_id = %(site_id)s ORDER BY sensor_id

-- name: site_metadata
-- What is known of a site.
SELECT metadata FROM site WHERE site_id = %(site_id)s

-- name: thresholds
-- Limits and factors with the days they hold.
SELECT name, scope, value, valid_from, valid_to FROM threshold

-- name: lane_rows
-- Intervals of a site's lanes with everything that is checked, and why a value is missing.
COPY (
    SELECT sensor_id, observed_at, simulated, interval_s, coalesce(count::double precision, 'NaN'),
           coalesce(heavy_count::double precision, 'NaN'), coalesce(occupancy_pct, 'NaN'), coalesce(speed_kmh, 'NaN'),
           coalesce(car_speed_kmh, 'NaN'), coalesce(heavy_speed_kmh, 'NaN'), coalesce(speed_std_kmh, 'NaN'),
           coalesce(gap_s, 'NaN'), status_bits
    FROM traffic_reading
    WHERE sensor_id = ANY (ARRAY(SELECT sensor_id FROM sensor WHERE site_id = {site_id} AND stream = 'traffic'))
      AND observed_at >= {since} AND observed_at < {until}
    ORDER BY sensor_id, observed_at
) TO STDOUT (FORMAT binary)

-- name: class_rows
-- Intervals of a site's lanes that tell classes of vehicles apart.
COPY (
    SELECT sensor_id, observed_at, simulated, interval_s, coalesce(motorcycle_count::double precision, 'NaN'),
           coalesce(passenger_car_count::double precision, 'NaN'), coalesce(van_count::double precision, 'NaN'),
           coalesce(car_trailer_count::double precision, 'NaN'), coalesce(truck_count::double precision, 'NaN'),
           coalesce(truck_trailer_count::double precision, 'NaN'), coalesce(articulated_count::double precision, 'NaN'),
           coalesce(bus_count::double precision, 'NaN'), coalesce(unclassified_count::double precision, 'NaN')
    FROM traffic_reading
    WHERE sensor_id = ANY (ARRAY(SELECT sensor_id FROM sensor WHERE site_id = {site_id} AND stream = 'traffic'))
      AND observed_at >= {since} AND observed_at < {until}
      AND num_nonnulls(motorcycle_count, passenger_car_count, van_count, car_trailer_count, truck_count,
                       truck_trailer_count, articulated_count, bus_count, unclassified_count) > 0
    ORDER BY sensor_id, observed_at
) TO STDOUT (FORMAT binary)

-- name: hour_rows
-- Flows and densities of a site's cross-sections.
COPY (
    SELECT bearing_deg::integer, window_start, width_s, simulated, coalesce(flow_veh_h, 'NaN'),
           coalesce(density_veh_km, 'NaN'), lane_count::integer
    FROM cross_section_indicator
    WHERE site_id = {site_id} AND window_start >= {since} AND window_start < {until} AND width_s <= 900
    ORDER BY bearing_deg, window_start
) TO STDOUT (FORMAT binary)

-- name: section_part_rows
-- Parts of a site's road sections as its description has them, NaN and -1 for what it does not say.
COPY (
    SELECT section.number::integer, part.number::integer, coalesce(measured.site_id, -1),
           CASE WHEN jsonb_typeof(part.said -> 'bearing_deg') = 'number'
                THEN (part.said ->> 'bearing_deg')::double precision ELSE 'NaN' END,
           CASE WHEN jsonb_typeof(part.said -> 'length_m') = 'number'
                THEN (part.said ->> 'length_m')::double precision ELSE 'NaN' END,
           CASE WHEN jsonb_typeof(part.said -> 'free_speed_kmh') = 'number'
                THEN (part.said ->> 'free_speed_kmh')::double precision ELSE 'NaN' END
    FROM site
    CROSS JOIN jsonb_path_query(site.metadata, 'lax $.sections[*]') WITH ORDINALITY AS section (said, number)
    CROSS JOIN jsonb_path_query(section.said, 'lax $.parts[*]') WITH ORDINALITY AS part (said, number)
    LEFT JOIN site AS measured ON measured.key = part.said ->> 'site'
    WHERE site.site_id = {site_id} AND {since}::timestamptz < {until}::timestamptz
    ORDER BY 1, 2
) TO STDOUT (FORMAT binary)

-- name: section_speed_rows
-- Speeds of the cross-sections that a site's road sections name.
COPY (
    SELECT site_id, bearing_deg::integer, window_start, simulated, coalesce(space_mean_speed_kmh, 'NaN'),
           coalesce(speed_smoothed_kmh, 'NaN'), coalesce(occupancy_pct, 'NaN')
    FROM cross_section_indicator
    WHERE site_id = ANY (ARRAY(
        SELECT measured.site_id FROM site
        CROSS JOIN jsonb_path_query(site.metadata, 'lax $.sections[*].parts[*].site') AS said
        JOIN site AS measured ON measured.key = said #>> ARRAY[]::text[]
        WHERE site.site_id = {site_id}))
      AND window_start >= {since} AND window_start < {until} AND width_s = 60
    ORDER BY site_id, bearing_deg, window_start
) TO STDOUT (FORMAT binary)

-- name: virtual_part_rows
-- Parts of a site's virtual cross-sections as its description has them; part 0 is the measured one they are compared with.
COPY (
    SELECT section.number::integer, part.number::integer, coalesce(measured.site_id, -1),
           CASE WHEN jsonb_typeof(part.said -> 'bearing_deg') = 'number'
                THEN (part.said ->> 'bearing_deg')::double precision ELSE 'NaN' END,
           CASE WHEN NOT part.said ? 'share' THEN 1
                WHEN jsonb_typeof(part.said -> 'share') = 'number' THEN (part.said ->> 'share')::double precision
                ELSE 'NaN' END,
           coalesce(section.said -> 'speed_of' = to_jsonb(part.number), false)
    FROM site
    CROSS JOIN jsonb_path_query(site.metadata, 'lax $.virtual_sections[*]') WITH ORDINALITY AS section (said, number)
    CROSS JOIN LATERAL (
        SELECT said, number FROM jsonb_path_query(section.said, 'lax $.parts[*]') WITH ORDINALITY AS one (said, number)
        UNION ALL SELECT section.said -> 'measured', 0 WHERE section.said ? 'measured'
    ) AS part
    LEFT JOIN site AS measured ON measured.key = part.said ->> 'site'
    WHERE site.site_id = {site_id} AND {since}::timestamptz < {until}::timestamptz
    ORDER BY 1, 2
) TO STDOUT (FORMAT binary)

-- name: virtual_flow_rows
-- Minutes of the cross-sections that a site's virtual ones name.
COPY (
    SELECT site_id, bearing_deg::integer, window_start, simulated, coalesce(flow_veh_h, 'NaN'),
           coalesce(speed_kmh, 'NaN'), coalesce(quality_ratio, 'NaN'), interpolated
    FROM cross_section_indicator
    WHERE site_id = ANY (ARRAY(
        SELECT measured.site_id FROM site
        CROSS JOIN jsonb_path_query(site.metadata, 'lax $.virtual_sections[*].*[*].site') AS said
        JOIN site AS measured ON measured.key = said #>> ARRAY[]::text[]
        WHERE site.site_id = {site_id}))
      AND window_start >= {since} AND window_start < {until} AND width_s = 60
    ORDER BY site_id, bearing_deg, window_start
) TO STDOUT (FORMAT binary)

-- name: forecast_rows
-- Flows of a site's cross-sections in a span and, from an hour before to two hours after it, in four weeks before.
COPY (
    SELECT bearing_deg::integer, window_start, width_s, simulated, coalesce(flow_veh_h, 'NaN')
    FROM cross_section_indicator
    WHERE site_id = {site_id} AND width_s <= 300 AND bearing_deg = ANY (ARRAY(
        SELECT DISTINCT bearing_deg FROM cross_section_indicator
        WHERE site_id = {site_id} AND window_start >= {since} AND window_start < {until}))
      AND (
        (window_start >= {since}::timestamptz - interval '673 hours'
            AND window_start < {until}::timestamptz - interval '670 hours')
        OR (window_start >= {since}::timestamptz - interval '505 hours'
            AND window_start < {until}::timestamptz - interval '502 hours')
        OR (window_start >= {since}::timestamptz - interval '337 hours'
            AND window_start < {until}::timestamptz - interval '334 hours')
        OR (window_start >= {since}::timestamptz - interval '169 hours'
            AND window_start < {until}::timestamptz - interval '166 hours')
        OR (window_start >= {since} AND window_start < {until}))
    ORDER BY bearing_deg, window_start
) TO STDOUT (FORMAT binary)

-- name: quality_rows
-- How much of each hour a site's lanes reported soundly.
COPY (
    SELECT sensor_id, window_start, simulated, sound_ratio FROM lane_quality_indicator
    WHERE sensor_id = ANY (ARRAY(SELECT sensor_id FROM sensor WHERE site_id = {site_id} AND stream = 'traffic'))
      AND window_start >= {since} AND window_start < {until}
    ORDER BY sensor_id, window_start
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

-- name: approach_events
-- What a site's controllers reported of signals, detectors, calls and restarts, where its approaches are described.
COPY (
    SELECT sensor_id, observed_at, simulated, code, parameter
    FROM signal_reading
    WHERE sensor_id = ANY (ARRAY(
        SELECT sensor_id FROM sensor JOIN site USING (site_id)
        WHERE site_id = {site_id} AND stream = 'signal' AND site.metadata ? 'approaches'))
      AND observed_at >= {since} AND observed_at < {until}
      AND code IN (1, 4, 5, 6, 7, 8, 9, 10, 11, 21, 22, 45, 81, 82, 90, 182, 184, 1000, 1001, 1002, 1003, 1004)
    ORDER BY sensor_id, parameter, observed_at, code
) TO STDOUT (FORMAT binary)

-- name: approach_counts
-- Counts of intervals by a site's lanes, where its approaches are described.
COPY (
    SELECT sensor_id, observed_at, simulated, interval_s, coalesce(count::double precision, 'NaN')
    FROM traffic_reading
    WHERE sensor_id = ANY (ARRAY(
        SELECT sensor_id FROM sensor JOIN site USING (site_id)
        WHERE site_id = {site_id} AND stream = 'traffic' AND site.metadata ? 'approaches'))
      AND observed_at >= {since} AND observed_at < {until}
    ORDER BY sensor_id, observed_at
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
    SELECT sensor_id, observed_at, simulated, coalesce(energy_wh, 'NaN'), coalesce(power_w, 'NaN'),
           coalesce(power_avg_w, 'NaN'), coalesce(interval_s, 0), quality_code
    FROM energy_reading
    WHERE sensor_id = ANY (ARRAY(SELECT sensor_id FROM sensor WHERE site_id = {site_id} AND stream = 'energy'))
      AND observed_at >= {since} AND observed_at < {until}
    ORDER BY sensor_id, observed_at
) TO STDOUT (FORMAT binary)

-- name: node_energy_rows
-- Readings of the meters of a site's servers: at their inputs, or where the site says, so that none counts twice.
COPY (
    SELECT sensor_id, observed_at, simulated, coalesce(energy_wh, 'NaN'), coalesce(power_w, 'NaN'),
           coalesce(power_avg_w, 'NaN'), coalesce(interval_s, 0), quality_code
    FROM energy_reading
    WHERE sensor_id = ANY (ARRAY(
        SELECT sensor.sensor_id FROM sensor JOIN site USING (site_id)
        WHERE site_id = {site_id} AND stream = 'energy'
          AND sensor.metadata ->> 'measurement_point' = coalesce(site.metadata ->> 'node_measurement_point', 'it_input')))
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

-- name: known
-- Whether a family's table has anything of a span.
SELECT EXISTS (
    SELECT FROM {table}
    WHERE {whose} = ANY (%(whose)s) AND window_start >= %(first)s AND window_start < %(last)s)

-- name: publish
-- Write indicators; one that comes out as before is not touched, a changed one counts its revision.
INSERT INTO {table} ({columns}, revision, computed_at)
SELECT {columns}, 0, %(now)s FROM {staging} ORDER BY {key}
ON CONFLICT ({key}) DO UPDATE
SET ({values}) = ROW ({new}), revision = {table}.revision + 1, computed_at = excluded.computed_at
WHERE ({old}) IS DISTINCT FROM ({new})
RETURNING window_start

-- name: prune
-- Remove what windows no longer hold: a late reading can show that an earlier value was none, or has another width.
DELETE FROM {table} AS kept
WHERE {whose} = ANY (%(whose)s) AND window_start >= %(first)s AND window_start < %(last)s
  AND floor(date_part('epoch', window_start) / %(width_s)s)::bigint = ANY (%(numbers)s::bigint[])
  AND NOT EXISTS (SELECT FROM {staging} AS new WHERE ({new}) = ({kept}))
RETURNING window_start

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
