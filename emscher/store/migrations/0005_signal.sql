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
    amber_s double precision,
    red_amber_s double precision,
    green_min_s double precision,
    violation_count integer,
    gap_out_count integer,
    max_out_count integer,
    force_off_count integer,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (sensor_id, signal_group, window_start)
);
COMMENT ON COLUMN signal_indicator.violation_count IS 'Transitions that no kind of signal may make, such as red to amber or green to red-amber';
COMMENT ON COLUMN signal_indicator.gap_out_count IS 'NULL where the controller reports states and no events';
SELECT keep_indicators('signal_indicator', '7 days');

-- Durations are weighted by cycles: a cycle has one amber and one red-amber.
SELECT roll_up_buckets('signal_indicator', 'sensor_id, signal_group', $measures$
    sum(cycle_s * cycle_count) / nullif(sum(cycle_count), 0) AS cycle_s,
    sum(green_ratio * cycle_s * cycle_count) / nullif(sum(cycle_s * cycle_count), 0) AS green_ratio,
    sum(cycle_count) AS cycle_count,
    sum(amber_s * cycle_count) / nullif(sum(cycle_count) FILTER (WHERE amber_s IS NOT NULL), 0) AS amber_s,
    sum(red_amber_s * cycle_count) / nullif(sum(cycle_count) FILTER (WHERE red_amber_s IS NOT NULL), 0) AS red_amber_s,
    min(green_min_s) AS green_min_s, sum(violation_count) AS violation_count, sum(gap_out_count) AS gap_out_count,
    sum(max_out_count) AS max_out_count, sum(force_off_count) AS force_off_count
$measures$, ARRAY['1h', '1d']);

GRANT SELECT ON signal_reading, signal_latest, signal_indicator, signal_indicator_1h, signal_indicator_1d TO emscher_public;
