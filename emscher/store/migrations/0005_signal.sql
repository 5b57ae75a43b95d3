-- Traffic signals: controller events, and cycle and green per signal group.

CREATE TABLE signal_reading (
    sensor_id integer NOT NULL,
    observed_at timestamptz NOT NULL,
    simulated boolean NOT NULL,
    code smallint NOT NULL,
    parameter integer NOT NULL,
    PRIMARY KEY (sensor_id, observed_at, code, parameter)
);
COMMENT ON COLUMN signal_reading.code IS 'Indiana enumeration; from 1000 on the state a signal group changed to: dark, red, amber, green, red-amber';
COMMENT ON COLUMN signal_reading.parameter IS 'Phase, detector or value of the code; signal group of a state';
SELECT readings_table('signal', '1 day', '14 days', true, 'indicators are kept longer');

CREATE TABLE signal_indicator (
    sensor_id integer NOT NULL,
    signal_group integer NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    cycle_s double precision,
    green_ratio double precision,
    cycle_count integer NOT NULL,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (sensor_id, signal_group, window_start)
);
SELECT keep_indicators('signal_indicator', '7 days');

SELECT roll_up_buckets('signal_indicator', 'sensor_id, signal_group', $measures$
    sum(cycle_s * cycle_count) / nullif(sum(cycle_count), 0) AS cycle_s,
    sum(green_ratio * cycle_s * cycle_count) / nullif(sum(cycle_s * cycle_count), 0) AS green_ratio,
    sum(cycle_count) AS cycle_count
$measures$, ARRAY['1h', '1d']);

GRANT SELECT ON signal_reading, signal_latest, signal_indicator, signal_indicator_1h, signal_indicator_1d TO emscher_public;
