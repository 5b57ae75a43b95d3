-- Taking a roll-up away, so that it can be laid again with another column; here it is a view.

CREATE FUNCTION drop_roll_up(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP VIEW %I', name);
END
$$;
