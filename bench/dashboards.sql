-- name: sites
-- A hundred junctions, twenty roads, forty zones, ten data centres.
INSERT INTO site (key, kind, name, longitude, latitude, metadata)
SELECT 'j' || n, 'junction', 'Junction ' || n, 7.4 + n * 0.001, 51.5 + n % 10 * 0.002, jsonb_build_object(
           'road', 'Road ' || n % 20, 'speed_limit_kmh', 50, 'approaches', jsonb_build_array(
               '{"key": "eastbound", "signal_group": 2, "coordinated": true, "detectors": [{"function": "advance", "channel": 22, "distance_m": 50}]}'::jsonb,
               '{"key": "westbound", "signal_group": 6, "coordinated": true}'::jsonb,
               '{"key": "southbound", "signal_group": 4}'::jsonb))
FROM generate_series(1, 100) AS n
UNION ALL
SELECT 'r' || n, 'road', 'Road ' || n, 7.4, 51.5, jsonb_build_object(
           'road', 'Road ' || n, 'sections', '[{"name": "Eastbound"}, {"name": "Westbound"}]'::jsonb)
FROM generate_series(0, 19) AS n
UNION ALL
SELECT 'z' || n, 'wlan_zone', 'Zone ' || n, 7.4, 51.5, '{}' FROM generate_series(1, 40) AS n
UNION ALL
SELECT 'd' || n, 'server_room', 'Data centre ' || n, 7.4, 51.5, '{}' FROM generate_series(1, 10) AS n

-- name: sensors
-- A thousand sensors: 500 lanes, 100 controllers, 200 access points, 100 meters, 100 applications.
INSERT INTO sensor (key, stream, site_id, configured, metadata)
SELECT s.key || '.d' || n, 'traffic', s.site_id, true,
       jsonb_build_object('lane', 1 + n % 2, 'direction', (ARRAY['E', 'E', 'W', 'W', 'S'])[n])
FROM site AS s CROSS JOIN generate_series(1, 5) AS n WHERE s.kind = 'junction'
UNION ALL
SELECT s.key || '.ctl', 'signal', s.site_id, true, '{}' FROM site AS s WHERE s.kind = 'junction'
UNION ALL
SELECT s.key || '.ap' || n, 'wlan', s.site_id, true, '{}'
FROM site AS s CROSS JOIN generate_series(1, 5) AS n WHERE s.kind = 'wlan_zone'
UNION ALL
SELECT s.key || '.m' || n, 'energy', s.site_id, true, jsonb_build_object(
           'node', CASE WHEN n > 2 THEN s.key || '-srv' || n END,
           'measurement_point', CASE n WHEN 1 THEN 'utility' WHEN 2 THEN 'ups_out' ELSE 'it_input' END)
FROM site AS s CROSS JOIN generate_series(1, 10) AS n WHERE s.kind = 'server_room'
UNION ALL
SELECT s.key || '.a' || n, 'workload', s.site_id, true,
       jsonb_build_object('node', s.key || '-srv' || 3 + n % 8, 'application', 'application ' || n)
FROM site AS s CROSS JOIN generate_series(1, 10) AS n WHERE s.kind = 'server_room'

-- name: lanes
-- The minutes of a day of every lane.
INSERT INTO lane_state_indicator
SELECT sensor_id, minute, 60, true, 300 + 300 * random(), 0, 45 + 5 * random(), 0, 1, 8, 10, 1, 1, 0,
       CASE WHEN random() < 0.001 THEN 2 ELSE 0 END, 400, 45, 400, 45, 1, 2 + (random() * 2)::integer, 1, 1, 0, now()
FROM generate_series(%(day)s::timestamptz, %(day)s::timestamptz + interval '1439 minutes', interval '1 minute') AS minute
CROSS JOIN sensor WHERE stream = 'traffic'

