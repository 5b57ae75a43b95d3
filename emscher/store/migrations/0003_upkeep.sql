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
