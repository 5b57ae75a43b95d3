-- name: reject
-- Keep what was refused.
COPY rejected_message (
    received_at, stream, sensor_key, topic, reason, detail, readings, payload, payload_bytes, tries, tried_at
) FROM STDIN

-- name: drop
-- Count what was refused and is not kept.
INSERT INTO rejected_dropped AS kept (stream, reason, minute, worker, readings)
VALUES (%(stream)s, %(reason)s, %(minute)s, %(worker)s, %(readings)s)
ON CONFLICT (stream, reason, minute, worker) DO UPDATE SET readings = kept.readings + excluded.readings

-- name: registered
-- Keys of all sensors.
SELECT coalesce(array_agg(key), '{}') FROM sensor

-- name: held
-- What the quarantine holds by source; keys nobody registered are one source, however many they are.
SELECT kept.stream, kept.reason, coalesce(sensor.key, '') AS source, count(*),
       sum(coalesce(octet_length(kept.payload), 0) + octet_length(kept.detail) + %(row_bytes)s)::bigint
FROM rejected_message AS kept LEFT JOIN sensor ON sensor.key = kept.sensor_key
WHERE kept.state = 'kept'
GROUP BY 1, 2, 3

-- name: wanted
-- Which refused messages are meant; the reason is the last one there was.
(%(since)s::timestamptz IS NULL OR received_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR received_at < %(until)s)
  AND (%(stream)s::text IS NULL OR stream = %(stream)s)
  AND (%(reason)s::text IS NULL OR coalesce(last_reason, reason) = %(reason)s)
  AND (%(sensor)s::text IS NULL OR sensor_key = %(sensor)s)
  AND (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(numbers)s::bigint[] IS NULL OR rejected_id = ANY (%(numbers)s))

-- name: page
-- Refused messages in the order of their numbers.
SELECT rejected_id, received_at, stream, sensor_key, topic, reason, detail, payload, payload_bytes,
       state, tries, tried_at, last_reason, last_detail, mended_stream
FROM rejected_message
WHERE rejected_id > %(after)s AND {wanted}
ORDER BY rejected_id
LIMIT %(limit)s

-- name: dropped
-- How many refused readings of a stream and reason were counted and not kept.
SELECT stream, reason, sum(readings)::bigint
FROM rejected_dropped
WHERE (%(since)s::timestamptz IS NULL OR minute >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR minute < %(until)s)
  AND (%(stream)s::text IS NULL OR stream = %(stream)s)
  AND (%(reason)s::text IS NULL OR reason = %(reason)s)
GROUP BY 1, 2
ORDER BY 1, 2

-- name: claim
-- Take refused messages to re-drive that nobody else has taken, and that this run has not tried yet.
SELECT rejected_id, received_at, stream, sensor_key, topic, payload
FROM rejected_message
WHERE rejected_id > %(after)s AND state = 'kept' AND payload IS NOT NULL
  AND (sensor_key IS NOT NULL OR topic IS NOT NULL)
  AND (tried_at IS NULL OR tried_at < %(began)s)
  AND {wanted}
ORDER BY rejected_id
LIMIT %(limit)s
FOR UPDATE SKIP LOCKED

-- name: mark
-- Write down what became of re-driven messages; what is in the store is no longer kept here.
UPDATE rejected_message AS kept
SET state = done.state, tries = kept.tries + 1, tried_at = %(tried_at)s,
    last_reason = coalesce(done.reason, kept.last_reason), last_detail = coalesce(done.detail, kept.last_detail),
    mended_stream = done.stream, payload = CASE WHEN done.state = 'kept' THEN kept.payload END
FROM unnest(%(numbers)s::bigint[], %(states)s::text[], %(reasons)s::text[], %(details)s::text[], %(streams)s::text[])
    AS done (rejected_id, state, reason, detail, stream)
WHERE kept.rejected_id = done.rejected_id

-- name: claim_request
-- Take a request for a re-drive that waits.
SELECT request_id, since, until, stream, reason, sensor_key
FROM redrive_request
WHERE finished_at IS NULL
ORDER BY request_id
LIMIT 1
FOR UPDATE SKIP LOCKED

-- name: finish_request
-- Write down what came of a request.
UPDATE redrive_request
SET finished_at = %(finished_at)s, tried = %(tried)s, stored = %(stored)s, duplicate = %(duplicate)s,
    refused = %(refused)s
WHERE request_id = %(request_id)s
