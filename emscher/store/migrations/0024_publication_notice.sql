-- Whoever listens is told what is newly published of public WLAN; what is only computed of it concerns nobody outside.

CREATE FUNCTION tell_of_publication() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('publication', json_build_object(
        'family', 'wlan',
        'site_id', site_id,
        'from', to_char(min(window_start) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'to', to_char(max(window_start + make_interval(secs => width_s)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    )::text)
    FROM published GROUP BY site_id;
    RETURN NULL;
END
$$;
GRANT EXECUTE ON FUNCTION tell_of_publication TO emscher_writer;
CREATE TRIGGER tell_of_publication AFTER INSERT ON wlan_publication
    REFERENCING NEW TABLE AS published
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_publication();
