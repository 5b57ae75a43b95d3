-- Plan facts, unlawful transitions and terminations per signal group. A view cannot take up columns, so the roll-ups are
-- made anew; on TimescaleDB they are filled again from the indicators, which are kept for a year.

ALTER TABLE signal_indicator
    ADD COLUMN amber_s double precision,
    ADD COLUMN red_amber_s double precision,
    ADD COLUMN green_min_s double precision,
    ADD COLUMN violation_count integer,
    ADD COLUMN gap_out_count integer,
    ADD COLUMN max_out_count integer,
    ADD COLUMN force_off_count integer;
COMMENT ON COLUMN signal_indicator.violation_count IS 'Transitions that no kind of signal may make, such as red to amber or green to red-amber';
COMMENT ON COLUMN signal_indicator.gap_out_count IS 'NULL where the controller reports states and no events';

DO $$
DECLARE
    bucket record;
    kind text := CASE WHEN EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END;
BEGIN
    FOR bucket IN SELECT * FROM (VALUES
        ('1h', interval '1 hour', 'time_bucket(''1 hour'', window_start)'),
        ('1d', interval '1 day', 'time_bucket(''1 day'', window_start, ''Europe/Berlin'')')
    ) AS b (suffix, width, expression) LOOP
        EXECUTE format('DROP %s %I', kind, 'signal_indicator_' || bucket.suffix);
        -- Durations are weighted by cycles: a cycle has one amber and one red-amber.
        PERFORM roll_up('signal_indicator_' || bucket.suffix, format($query$
            SELECT sensor_id, signal_group, %s AS window_start, bool_or(simulated) AS simulated,
                   sum(cycle_s * cycle_count) / nullif(sum(cycle_count), 0) AS cycle_s,
                   sum(green_ratio * cycle_s * cycle_count) / nullif(sum(cycle_s * cycle_count), 0) AS green_ratio,
                   sum(cycle_count) AS cycle_count,
                   sum(amber_s * cycle_count) / nullif(sum(cycle_count) FILTER (WHERE amber_s IS NOT NULL), 0) AS amber_s,
                   sum(red_amber_s * cycle_count) / nullif(sum(cycle_count) FILTER (WHERE red_amber_s IS NOT NULL), 0) AS red_amber_s,
                   min(green_min_s) AS green_min_s, sum(violation_count) AS violation_count,
                   sum(gap_out_count) AS gap_out_count, sum(max_out_count) AS max_out_count,
                   sum(force_off_count) AS force_off_count
            FROM signal_indicator GROUP BY 1, 2, 3
        $query$, bucket.expression), bucket.width);
    END LOOP;
END
$$;

GRANT SELECT ON signal_indicator_1h, signal_indicator_1d TO emscher_public;
