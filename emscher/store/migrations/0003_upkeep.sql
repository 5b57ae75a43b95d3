-- What every table of readings has, and what processing runs now and then.

-- Finish a table of readings: kept by time, with the newest reading of each sensor beside it.
CREATE FUNCTION readings_table(stream text, chunk interval, keep interval, extendable boolean, reason text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    readings text := stream || '_reading';
    latest text := stream || '_latest';
BEGIN
    PERFORM keep_by_time(readings::regclass, 'observed_at', chunk, keep, extendable, reason);
    -- Half-filled pages keep the many updates of few rows from growing the table.
    EXECUTE format('CREATE TABLE %I (LIKE %I, PRIMARY KEY (sensor_id)) WITH (fillfactor = 50)', latest, readings);
    INSERT INTO retention VALUES (latest, 'observed_at', keep, extendable, reason);
END
$$;

-- Roll indicators up by the keys of their table: buckets of a quarter hour and an hour, and days as the city has them.
CREATE FUNCTION roll_up_buckets(source text, keys text, measures text, buckets text[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    bucket record;
BEGIN
    FOR bucket IN SELECT * FROM (VALUES
        ('15min', interval '15 minutes', 'time_bucket(''15 minutes'', window_start)'),
        ('1h', interval '1 hour', 'time_bucket(''1 hour'', window_start)'),
        ('1d', interval '1 day', 'time_bucket(''1 day'', window_start, ''Europe/Berlin'')')
    ) AS b (suffix, width, start) WHERE suffix = ANY (buckets) LOOP
        PERFORM roll_up(
            source || '_' || bucket.suffix,
            format('SELECT %s, %s AS window_start, bool_or(simulated) AS simulated, %s FROM %I GROUP BY %s, %s',
                   keys, bucket.start, measures, source, keys, bucket.start),
            bucket.width);
    END LOOP;
END
$$;

-- Remove what is past its retention, by the clock that is given.
CREATE FUNCTION apply_retention(at timestamptz, history interval) RETURNS TABLE (table_name text, removed bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT kept.table_name,
           remove_before(
               kept.table_name::regclass, kept.time_column,
               at - greatest(kept.keep, CASE WHEN kept.extendable THEN history ELSE interval '0' END))
    FROM retention AS kept;
END;
GRANT EXECUTE ON FUNCTION apply_retention TO emscher_writer;
