-- Roles, sites and sensors, the books of ingest, the queue of due windows, and limits and factors as dated rows.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['emscher_writer', 'emscher_reader', 'emscher_public'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
END
$$;

-- The reader may do what the public may, so that the API can serve open data in the public's own rights.
GRANT emscher_public TO emscher_reader;

-- What is created from here on: the writer writes it, the reader reads it, the public gets what a grant names.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO emscher_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO emscher_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO emscher_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO emscher_writer, emscher_reader, emscher_public;

CREATE TABLE site (
    site_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE,
    kind text NOT NULL,
    name text NOT NULL,
    longitude double precision,
    latitude double precision,
    metadata jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE site IS 'Places that belong together: a junction, a WLAN zone, a server room';

INSERT INTO site (key, kind, name) VALUES ('unconfigured', 'unconfigured', 'Sensors nobody has configured yet');

CREATE TABLE sensor (
    sensor_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE,
    stream text NOT NULL,
    site_id integer NOT NULL REFERENCES site,
    configured boolean NOT NULL,
    longitude double precision,
    latitude double precision,
    metadata jsonb NOT NULL DEFAULT '{}',
    registered_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE sensor IS 'Sensors are never deleted: readings refer to them without a foreign key, which would cost every insert';
CREATE INDEX sensor_by_site ON sensor (site_id, stream);

CREATE TABLE rejected_message (
    rejected_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at timestamptz NOT NULL,
    stream text NOT NULL,
    sensor_key text,
    reason text NOT NULL,
    detail text NOT NULL,
    readings integer NOT NULL CHECK (readings > 0),
    payload bytea,
    payload_bytes integer NOT NULL
);
COMMENT ON COLUMN rejected_message.payload IS 'What was refused, where it may be kept: never of a private stream, never with what looks like an identifier';
COMMENT ON COLUMN rejected_message.readings IS 'How many of the received readings this row stands for in ingest_account';
CREATE INDEX rejected_message_by_time ON rejected_message (received_at);

CREATE TABLE ingest_account (
    stream text NOT NULL,
    minute timestamptz NOT NULL,
    worker text NOT NULL,
    received bigint NOT NULL DEFAULT 0,
    stored bigint NOT NULL DEFAULT 0,
    duplicate bigint NOT NULL DEFAULT 0,
    rejected bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (stream, minute, worker),
    CONSTRAINT nothing_is_lost CHECK (received = stored + duplicate + rejected)
);
COMMENT ON TABLE ingest_account IS 'Readings per stream and minute of receipt, written in the transaction that stores or rejects them';

CREATE TABLE due_window (
    due_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    family text NOT NULL,
    site_id integer NOT NULL,
    window_start timestamptz NOT NULL
);
COMMENT ON TABLE due_window IS 'Append-only queue: ingest adds, a worker deletes exactly the rows whose data it has seen';
CREATE INDEX due_window_by_site ON due_window (family, site_id, window_start);

CREATE TABLE retention (
    table_name text PRIMARY KEY,
    time_column text NOT NULL,
    keep interval NOT NULL,
    extendable boolean NOT NULL,
    reason text NOT NULL
);
COMMENT ON COLUMN retention.extendable IS 'Whether EMSCHER_HISTORY_DAYS may lengthen it; never for what is kept short for privacy';

INSERT INTO retention VALUES
    ('rejected_message', 'received_at', '90 days', false, 'time to mend a sender'),
    ('ingest_account', 'minute', '400 days', false, 'a year of proof and a month to compare');

CREATE TABLE threshold (
    name text NOT NULL,
    scope text NOT NULL DEFAULT '',
    value double precision NOT NULL,
    unit text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    source text NOT NULL,
    status text NOT NULL,
    PRIMARY KEY (name, scope, valid_from)
);
COMMENT ON TABLE threshold IS 'Limits as dated rows with their source; the law is amended, the code is not';

INSERT INTO threshold (name, value, unit, valid_from, source, status) VALUES
    ('wlan_smallest_count', 5, 'devices', '2000-01-01',
     'Own rule; the Federal Employment Agency suppresses below 3, larger where detail is high', 'secondary'),
    ('wlan_smallest_zone', 3, 'access points', '2000-01-01', 'Own rule: no zone of one or two access points', 'own'),
    ('wlan_publication_delay', 60, 'min', '2000-01-01',
     'Own rule: an hour that is still filling would tell each access point by its difference to a minute ago', 'own');

CREATE TABLE emission_factor (
    energy_source text NOT NULL,
    year integer NOT NULL,
    vintage integer NOT NULL,
    g_per_kwh double precision NOT NULL,
    gas text NOT NULL,
    upstream_included boolean NOT NULL,
    status text NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (energy_source, year, vintage, gas)
);
COMMENT ON TABLE emission_factor IS 'Emission factors by year and by the year they were published in';

CREATE FUNCTION threshold_at(wanted text, at timestamptz) RETURNS double precision
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
RETURN (
    SELECT value FROM threshold
    WHERE name = wanted AND scope = '' AND valid_from <= (at AT TIME ZONE 'UTC')::date
      AND (valid_to IS NULL OR valid_to >= (at AT TIME ZONE 'UTC')::date)
    ORDER BY valid_from DESC LIMIT 1
);
GRANT EXECUTE ON FUNCTION threshold_at TO emscher_writer, emscher_reader, emscher_public;

-- Open to everyone: where the city measures what it publishes, and where it offers WLAN. Which streams are open is what
-- the grants on their tables say, found once per query.
CREATE VIEW open_sensor AS
    SELECT sensor_id, key, stream, site_id, configured, longitude, latitude, metadata
    FROM sensor
    WHERE stream = 'wlan' OR stream = ANY (ARRAY(
        SELECT left(relname, -length('_reading'))
        FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relname LIKE '%\_reading'
          AND has_table_privilege('emscher_public', oid, 'SELECT')));
-- The book of migrations was begun before the privileges above.
GRANT SELECT ON schema_migration TO emscher_reader;
GRANT SELECT ON site, open_sensor, threshold, emission_factor TO emscher_public;
