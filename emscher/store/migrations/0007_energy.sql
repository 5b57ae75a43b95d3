-- Energy meters: readings, kWh per meter and quarter hour, and the sums that are published.

CREATE TABLE energy_reading (
    sensor_id integer NOT NULL,
    observed_at timestamptz NOT NULL,
    simulated boolean NOT NULL,
    energy_wh double precision,
    power_w double precision,
    quality_code smallint NOT NULL,
    PRIMARY KEY (sensor_id, observed_at)
);
COMMENT ON COLUMN energy_reading.quality_code IS '0 measured, 1 estimated, 2 substituted';
SELECT readings_table('energy', '7 days', '400 days', true, 'a year and a month, to compare with the year before');

CREATE TABLE energy_indicator (
    sensor_id integer NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    energy_kwh double precision,
    method smallint NOT NULL,
    coverage_ratio double precision NOT NULL,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (sensor_id, window_start)
);
COMMENT ON COLUMN energy_indicator.method IS '1 from the counter, 2 from power';
SELECT keep_indicators('energy_indicator', '30 days');

SELECT roll_up_buckets('energy_indicator', 'sensor_id', $measures$
    sum(energy_kwh) AS energy_kwh, sum(coverage_ratio * width_s) AS covered_s
$measures$, ARRAY['1h', '1d']);

-- Published: the sum over a site's meters at one measurement point, per hour; which server draws what stays inside.
CREATE VIEW energy_public AS
SELECT s.site_id, s.metadata ->> 'measurement_point' AS measurement_point,
       time_bucket('1 hour', i.window_start) AS window_start, 3600 AS width_s, bool_or(i.simulated) AS simulated,
       sum(i.energy_kwh) AS energy_kwh, count(DISTINCT i.sensor_id) AS meter_count,
       avg(i.coverage_ratio) AS coverage_ratio
FROM energy_indicator AS i JOIN sensor AS s USING (sensor_id)
GROUP BY 1, 2, 3;
GRANT SELECT ON energy_public TO emscher_public;
