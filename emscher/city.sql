-- name: upsert_site
-- Write a site, or bring the one of that key up to date.
INSERT INTO site (key, kind, name, longitude, latitude, metadata)
VALUES (%(key)s, %(kind)s, %(name)s, %(longitude)s, %(latitude)s, %(metadata)s)
ON CONFLICT (key) DO UPDATE
SET kind = excluded.kind, name = excluded.name, longitude = excluded.longitude, latitude = excluded.latitude,
    metadata = excluded.metadata

-- name: upsert_sensor
-- Write a sensor, or bring the one of that key up to date unless it belongs to another stream.
INSERT INTO sensor (key, stream, site_id, configured, longitude, latitude, metadata)
SELECT %(key)s, %(stream)s, site.site_id, true, %(longitude)s, %(latitude)s, %(metadata)s
FROM site WHERE site.key = %(site)s
ON CONFLICT (key) DO UPDATE
SET site_id = excluded.site_id, configured = true, longitude = excluded.longitude, latitude = excluded.latitude,
    metadata = excluded.metadata
WHERE sensor.stream = excluded.stream

-- name: broker_users
-- Who writes which sensor's topic at the broker; sensors that only registered themselves get no right by it.
SELECT coalesce(metadata ->> 'mqtt_user', key), stream, key FROM sensor WHERE configured

-- name: sites
-- Every site that somebody described.
SELECT key, kind, name, longitude, latitude, metadata FROM site WHERE kind <> 'unconfigured' ORDER BY site_id

-- name: sensors
-- Every sensor that somebody described.
SELECT sensor.key, sensor.stream, site.key, sensor.longitude, sensor.latitude, sensor.metadata
FROM sensor JOIN site USING (site_id)
WHERE configured
ORDER BY sensor_id
