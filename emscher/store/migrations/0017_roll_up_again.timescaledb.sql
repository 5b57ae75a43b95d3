-- Taking a roll-up away, so that it can be laid again with another column; what lies before its indicators goes with it.

CREATE FUNCTION drop_roll_up(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP MATERIALIZED VIEW %I', name);
END
$$;
