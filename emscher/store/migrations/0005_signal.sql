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

DO $$
DECLARE
    bucket record;
BEGIN
    FOR bucket IN SELECT * FROM (VALUES
        ('1h', interval '1 hour', 'time_bucket(''1 hour'', window_start)'),
        ('1d', interval '1 day', 'time_bucket(''1 day'', window_start, ''Europe/Berlin'')')
    ) AS b (suffix, width, expression) LOOP
        PERFORM roll_up('signal_indicator_' || bucket.suffix, format($query$
            SELECT sensor_id, signal_group, %s AS window_start, bool_or(simulated) AS simulated,
                   sum(cycle_s * cycle_count) / nullif(sum(cycle_count), 0) AS cycle_s,
                   sum(green_ratio * cycle_s * cycle_count) / nullif(sum(cycle_s * cycle_count), 0) AS green_ratio,
                   sum(cycle_count) AS cycle_count
            FROM signal_indicator GROUP BY 1, 2, 3
        $query$, bucket.expression), bucket.width);
    END LOOP;
END
$$;

GRANT SELECT ON signal_reading, signal_latest, signal_indicator, signal_indicator_1h, signal_indicator_1d TO emscher_public;
