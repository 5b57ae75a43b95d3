-- Tables over time on TimescaleDB: hypertables, columnstore and continuous aggregates.

GRANT EXECUTE ON FUNCTION time_bucket(interval, timestamptz), time_bucket(interval, timestamptz, text, timestamptz, interval)
    TO emscher_writer, emscher_reader, emscher_public;

-- Keep a table by time, compressed when nothing late is to be expected any more.
CREATE FUNCTION keep_by_time(
    kept regclass, time_column text, chunk interval, keep interval, extendable boolean, reason text
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM create_hypertable(kept, by_range(time_column::name, chunk), create_default_indexes => false);
    EXECUTE format(
        'ALTER TABLE %s SET (timescaledb.enable_columnstore, timescaledb.segmentby = %L, timescaledb.orderby = %L)',
        kept, 'sensor_id', time_column);
    CALL add_columnstore_policy(kept, after => greatest(interval '3 days', 2 * chunk));
    INSERT INTO retention VALUES (kept::text, time_column, keep, extendable, reason);
END
$$;

-- Keep indicators for a year; their roll-ups stay for ever.
CREATE FUNCTION keep_indicators(kept regclass, chunk interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM create_hypertable(kept, by_range('window_start', chunk), create_default_indexes => false);
    INSERT INTO retention VALUES (kept::text, 'window_start', '1 year', true, 'roll-ups are kept for ever');
END
$$;

-- The refresh policy looks back a little less than indicators are kept, so that it never undoes a roll-up whose
-- indicators are gone; older windows that a replay computed are refreshed by processing (see roll_ups).
CREATE FUNCTION roll_up(name text, query text, bucket interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE MATERIALIZED VIEW %I WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS %s WITH NO DATA',
        name, query);
    PERFORM add_continuous_aggregate_policy(
        name::regclass, start_offset => interval '350 days', end_offset => bucket, schedule_interval => greatest(bucket, interval '1 hour'));
    EXECUTE format('ALTER MATERIALIZED VIEW %I OWNER TO emscher_writer', name);
    EXECUTE format('GRANT SELECT ON %I TO emscher_reader', name);
END
$$;

CREATE FUNCTION roll_ups() RETURNS SETOF text LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT format('%I.%I', view_schema, view_name)
    FROM timescaledb_information.continuous_aggregates WHERE view_schema = 'public';
END;
GRANT EXECUTE ON FUNCTION roll_ups TO emscher_writer;

CREATE PROCEDURE refresh_roll_up(name text, since timestamptz, until timestamptz) LANGUAGE plpgsql AS $$
BEGIN
    CALL refresh_continuous_aggregate(name::regclass, since, until);
END
$$;
GRANT EXECUTE ON PROCEDURE refresh_roll_up TO emscher_writer;

CREATE FUNCTION remove_before(kept regclass, time_column text, cutoff timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    removed bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %s WHERE %I < $1', kept, time_column) INTO removed USING cutoff;
    -- Whole chunks go at once; what is left of a chunk that reaches over the cutoff goes row by row.
    IF EXISTS (SELECT FROM timescaledb_information.hypertables WHERE format('%I.%I', hypertable_schema, hypertable_name)::regclass = kept) THEN
        PERFORM drop_chunks(kept, older_than => cutoff);
    END IF;
    EXECUTE format('DELETE FROM %s WHERE %I < $1', kept, time_column) USING cutoff;
    RETURN removed;
END
$$;
