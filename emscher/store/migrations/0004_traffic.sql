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

DO $$
DECLARE
    bucket record;
BEGIN
    FOR bucket IN SELECT * FROM (VALUES
        ('15min', interval '15 minutes', 'time_bucket(''15 minutes'', window_start)'),
        ('1h', interval '1 hour', 'time_bucket(''1 hour'', window_start)'),
        ('1d', interval '1 day', 'time_bucket(''1 day'', window_start, ''Europe/Berlin'')')
    ) AS b (suffix, width, expression) LOOP
        PERFORM roll_up('traffic_indicator_' || bucket.suffix, format($query$
            SELECT sensor_id, %s AS window_start, bool_or(simulated) AS simulated,
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
            FROM traffic_indicator GROUP BY 1, 2
        $query$, bucket.expression), bucket.width);
    END LOOP;
END
$$;

-- Traffic is open data as it stands.
GRANT SELECT ON traffic_reading, traffic_latest, traffic_indicator,
    traffic_indicator_15min, traffic_indicator_1h, traffic_indicator_1d TO emscher_public;
