-- Tables over time on PostgreSQL alone: the same names as with TimescaleDB, as plain tables and views.

CREATE FUNCTION time_bucket(width interval, at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN date_bin(width, at, timestamptz '2000-01-03 00:00:00+00');

CREATE FUNCTION time_bucket(width interval, at timestamptz, zone text) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN date_bin(width, at AT TIME ZONE zone, timestamp '2000-01-03 00:00:00') AT TIME ZONE zone;

GRANT EXECUTE ON FUNCTION time_bucket(interval, timestamptz), time_bucket(interval, timestamptz, text)
    TO emscher_writer, emscher_reader, emscher_public;

-- Keep a table by time. Its index is its primary key, led by the sensor; this one finds a span of time.
CREATE FUNCTION keep_by_time(
    kept regclass, time_column text, chunk interval, keep interval, extendable boolean, reason text
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE INDEX ON %s USING brin (%I)', kept, time_column);
    INSERT INTO retention VALUES (kept::text, time_column, keep, extendable, reason);
END
$$;

-- Keep indicators: for ever, because here the roll-ups are views on them.
CREATE FUNCTION keep_indicators(kept regclass, chunk interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE INDEX ON %s USING brin (window_start)', kept);
END
$$;

CREATE FUNCTION roll_up(name text, query text, bucket interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE VIEW %I AS %s', name, query);
END
$$;

-- Views need no refreshing.
CREATE FUNCTION roll_ups() RETURNS SETOF text LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT NULL::text WHERE false;
END;

CREATE PROCEDURE refresh_roll_up(name text, since timestamptz, until timestamptz) LANGUAGE plpgsql AS $$
BEGIN
    NULL;
END
$$;
GRANT EXECUTE ON FUNCTION roll_ups TO emscher_writer;
GRANT EXECUTE ON PROCEDURE refresh_roll_up TO emscher_writer;

CREATE FUNCTION remove_before(kept regclass, time_column text, cutoff timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    removed bigint;
BEGIN
    EXECUTE format('DELETE FROM %s WHERE %I < $1', kept, time_column) USING cutoff;
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END
$$;
