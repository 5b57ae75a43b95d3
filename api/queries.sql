-- name: relations
-- Tables and views with their columns, and whether the public role may read them.
SELECT c.relname::text,
       has_table_privilege('emscher_public', c.oid, 'SELECT'),
       array_agg(a.attname::text ORDER BY a.attnum),
       array_agg(format_type(a.atttypid, NULL) ORDER BY a.attnum)
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'p') AND a.attnum > 0 AND NOT a.attisdropped
GROUP BY c.oid, c.relname

-- name: sites
-- Every site, or those of some keys.
SELECT site_id, key, kind, name, longitude, latitude, metadata::text
FROM site
WHERE %(keys)s::text[] IS NULL OR key = ANY (%(keys)s)
ORDER BY key

-- name: sensors
-- Sensors with everything that is known of them.
SELECT sensor.key, sensor.stream, site.key, sensor.configured, sensor.longitude, sensor.latitude, sensor.metadata::text
FROM {sensors} AS sensor JOIN site USING (site_id)
WHERE (%(keys)s::text[] IS NULL OR sensor.key = ANY (%(keys)s))
  AND (%(stream)s::text IS NULL OR sensor.stream = %(stream)s)
  AND (%(site)s::text IS NULL OR site.key = %(site)s)
  AND (%(configured)s::boolean IS NULL OR sensor.configured = %(configured)s)
ORDER BY sensor.key

-- name: columns
-- Rows as one array per column: many rows arrive in half the time that they need one by one.
SELECT {arrays} FROM ({rows}) AS wanted

-- name: column
-- A column of many rows.
coalesce(array_agg({column}), '{{}}')

-- name: sensor_names
-- Numbers and names of sensors in one row: as one text they arrive several times faster, and no key has a blank.
SELECT coalesce(array_agg(sensor.sensor_id), '{{}}'),
       coalesce(string_agg(sensor.key, ' '), ''),
       coalesce(string_agg(site.key, ' '), '')
FROM {sensors} AS sensor JOIN site USING (site_id)
WHERE sensor.stream = ANY (%(streams)s)
  AND (%(keys)s::text[] IS NULL OR sensor.key = ANY (%(keys)s))
  AND (%(site)s::text IS NULL OR site.key = %(site)s)

-- name: rows
-- Rows of some sensors or sites over a span, in the order of their time and key.
SELECT {columns}
FROM {relation}
WHERE {whose} = ANY (%(ids)s::integer[]) AND {time} >= %(since)s AND {time} < %(until)s AND {beyond}
ORDER BY {order}
LIMIT %(limit)s

-- name: from_the_start
-- First page: nothing lies before it.
true

-- name: beyond
-- Next page: what comes after the last row of the page before.
({order}) > ({after})

-- name: computed_after
-- Rows that were computed, or computed again, since a moment.
computed_at > %(computed_after)s

-- name: text_key
-- Part of a key that may be missing, so that it can be compared.
coalesce({column}, '')

-- name: latest
-- Newest reading of every sensor of a stream, or of those of a site.
SELECT {columns} FROM {latest} WHERE {chosen} ORDER BY sensor_id

-- name: everywhere
-- Sensors of every site.
true

-- name: at_site
-- Sensors of one site.
sensor_id IN (SELECT sensor_id FROM {sensors} JOIN site USING (site_id) WHERE site.key = %(site)s)

-- name: all_sensor_names
-- Numbers and names of all sensors, as in sensor_names; what is not filtered is twice as fast.
SELECT coalesce(array_agg(sensor.sensor_id), '{{}}'),
       coalesce(string_agg(sensor.key, ' '), ''),
       coalesce(string_agg(site.key, ' '), '')
FROM {sensors} AS sensor JOIN site USING (site_id)

-- name: changes
-- Which server answers, the oldest transaction that may still run, the newest time, all sensors, and what is new of them.
SELECT pg_postmaster_start_time(), pg_snapshot_xmin(pg_current_snapshot())::text::bigint, max(observed_at),
       coalesce(array_agg(sensor_id), '{{}}'), {arrays}
FROM (SELECT {columns}, {is_new} AS is_new FROM {latest} ORDER BY sensor_id) AS newest

-- name: changed_column
-- A column of the rows that are new.
coalesce(array_agg({column}) FILTER (WHERE is_new), '{{}}')

