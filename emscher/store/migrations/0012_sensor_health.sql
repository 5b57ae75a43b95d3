-- How late, how orderly and by what clock each sensor reports, per hour of receipt.

CREATE TABLE sensor_health (
    sensor_id integer NOT NULL,
    hour_start timestamptz NOT NULL,
    worker text NOT NULL,
    readings bigint NOT NULL,
    refused bigint NOT NULL,
    in_future bigint NOT NULL,
    too_old bigint NOT NULL,
    out_of_order bigint NOT NULL,
    repeated bigint NOT NULL,
    timed bigint NOT NULL,
    latency_sum_s double precision NOT NULL,
    latency_min_s double precision,
    latency_max_s double precision,
    latency_counts bigint[] NOT NULL,
    first_received_at timestamptz NOT NULL,
    last_received_at timestamptz NOT NULL,
    PRIMARY KEY (sensor_id, hour_start, worker)
) WITH (fillfactor = 70);
COMMENT ON TABLE sensor_health IS 'Sums that ingest adds to every few seconds; a kill forgets the last of them, never a reading';
COMMENT ON COLUMN sensor_health.timed IS 'Readings whose time could be read, also those refused as too_old or in_future';
COMMENT ON COLUMN sensor_health.latency_counts IS 'Timed readings by latency (receipt minus latest moment), in the buckets of emscher.latency';

INSERT INTO retention VALUES ('sensor_health', 'hour_start', '14 days', false, 'two weeks to find a fault');
CREATE INDEX sensor_health_by_time ON sensor_health USING brin (hour_start);

-- Open to everyone: the health of sensors whose single readings are.
CREATE VIEW open_sensor_health AS
    SELECT health.*
    FROM sensor_health AS health JOIN sensor USING (sensor_id)
    WHERE sensor.stream = ANY (ARRAY(
        SELECT left(relname, -length('_reading'))
        FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relname LIKE '%\_reading'
          AND has_table_privilege('emscher_public', oid, 'SELECT')));
GRANT SELECT ON open_sensor_health TO emscher_public;
