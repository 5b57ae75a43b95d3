-- name: books
-- What ingest says of each stream.
SELECT stream, sum(received)::bigint, sum(stored)::bigint, sum(duplicate)::bigint, sum(rejected)::bigint
FROM ingest_account GROUP BY stream

-- name: received
-- How many readings are accounted for so far.
SELECT coalesce(sum(received), 0)::bigint FROM ingest_account

-- name: sensors
-- Every sensor's number.
SELECT key, sensor_id FROM sensor

-- name: stored_of
-- How many readings of a sensor are stored.
SELECT count(*) FROM {readings} JOIN sensor USING (sensor_id) WHERE key = {key}

-- name: readings
-- A stream's whole table, none of its values NULL.
COPY (SELECT {values} FROM {readings}) TO STDOUT (FORMAT binary)

-- name: quarantine
-- What was refused, by all that may be kept of it.
SELECT stream, reason, sensor_key, payload, sum(readings)::bigint
FROM rejected_message GROUP BY stream, reason, sensor_key, payload
