-- Workload of servers: counters per application and node, and the energy an application is to answer for.

CREATE TABLE workload_reading (
    sensor_id integer NOT NULL,
    observed_at timestamptz NOT NULL,
    simulated boolean NOT NULL,
    cpu_s double precision NOT NULL,
    memory_bytes bigint,
    operations bigint,
    PRIMARY KEY (sensor_id, observed_at)
);
SELECT readings_table('workload', '7 days', '400 days', true, 'a year and a month, to compare with the year before');

CREATE TABLE workload_indicator (
    sensor_id integer NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    cpu_share_ratio double precision,
    energy_kwh double precision,
    coverage_ratio double precision NOT NULL,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (sensor_id, window_start)
);
COMMENT ON COLUMN workload_indicator.energy_kwh IS 'Active share of the node''s energy by CPU time; idle energy is not attributed here';
SELECT keep_indicators('workload_indicator', '30 days');

SELECT roll_up_buckets('workload_indicator', 'sensor_id', $measures$
    avg(cpu_share_ratio) AS cpu_share_ratio, sum(energy_kwh) AS energy_kwh,
    sum(coverage_ratio * width_s) AS covered_s
$measures$, ARRAY['1h', '1d']);