-- name: is_new
-- Whether a row was written by a transaction that the snapshot before did not see: none that began after it, or ran then.
age(xmin) <= age({since}::text::xid8::xid)

-- name: accounts
-- What became of the readings received, per stream and bucket, over all workers.
SELECT bucket_start, stream, received, stored, duplicate, rejected, mended, received = stored + duplicate + rejected
FROM (
    SELECT {bucket_start} AS bucket_start, stream,
           sum(received)::bigint AS received, sum(stored)::bigint AS stored,
           sum(duplicate)::bigint AS duplicate, sum(rejected)::bigint AS rejected, sum(mended)::bigint AS mended
    FROM ingest_account
    WHERE minute >= %(since)s AND minute < %(until)s AND (%(stream)s::text IS NULL OR stream = %(stream)s)
    GROUP BY 1, 2
) AS book
WHERE {beyond}
ORDER BY bucket_start, stream
LIMIT %(limit)s

-- name: bucket_minute
-- A minute of the books.
minute

-- name: bucket_hour
-- Hour of a minute.
time_bucket('1 hour', minute)

-- name: bucket_day
-- Day of a minute; days begin at midnight in the city.
time_bucket('1 day', minute, %(zone)s)

-- name: bucket_all
-- The whole span as one.
%(since)s::timestamptz

-- name: rejected
-- What was refused, in the order of its receipt; the reason asked for is the last one there was.
SELECT rejected_id, received_at, stream, sensor_key, topic, reason, detail, readings, payload, payload_bytes,
       state, tries, tried_at, last_reason, last_detail, mended_stream
FROM rejected_message
WHERE received_at >= %(since)s AND received_at < %(until)s
  AND (%(stream)s::text IS NULL OR stream = %(stream)s)
  AND (%(reason)s::text IS NULL OR coalesce(last_reason, reason) = %(reason)s)
  AND (%(sensor)s::text IS NULL OR sensor_key = %(sensor)s)
  AND (%(state)s::text IS NULL OR state = %(state)s)
  AND {beyond}
ORDER BY received_at, rejected_id
LIMIT %(limit)s

-- name: one_rejected
-- One refused message by its number.
SELECT rejected_id, received_at, stream, sensor_key, topic, reason, detail, readings, payload, payload_bytes,
       state, tries, tried_at, last_reason, last_detail, mended_stream
FROM rejected_message
WHERE rejected_id = %(number)s

-- name: rejected_reasons
-- How often what was refused, without any content; the name of a stream nobody knows is content.
SELECT stream, reason, sum(readings)::bigint, sum(messages)::bigint, sum(mended)::bigint, sum(not_kept)::bigint,
       max(last_received_at)
FROM (
    SELECT CASE WHEN stream = ANY (%(known)s) THEN stream ELSE 'unknown' END AS stream, reason, readings, 1 AS messages,
           (state <> 'kept')::integer AS mended, 0 AS not_kept, received_at AS last_received_at
    FROM rejected_message
    WHERE received_at >= %(since)s AND received_at < %(until)s
    UNION ALL
    SELECT CASE WHEN stream = ANY (%(known)s) THEN stream ELSE 'unknown' END, reason, readings, readings, 0, readings,
           minute
    FROM rejected_dropped
    WHERE minute >= %(since)s AND minute < %(until)s
) AS refused
GROUP BY 1, 2
ORDER BY 1, 2

-- name: request_redrive
-- File a request to re-drive, for ingest to carry out.
INSERT INTO redrive_request (since, until, stream, reason, sensor_key)
VALUES (%(since)s, %(until)s, %(stream)s, %(reason)s, %(sensor)s)
RETURNING request_id, requested_at

-- name: redrive_requests
-- Requests to re-drive and what came of them, the newest first.
SELECT request_id, requested_at, since, until, stream, reason, sensor_key, finished_at, tried, stored, duplicate, refused
FROM redrive_request
ORDER BY request_id DESC
LIMIT %(limit)s

