-- name: places
-- Places with their position; of a junction the worst state of its directions, each as it last said something.
SELECT site.kind, site.name, site.longitude, site.latitude, newest.state, coalesce(newest.simulated, false)
FROM site
LEFT JOIN LATERAL (
    SELECT max(state_nrw)::integer AS state, bool_or(simulated) AS simulated
    FROM (
        SELECT DISTINCT ON (bearing_deg) state_nrw, simulated
        FROM cross_section_indicator AS i
        WHERE i.site_id = site.site_id AND window_start >= %(until)s - interval '15 minutes' AND window_start < %(until)s
        ORDER BY bearing_deg, state_nrw > 1 DESC, window_start DESC
    ) AS direction
) AS newest ON true
WHERE site.longitude IS NOT NULL AND site.kind IN ('junction', 'wlan_zone', 'server_room')
ORDER BY site.name

-- name: flows
-- Vehicles per hour of every direction by quarter hour.
SELECT site.name, bearing_deg, window_start, flow_veh_h, simulated
FROM cross_section_indicator_15min JOIN site USING (site_id)
WHERE window_start >= %(since)s AND window_start < %(until)s
ORDER BY site.name, bearing_deg, window_start

-- name: coordinated
-- Approaches with a detector ahead of the stop line, and how long a vehicle drives from there to it.
SELECT site.name, approach ->> 'key', sensor.sensor_id, (approach ->> 'signal_group')::integer,
       (detector ->> 'channel')::integer,
       make_interval(secs => 3.6 * (detector ->> 'distance_m')::double precision
                             / (site.metadata ->> 'speed_limit_kmh')::double precision)
FROM site
JOIN open_sensor AS sensor ON sensor.site_id = site.site_id AND sensor.stream = 'signal'
CROSS JOIN jsonb_array_elements(site.metadata -> 'approaches') AS approach
CROSS JOIN jsonb_array_elements(approach -> 'detectors') AS detector
WHERE detector ->> 'function' = 'advance' AND detector ? 'channel' AND detector ? 'distance_m'
  AND site.metadata ? 'speed_limit_kmh'
ORDER BY site.name, approach ->> 'key'

-- name: arrivals
-- Arrivals at a detector over the seconds of the cycle, with what was shown.
SELECT arrived_at, second_s, state
FROM coordination_diagram(%(controller)s, %(group)s, %(channel)s, %(since)s, %(until)s, %(travel)s)
WHERE second_s IS NOT NULL

-- name: zones
-- Public WLAN as it is published, zone by zone.
SELECT site.name, window_start, clients_concurrent_avg, suppressed, simulated
FROM wlan_public JOIN site USING (site_id)
WHERE window_start >= %(since)s AND window_start < %(until)s
ORDER BY site.name, window_start

-- name: power
-- Mean power of every place and measurement point, hour by hour.
SELECT site.name, measurement_point, window_start, energy_kwh * 3600 / width_s, coverage_ratio, simulated
FROM energy_public JOIN site USING (site_id)
WHERE window_start >= %(since)s AND window_start <= %(until)s - make_interval(secs => width_s)
ORDER BY site.name, measurement_point, window_start
