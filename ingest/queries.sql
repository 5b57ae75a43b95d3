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
-- Keep what a sensor says of itself where nobody had said it.
UPDATE sensor SET metadata = %(facts)s || metadata WHERE sensor_id = %(sensor_id)s

-- name: create_staging
-- A stream's staging table of this connection; emptied by every commit.
CREATE TEMPORARY TABLE {staging} (position integer NOT NULL, LIKE {readings}) ON COMMIT DELETE ROWS

-- name: stage
-- Bring a batch of readings to the server.
COPY {staging} (position, {columns}) FROM STDIN (FORMAT binary)

-- name: store
-- Store what is new, keep each sensor's newest reading, and make due every window that reads what was stored.
WITH stored AS (
    INSERT INTO {readings} ({columns})
    SELECT {columns} FROM {staging} ORDER BY position
    ON CONFLICT DO NOTHING
    RETURNING {columns}
), newest AS (
    INSERT INTO {latest} ({columns})
    SELECT DISTINCT ON (sensor_id) {columns} FROM stored ORDER BY sensor_id, observed_at DESC, {order}
    ON CONFLICT (sensor_id) DO UPDATE SET ({columns}) = ROW ({excluded})
    WHERE excluded.observed_at >= {latest}.observed_at
), due AS (
    INSERT INTO due_window (family, site_id, window_start)
    SELECT DISTINCT reader.family, sensor.site_id, to_timestamp(number * reader.width_s)
    FROM (SELECT DISTINCT sensor_id, date_part('epoch', observed_at) AS at_s FROM stored) AS moment
    JOIN sensor USING (sensor_id)
    CROSS JOIN unnest(%(families)s::text[], %(widths_s)s::integer[], %(backs_s)s::integer[], %(aheads_s)s::integer[])
        AS reader (family, width_s, back_s, ahead_s)
    CROSS JOIN LATERAL generate_series(
        floor((moment.at_s - reader.ahead_s) / reader.width_s)::bigint,
        floor((moment.at_s + reader.back_s) / reader.width_s)::bigint) AS number
)
SELECT count(*) FROM stored

-- name: conflicts
-- Staged readings that disagree with what is stored under their key; equal ones are duplicates.
SELECT staged.position
FROM {staging} AS staged JOIN {readings} AS kept USING ({key})
WHERE kept.observed_at BETWEEN %(first)s AND %(last)s
  AND ({staged_values}) IS DISTINCT FROM ({kept_values})
ORDER BY staged.position

-- name: reject
-- Keep what was refused.
COPY rejected_message (received_at, stream, sensor_key, reason, detail, readings, payload, payload_bytes) FROM STDIN

-- name: account
-- Add a batch to the books.
INSERT INTO ingest_account AS kept (stream, minute, worker, received, stored, duplicate, rejected)
VALUES (%(stream)s, %(minute)s, %(worker)s, %(received)s, %(stored)s, %(duplicate)s, %(rejected)s)
ON CONFLICT (stream, minute, worker) DO UPDATE
SET received = kept.received + excluded.received, stored = kept.stored + excluded.stored,
    duplicate = kept.duplicate + excluded.duplicate, rejected = kept.rejected + excluded.rejected