-- name: health
-- How a sensor reported, per bucket of receipt, over all workers.
SELECT {bucket_start} AS bucket_start, sum(readings)::bigint, sum(refused)::bigint, sum(in_future)::bigint,
       sum(too_old)::bigint, sum(out_of_order)::bigint, sum(repeated)::bigint, sum(timed)::bigint,
       sum(latency_sum_s), min(latency_min_s), max(latency_max_s),
       array_agg(latency_counts) FILTER (WHERE timed > 0),
       min(first_received_at), max(last_received_at)
FROM {health}
WHERE sensor_id = %(sensor_id)s AND hour_start >= date_trunc('hour', %(since)s::timestamptz) AND hour_start < %(until)s
GROUP BY 1
ORDER BY 1

-- name: whole_hours
-- Hour of the sums.
hour_start

-- name: whole_days
-- Day of the sums; days begin at midnight in the city.
time_bucket('1 day', hour_start, %(zone)s)

-- name: whole_span
-- All sums as one.
date_trunc('hour', %(since)s::timestamptz)

-- name: sensor_of_key
-- Number and stream of a sensor, and the cadence that its description gives.
SELECT sensor_id, stream,
       CASE WHEN jsonb_typeof(metadata -> 'interval_s') = 'number' THEN (metadata ->> 'interval_s')::double precision END
FROM {sensors} WHERE key = %(key)s

-- name: covered
-- What of a span is covered by stored intervals; the span begins with the sensor's first reading if that is later.
SELECT count(*), sum(interval_s)::double precision, min(observed_at), mode() WITHIN GROUP (ORDER BY interval_s),
       EXISTS (SELECT FROM {readings} WHERE sensor_id = %(sensor_id)s AND observed_at < %(since)s)
FROM {readings}
WHERE sensor_id = %(sensor_id)s AND observed_at >= %(since)s AND observed_at < %(until)s

-- name: counted
-- How many moments of a span have a stored reading; the span begins with the sensor's first if that is later.
SELECT count(DISTINCT observed_at), NULL::double precision, min(observed_at), NULL::integer,
       EXISTS (SELECT FROM {readings} WHERE sensor_id = %(sensor_id)s AND observed_at < %(since)s)
FROM {readings}
WHERE sensor_id = %(sensor_id)s AND observed_at >= %(since)s AND observed_at < %(until)s

-- name: migrations_visible
-- Whether the book of migrations is there, and whether this role may read it.
SELECT coalesce(to_regclass('public.schema_migration') IS NOT NULL, false),
       coalesce(has_table_privilege(to_regclass('public.schema_migration'), 'SELECT'), false)

-- name: migrations
-- What was applied to the schema, in order.
SELECT number, name, sha256, flavour FROM schema_migration ORDER BY number

-- name: thresholds
-- Limits with their source and the days they hold.
SELECT name, scope, value, unit, valid_from, valid_to, source, status FROM threshold ORDER BY name, scope, valid_from

-- name: emission_factors
-- Emission factors by year and by the year they were published in.
SELECT energy_source, year, vintage, g_per_kwh, gas, upstream_included, status, source
FROM emission_factor ORDER BY energy_source, year, vintage, gas

-- name: wlan_profile
-- How busy the zones of public WLAN usually are, by weekday and hour.
SELECT site.key, weekday, hour, simulated, clients_concurrent_avg, clients_concurrent_max, volume_bytes::double precision,
       shown_hours, suppressed_hours
FROM wlan_profile JOIN site USING (site_id)
WHERE %(site)s::text IS NULL OR site.key = %(site)s
ORDER BY site.key, weekday, hour

-- name: listen
-- Hear what is newly computed and what is newly published.
LISTEN indicator; LISTEN publication

-- name: still_there
-- Whether the connection still has a server at its other end.
SELECT

-- name: targets
-- What the council decided; names of offices and their remarks are left out.
SELECT site_key, indicator, value, unit, better, due, decision, '', baseline_year, baseline_value, '', simulated
FROM target_public ORDER BY site_key, indicator, due

-- name: coordination
-- Points of a coordination diagram of one controller.
SELECT point.arrived_at, point.cycle_start, point.second_s, point.state
FROM {sensors} AS controller
CROSS JOIN LATERAL coordination_diagram(
    controller.sensor_id, %(signal_group)s, %(channel)s, %(since)s, %(until)s, make_interval(secs => %(travel_s)s)
) AS point
WHERE controller.key = %(key)s
ORDER BY point.arrived_at
LIMIT %(limit)s
