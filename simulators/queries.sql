-- name: sensors
-- Every sensor that may have readings, in the order in which they were registered.
SELECT sensor.sensor_id, sensor.stream, sensor.key, site.key, sensor.metadata
FROM sensor JOIN site USING (site_id)
ORDER BY sensor.sensor_id

-- name: span
-- How many readings of a stream there are of some sensors in a span, and from when to when they were taken.
SELECT count(*), min(observed_at), max(observed_at)
FROM {readings}
WHERE sensor_id = ANY (%(sensors)s) AND observed_at >= %(since)s AND observed_at < %(until)s

-- name: ends
-- When the first and the last interval of a stream ended.
SELECT min(observed_at + make_interval(secs => interval_s)), max(observed_at + make_interval(secs => interval_s))
FROM {readings}
WHERE sensor_id = ANY (%(sensors)s) AND observed_at >= %(since)s AND observed_at < %(until)s

-- name: readings
-- Readings of a stream that were taken in a span, in the one order in which they are told.
SELECT sensor_id, {columns}
FROM {readings}
WHERE sensor_id = ANY (%(sensors)s) AND observed_at >= %(since)s AND observed_at < %(until)s
ORDER BY {order}
