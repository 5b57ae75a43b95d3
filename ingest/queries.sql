-- name: known_sensors
-- What the store knows of these keys.
SELECT key, sensor_id, stream, metadata FROM sensor WHERE key = ANY (%(keys)s)

-- name: sources
-- Sensors whose readings come from a source in another system.
SELECT key, stream, metadata FROM sensor WHERE metadata ? 'source'

-- name: register_sensors
-- Take in sensors nobody configured; another worker may have been quicker.
INSERT INTO sensor (key, stream, site_id, configured, metadata)
SELECT new.key, %(stream)s, site.site_id, false, new.metadata
FROM unnest(%(keys)s::text[], %(metadata)s::jsonb[]) AS new (key, metadata)
CROSS JOIN site WHERE site.key = 'unconfigured'
ORDER BY new.key
ON CONFLICT (key) DO NOTHING

-- name: complete_sensor
-- Keep what a sensor says of itself where nobody had said it; another worker may have been quicker.
UPDATE sensor SET metadata = %(facts)s || metadata WHERE sensor_id = %(sensor_id)s RETURNING metadata

-- name: create_staging
-- A stream's staging table of this connection; emptied by every commit.
CREATE TEMPORARY TABLE {staging} (position integer NOT NULL, LIKE {readings}) ON COMMIT DELETE ROWS

-- name: stage
-- Bring a batch of readings to the server.
COPY {staging} (position, {columns}) FROM STDIN (FORMAT binary)

-- name: store
-- Store what is new, keep each sensor's newest reading, and make due every window that reads what was stored.
-- All workers insert in the order of the key: in the order of arrival two that hold the same readings would wait for each
-- other in a circle. The position makes the first of two that disagree win.
WITH stored AS (
    INSERT INTO {readings} ({columns})
    SELECT {columns} FROM {staging} ORDER BY {key}, position
    ON CONFLICT DO NOTHING
    RETURNING {columns}
), newest AS (
    INSERT INTO {latest} ({columns})
    SELECT DISTINCT ON (sensor_id) {columns}
    FROM stored JOIN (SELECT sensor_id, max(observed_at) AS observed_at FROM stored GROUP BY sensor_id) AS last
        USING (sensor_id, observed_at)
    ORDER BY sensor_id, {order}
    ON CONFLICT (sensor_id) DO UPDATE SET ({columns}) = ROW ({excluded})
    WHERE excluded.observed_at >= {latest}.observed_at
), due AS (
    INSERT INTO due_window (family, site_id, window_start)
    SELECT DISTINCT reader.family, moment.site_id, to_timestamp(number * reader.width_s)
    FROM (
        SELECT DISTINCT sensor.site_id, date_part('epoch', stored.observed_at) AS at_s
        FROM stored JOIN sensor USING (sensor_id)
    ) AS moment
    CROSS JOIN unnest(%(families)s::text[], %(widths_s)s::integer[], %(backs_s)s::integer[], %(aheads_s)s::integer[])
        AS reader (family, width_s, back_s, ahead_s)
    CROSS JOIN LATERAL generate_series(
        floor((moment.at_s - reader.ahead_s) / reader.width_s)::bigint,
        floor((moment.at_s + reader.back_s) / reader.width_s)::bigint) AS number
)
SELECT count(*) FROM stored

-- name: fresh
-- Staged readings that will be stored: the first of each key of which nothing is stored.
SELECT DISTINCT ON ({key}) staged.position
FROM {staging} AS staged
LEFT JOIN (SELECT {key}, true AS stored FROM {readings} WHERE observed_at BETWEEN %(first)s AND %(last)s) AS kept
    USING ({key})
WHERE kept.stored IS NULL
ORDER BY {key}, staged.position

-- name: conflicts
-- Staged readings that disagree with what is stored under their key; equal ones are duplicates.
SELECT staged.position
FROM {staging} AS staged JOIN {readings} AS kept USING ({key})
WHERE kept.observed_at BETWEEN %(first)s AND %(last)s
  AND ({staged_values}) IS DISTINCT FROM ({kept_values})
ORDER BY staged.position

-- name: account
-- Add a batch to the books.
INSERT INTO ingest_account AS kept (stream, minute, worker, received, stored, duplicate, rejected)
VALUES (%(stream)s, %(minute)s, %(worker)s, %(received)s, %(stored)s, %(duplicate)s, %(rejected)s)
ON CONFLICT (stream, minute, worker) DO UPDATE
SET received = kept.received + excluded.received, stored = kept.stored + excluded.stored,
    duplicate = kept.duplicate + excluded.duplicate, rejected = kept.rejected + excluded.rejected

-- name: claim_session
-- Hold the name of a session at the broker as long as this connection lives.
SELECT pg_try_advisory_lock(hashtextextended('emscher ingest ' || %(name)s, 0))

-- name: session_filter
-- What a session was last subscribed to.
SELECT filter FROM ingest_session WHERE name = %(name)s

-- name: note_session
-- Write down what a session is subscribed to.
INSERT INTO ingest_session (name, filter, listening_since) VALUES (%(name)s, %(filter)s, %(since)s)
ON CONFLICT (name) DO UPDATE SET filter = excluded.filter, listening_since = excluded.listening_since

-- name: forget_session
-- Strike out a session that was ended.
DELETE FROM ingest_session WHERE name = %(name)s

-- name: session_listens
-- Whether one of these has been listening since then.
SELECT EXISTS (SELECT FROM ingest_session WHERE name = ANY (%(names)s) AND listening_since >= %(since)s)

-- name: abandoned_sessions
-- Sessions that nobody holds: outside a transaction the lock that asks is free again at once.
SELECT name FROM ingest_session
WHERE name ~ %(names_like)s AND pg_try_advisory_xact_lock(hashtextextended('emscher ingest ' || name, 0))
ORDER BY name

-- name: session_names
-- Every session of ours at the broker.
SELECT name FROM ingest_session

-- name: move
-- Move re-driven readings in the books from rejected to stored or duplicate, in the minute of their receipt.
INSERT INTO ingest_account AS kept (stream, minute, worker, received, stored, duplicate, rejected, mended)
VALUES (%(stream)s, %(minute)s, 'redrive', %(received)s, %(stored)s, %(duplicate)s, %(rejected)s, %(mended)s)
ON CONFLICT (stream, minute, worker) DO UPDATE
SET received = kept.received + excluded.received, stored = kept.stored + excluded.stored,
    duplicate = kept.duplicate + excluded.duplicate, rejected = kept.rejected + excluded.rejected,
    mended = kept.mended + excluded.mended