-- name: directions
-- The minutes of a day of every direction.
INSERT INTO cross_section_indicator (site_id, bearing_deg, window_start, width_s, simulated, flow_veh_h, heavy_share_pct,
    speed_kmh, density_veh_km, pcu_flow_pcu_h, quality_ratio, lane_count, revision, computed_at, space_mean_speed_kmh,
    state_nrw, occupancy_pct)
SELECT site_id, bearing, minute, 60, true, 300 + 300 * random(), 5, 45 + 5 * random(), 10 + 10 * random(), 400, 1, 2, 0,
       now(), 44, 2 + (random() * 2)::integer, 8
FROM generate_series(%(day)s::timestamptz, %(day)s::timestamptz + interval '1439 minutes', interval '1 minute') AS minute
CROSS JOIN site CROSS JOIN unnest(ARRAY[90, 270, 180]) AS bearing
WHERE kind = 'junction'

-- name: parts
-- The minutes of a day of every part of a road.
INSERT INTO incident_indicator
SELECT site_id, section, 1, minute, 60, true, 8, 7, 0, 0, 0, 0, now()
FROM generate_series(%(day)s::timestamptz, %(day)s::timestamptz + interval '1439 minutes', interval '1 minute') AS minute
CROSS JOIN site CROSS JOIN generate_series(1, 2) AS section
WHERE kind = 'road'

-- name: approaches
-- The quarter hours of a day of every approach.
INSERT INTO approach_indicator (sensor_id, signal_group, window_start, width_s, simulated, coverage_ratio, cycle_count,
    cycle_s, green_ratio, max_out_run_count, arrival_count, arrivals_on_green_ratio, platoon_ratio, arrival_reason,
    split_failure_count, presence_reason, flow_veh_h, saturation_ratio, control_delay_hbs_s, qsv, flow_reason,
    red_actuation_count, red_reason, pedestrian_reason, queue_max_veh, queue_reason, advised_cycle_s, advised_green_s,
    advice_reason, revision, computed_at)
SELECT sensor_id, signal_group, quarter, 900, true, 1, 10, 90, 0.4, 1, 90, 0.7, 1.5, 0, (random() * 2)::integer, 0, 400,
       random(), 30, (random() * 5)::integer, 0, 0, 0, 1, 5, 0, 70, 20, 0, 0, now()
FROM generate_series(%(day)s::timestamptz, %(day)s::timestamptz + interval '1425 minutes', interval '15 minutes') AS quarter
CROSS JOIN sensor CROSS JOIN unnest(ARRAY[2, 4, 6]) AS signal_group
WHERE stream = 'signal'

-- name: signals
-- The quarter hours of a day of every signal group.
INSERT INTO signal_indicator
SELECT sensor_id, signal_group, quarter, 900, true, 90, 0.4, 10, 3, 1, 20, 0, 4, 3, 3, 0, now()
FROM generate_series(%(day)s::timestamptz, %(day)s::timestamptz + interval '1425 minutes', interval '15 minutes') AS quarter
CROSS JOIN sensor CROSS JOIN unnest(ARRAY[2, 4, 6, 8]) AS signal_group
WHERE stream = 'signal'

-- name: sections
-- The quarter hours of a day of every section.
INSERT INTO section_indicator
SELECT site_id, section, quarter, 900, true, 650, 45, 50, 48, 57, 1.04, 1.1, 0.1, 1, 0, 0, now()
FROM generate_series(%(day)s::timestamptz, %(day)s::timestamptz + interval '1425 minutes', interval '15 minutes') AS quarter
CROSS JOIN site CROSS JOIN generate_series(1, 2) AS section
WHERE kind = 'road'

-- name: meters
-- The quarter hours of a day of every meter.
INSERT INTO energy_indicator (sensor_id, window_start, width_s, simulated, energy_kwh, method, coverage_ratio, revision, computed_at)
SELECT sensor_id, quarter, 900, true, CASE metadata ->> 'measurement_point' WHEN 'utility' THEN 1.4 ELSE 1 END, 1, 1, 0, now()
FROM generate_series(%(day)s::timestamptz, %(day)s::timestamptz + interval '1425 minutes', interval '15 minutes') AS quarter
CROSS JOIN sensor WHERE stream = 'energy'

