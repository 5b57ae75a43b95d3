-- Public WLAN: counters per access point and quarter hour, devices per zone and hour, and what of it may be published.

CREATE TABLE wlan_reading (
    sensor_id integer NOT NULL,
    observed_at timestamptz NOT NULL CHECK (extract(epoch FROM observed_at)::bigint % 900 = 0),
    simulated boolean NOT NULL,
    interval_s integer NOT NULL CHECK (interval_s = 900),
    clients_max integer,
    clients_avg double precision,
    associations integer,
    rx_bytes bigint,
    tx_bytes bigint,
    airtime_busy_pct double precision,
    online boolean NOT NULL,
    uptime_s double precision,
    power_w double precision,
    PRIMARY KEY (sensor_id, observed_at)
);
COMMENT ON TABLE wlan_reading IS 'One access point over a quarter hour; there is no column for a device, a session or a person';
SELECT readings_table('wlan', '1 day', '30 days', false, 'privacy: nothing per access point is kept longer');

CREATE TABLE wlan_indicator (
    site_id integer NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    clients_concurrent_avg double precision,
    clients_concurrent_max double precision,
    rx_bytes double precision,
    tx_bytes double precision,
    online_ratio double precision,
    access_point_count integer NOT NULL,
    coverage_ratio double precision NOT NULL,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (site_id, window_start)
);
COMMENT ON TABLE wlan_indicator IS 'Devices, not persons: one zone over one hour, before suppression; published is wlan_public';
SELECT keep_indicators('wlan_indicator', '30 days');

-- What everyone may see: a zone with enough access points, an hour with enough devices. A count that is too small is
-- neither shown nor hinted at by the volume of its data; zero stays zero. An hour is shown when it is long over, because
-- one that is still filling gives each access point away by the difference between two answers.
CREATE VIEW wlan_public AS
SELECT i.site_id, i.window_start, i.width_s, i.simulated,
       CASE WHEN s.suppressed THEN NULL ELSE i.clients_concurrent_avg END AS clients_concurrent_avg,
       CASE WHEN s.suppressed THEN NULL ELSE i.clients_concurrent_max END AS clients_concurrent_max,
       CASE WHEN s.suppressed THEN NULL ELSE i.rx_bytes END AS rx_bytes,
       CASE WHEN s.suppressed THEN NULL ELSE i.tx_bytes END AS tx_bytes,
       i.online_ratio, i.access_point_count, i.coverage_ratio, s.suppressed, i.revision, i.computed_at
FROM wlan_indicator AS i
CROSS JOIN LATERAL (
    SELECT coalesce(
        i.access_point_count < threshold_at('wlan_smallest_zone', i.window_start)
        OR (i.clients_concurrent_max > 0
            AND i.clients_concurrent_avg < threshold_at('wlan_smallest_count', i.window_start)),
        true) AS suppressed
) AS s
WHERE i.window_start + make_interval(secs => i.width_s)
    + make_interval(mins => threshold_at('wlan_publication_delay', i.window_start)::integer) <= now();
GRANT SELECT ON wlan_public TO emscher_public;
