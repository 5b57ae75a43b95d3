-- Traffic detectors: readings, indicators per lane and their roll-ups.

CREATE TABLE traffic_reading (
    sensor_id integer NOT NULL,
    observed_at timestamptz NOT NULL,
    simulated boolean NOT NULL,
    interval_s integer NOT NULL,
    count integer,
    heavy_count integer,
    occupancy_pct double precision,
    speed_kmh double precision,
    car_speed_kmh double precision,
    heavy_speed_kmh double precision,
    gap_s double precision,
    speed_std_kmh double precision,
    status_bits integer NOT NULL,
    PRIMARY KEY (sensor_id, observed_at)
);
COMMENT ON COLUMN traffic_reading.observed_at IS 'Start of the interval';
COMMENT ON COLUMN traffic_reading.status_bits IS 'Two bits per value in the order of the columns: reported, not determinable, faulty, either';
SELECT readings_table('traffic', '1 day', '30 days', true, 'indicators are kept longer');

CREATE TABLE traffic_indicator (
    sensor_id integer NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    flow_veh_h double precision,
    heavy_share_pct double precision,
    occupancy_pct double precision,
    speed_kmh double precision,
    density_veh_km double precision,
    coverage_ratio double precision NOT NULL,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (sensor_id, window_start)
);
SELECT keep_indicators('traffic_indicator', '7 days');

SELECT roll_up_buckets('traffic_indicator', 'sensor_id', $measures$
    sum(flow_veh_h * width_s) / sum(width_s) FILTER (WHERE flow_veh_h IS NOT NULL) AS flow_veh_h,
    sum(heavy_share_pct * flow_veh_h * width_s)
        / nullif(sum(flow_veh_h * width_s) FILTER (WHERE heavy_share_pct IS NOT NULL), 0) AS heavy_share_pct,
    sum(occupancy_pct * width_s) / sum(width_s) FILTER (WHERE occupancy_pct IS NOT NULL) AS occupancy_pct,
    coalesce(
        sum(speed_kmh * flow_veh_h * width_s)
            / nullif(sum(flow_veh_h * width_s) FILTER (WHERE speed_kmh IS NOT NULL), 0),
        avg(speed_kmh) FILTER (WHERE flow_veh_h IS NULL)) AS speed_kmh,
    sum(density_veh_km * width_s) / sum(width_s) FILTER (WHERE density_veh_km IS NOT NULL) AS density_veh_km,
    sum(coverage_ratio * width_s) AS covered_s
$measures$, ARRAY['15min', '1h', '1d']);

-- Traffic is open data as it stands.
GRANT SELECT ON traffic_reading, traffic_latest, traffic_indicator,
    traffic_indicator_15min, traffic_indicator_1h, traffic_indicator_1d TO emscher_public;