-- name: applications
-- The quarter hours of a day of every application.
INSERT INTO workload_indicator (sensor_id, window_start, width_s, simulated, cpu_share_ratio, energy_kwh, idle_kwh,
    coverage_ratio, revision, computed_at)
SELECT sensor_id, quarter, 900, true, random() / 10, 0.1, 0.05, 1, 0, now()
FROM generate_series(%(day)s::timestamptz, %(day)s::timestamptz + interval '1425 minutes', interval '15 minutes') AS quarter
CROSS JOIN sensor WHERE stream = 'workload'

-- name: zones
-- The published hours of a day of every zone.
INSERT INTO wlan_publication
SELECT site_id, hour, 3600, true, 1, 5, 50, 90, 1e9, 4e9, 20, 1, 40, 1, NULL, now()
FROM generate_series(%(day)s::timestamptz, %(day)s::timestamptz + interval '23 hours', interval '1 hour') AS hour
CROSS JOIN site WHERE kind = 'wlan_zone'

-- name: health
-- How every sensor reported in the hours of a day.
INSERT INTO sensor_health
SELECT sensor_id, hour, 'w', 60, 0, 0, 0, 0, 0, 60, 120, 1, 5, array_fill(2, ARRAY[31]), hour, hour
FROM generate_series(%(day)s::timestamptz, %(day)s::timestamptz + interval '23 hours', interval '1 hour') AS hour
CROSS JOIN sensor

-- name: books
-- The books of a day, and an hourly refusal.
WITH refused AS (
    INSERT INTO rejected_message (received_at, stream, reason, detail, readings, payload_bytes)
    SELECT hour, 'traffic', 'too_old', 'bench', 1, 0
    FROM generate_series(%(day)s::timestamptz, %(day)s::timestamptz + interval '23 hours', interval '1 hour') AS hour
)
INSERT INTO ingest_account
SELECT stream, minute, 'w', 100, 99, 0, 1
FROM generate_series(%(day)s::timestamptz, %(day)s::timestamptz + interval '1439 minutes', interval '1 minute') AS minute
CROSS JOIN unnest(ARRAY['traffic', 'signal', 'wlan', 'energy', 'workload']) AS stream

-- name: events
-- Cycles and arrivals of ten controllers over a day.
INSERT INTO signal_reading
SELECT sensor_id, begun + make_interval(secs => event.after_s), true, event.code, event.parameter
FROM generate_series(%(day)s::timestamptz, %(day)s::timestamptz + interval '86310 seconds', interval '90 seconds') AS begun
CROSS JOIN (SELECT sensor_id FROM sensor WHERE stream = 'signal' ORDER BY sensor_id LIMIT 10) AS controller
CROSS JOIN (VALUES (0, 10, 2), (40, 1, 2), (80, 8, 2), (12.5, 82, 22), (44.1, 82, 22), (51.3, 82, 22), (62, 82, 22))
    AS event (after_s, code, parameter)

-- name: newest
-- The newest reading of every detector, a target, and a measure.
WITH latest AS (
    INSERT INTO traffic_latest (sensor_id, observed_at, simulated, interval_s, count, status_bits)
    SELECT sensor_id, now(), true, 60, 10, 0 FROM sensor WHERE stream = 'traffic'
), measured AS (
    INSERT INTO measure VALUES ('M1', 'Measure', 1000, 900, 0, 'bench', '2030-12-31', 'none', true)
)
INSERT INTO target SELECT key, 'pue', 1.3, '1', 'lower', '2030-12-31', 'D', 'R', 2024, 1.6, '', true
FROM site WHERE kind = 'server_room'
