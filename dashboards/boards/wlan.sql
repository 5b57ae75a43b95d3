-- name: zones
-- Zones to choose from, as they are published.
SELECT DISTINCT s.name AS __text, s.key AS __value
FROM wlan_zone AS z JOIN site AS s ON s.site_id = z.published_site_id ORDER BY 1

-- name: series
-- A published value by zone over time; what is suppressed is missing.
SELECT $__timeGroup(p.window_start, $__interval, NULL) AS "time", s.name AS metric, avg(p.{column}) AS "value"
FROM wlan_public AS p JOIN site AS s USING (site_id)
WHERE $__timeFilter(p.window_start) AND s.key = ANY (ARRAY[$zone]::text[]) AND p.{column} IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2

-- name: volume
-- Volume by zone over time, received and sent, of published hours.
SELECT $__timeGroup(p.window_start, $__interval) AS "time", s.name AS metric, sum(p.rx_bytes + p.tx_bytes) AS "value"
FROM wlan_public AS p JOIN site AS s USING (site_id)
WHERE $__timeFilter(p.window_start) AND s.key = ANY (ARRAY[$zone]::text[]) AND NOT p.suppressed
GROUP BY 1, 2
ORDER BY 1, 2

-- name: totals
-- Of the period: the newest hour's devices, volume, availability, energy, and hours shown and kept back.
SELECT sum(p.clients_concurrent_avg) FILTER (WHERE p.window_start = newest.hour) AS devices,
       sum(p.rx_bytes + p.tx_bytes) AS volume, avg(p.online_ratio) AS online_ratio, sum(p.energy_wh) AS energy_wh,
       CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE p.suppressed) END AS suppressed
FROM wlan_public AS p JOIN site AS s USING (site_id)
CROSS JOIN (SELECT max(window_start) AS hour FROM wlan_public WHERE $__timeFilter(window_start)) AS newest
WHERE $__timeFilter(p.window_start) AND s.key = ANY (ARRAY[$zone]::text[])

-- name: hours
-- Whether each zone's hour is shown, and why not.
SELECT $__timeGroup(p.window_start, $__interval) AS "time", s.name AS metric,
       max(CASE p.reason WHEN 'too_few_devices' THEN 1 WHEN 'zone_too_small' THEN 2 WHEN 'not_reported' THEN 3 ELSE 0 END) AS "value"
FROM wlan_public AS p JOIN site AS s USING (site_id)
WHERE $__timeFilter(p.window_start) AND s.key = ANY (ARRAY[$zone]::text[])
GROUP BY 1, 2
ORDER BY 1, 2

-- name: week
-- Devices by weekday and two hours, of all that was ever published: who plans, plans by it.
SELECT to_char(p.hour / 2 * 2, 'FM00') || ':00' AS hour,
       avg(p.clients_concurrent_avg) FILTER (WHERE p.weekday = 1) AS mon,
       avg(p.clients_concurrent_avg) FILTER (WHERE p.weekday = 2) AS tue,
       avg(p.clients_concurrent_avg) FILTER (WHERE p.weekday = 3) AS wed,
       avg(p.clients_concurrent_avg) FILTER (WHERE p.weekday = 4) AS thu,
       avg(p.clients_concurrent_avg) FILTER (WHERE p.weekday = 5) AS fri,
       avg(p.clients_concurrent_avg) FILTER (WHERE p.weekday = 6) AS sat,
       avg(p.clients_concurrent_avg) FILTER (WHERE p.weekday = 7) AS sun
FROM wlan_profile AS p JOIN site AS s USING (site_id)
WHERE s.key = ANY (ARRAY[$zone]::text[])
GROUP BY p.hour / 2
ORDER BY p.hour / 2

-- name: zones_table
-- Zones with their published day.
SELECT s.name AS zone, max(p.access_point_count) AS access_point_count, avg(p.clients_concurrent_avg) AS clients_concurrent_avg,
       max(p.clients_concurrent_max) AS clients_concurrent_max, sum(p.rx_bytes + p.tx_bytes) AS volume,
       avg(p.online_ratio) AS online_ratio, count(*) FILTER (WHERE NOT p.suppressed) AS shown_hours,
       count(*) FILTER (WHERE p.suppressed) AS suppressed_hours
FROM wlan_public AS p JOIN site AS s USING (site_id)
WHERE $__timeFilter(p.window_start) AND s.key = ANY (ARRAY[$zone]::text[])
GROUP BY s.name
ORDER BY s.name

-- name: map
-- Zones on the map with their newest published hour.
SELECT s.name, s.latitude, s.longitude, newest.clients_concurrent_avg AS devices, newest.online_ratio
FROM (
    SELECT DISTINCT ON (site_id) site_id, clients_concurrent_avg, online_ratio
    FROM wlan_public WHERE $__timeFilter(window_start) ORDER BY site_id, window_start DESC
) AS newest
JOIN site AS s USING (site_id)
WHERE s.latitude IS NOT NULL AND s.key = ANY (ARRAY[$zone]::text[])
ORDER BY s.name
