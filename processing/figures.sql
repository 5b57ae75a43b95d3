-- name: meters
-- Sites with how many meters they have by measurement point; empty where a meter does not say its own.
SELECT site.key, site.name, site.metadata, m.measurement_point, m.meter_count::integer
FROM meter_public AS m JOIN site USING (site_id)
ORDER BY site.key, m.measurement_point

-- name: energy_days
-- Energy by site, measurement point and day of the city.
SELECT site.key, d.measurement_point, (d.window_start AT TIME ZONE %(zone)s)::date,
       d.energy_kwh, d.estimated_kwh, d.covered_s, d.reset_count::integer, d.backward_count::integer,
       d.missing_count::integer, d.simulated
FROM energy_day_public AS d JOIN site USING (site_id)
WHERE d.window_start >= %(since)s AND d.window_start < %(until)s
ORDER BY site.key, d.measurement_point, d.window_start

-- name: limits
-- Every limit.
SELECT name, scope, value, unit, valid_from, valid_to, source, status
FROM threshold ORDER BY name, scope, valid_from

-- name: factors
-- Every emission factor.
SELECT energy_source, year, vintage, g_per_kwh, gas, upstream_included, status, source
FROM emission_factor ORDER BY energy_source, year, vintage, gas

-- name: contracts
-- Every contract of supply.
SELECT site_key, supplier, product, valid_from, valid_to, g_per_kwh, gas, renewable_ratio, proof
FROM supply_contract ORDER BY site_key, valid_from, supplier, product

-- name: quantities
-- Quantities that somebody entered.
SELECT site_key, name, first_day, last_day, value, unit, source
FROM site_quantity ORDER BY site_key, name, first_day

-- name: servers
-- CPU usage of servers by quarter hour, as said of the whole node or summed over its applications, and their energy.
SELECT used.node, avg(used.usage), percentile_cont(0.95) WITHIN GROUP (ORDER BY used.usage), count(*)::integer,
       (SELECT sum(e.energy_kwh)
        FROM energy_indicator AS e JOIN sensor AS meter USING (sensor_id) JOIN site USING (site_id)
        WHERE site.key = %(site)s AND meter.metadata ->> 'node' = used.node
          AND meter.metadata ->> 'measurement_point' = coalesce(site.metadata ->> 'node_measurement_point', 'it_input')
          AND e.window_start >= %(since)s AND e.window_start < %(until)s)
FROM (
    SELECT s.metadata ->> 'node' AS node, w.window_start,
           coalesce(sum(w.cpu_share_ratio) FILTER (WHERE s.metadata ->> 'application' = 'whole-node'),
                    sum(w.cpu_share_ratio)) AS usage
    FROM workload_indicator AS w JOIN sensor AS s USING (sensor_id) JOIN site USING (site_id)
    WHERE site.key = %(site)s AND w.window_start >= %(since)s AND w.window_start < %(until)s
    GROUP BY 1, 2
) AS used
WHERE used.usage IS NOT NULL AND used.node IS NOT NULL
GROUP BY used.node
ORDER BY used.node

-- name: applications
-- Active and idle energy of applications over all servers of a site.
SELECT s.metadata ->> 'application' AS application, sum(w.energy_kwh), sum(w.idle_kwh), min(s.metadata ->> 'public_name')
FROM workload_indicator_1d AS w JOIN sensor AS s USING (sensor_id) JOIN site USING (site_id)
WHERE site.key = %(site)s AND w.window_start >= %(since)s AND w.window_start < %(until)s
  AND s.metadata ->> 'application' IS NOT NULL
GROUP BY 1
ORDER BY 1

-- name: wlan_volume
-- Volume of all WLAN zones over a span, before any suppression.
SELECT sum(rx_bytes + tx_bytes), bool_or(simulated)
FROM wlan_indicator
WHERE window_start >= %(since)s AND window_start < %(until)s

-- name: wlan_zones
-- Zones as they are published, with what they are made of; zones without access points as they are.
WITH working AS (
    SELECT DISTINCT site_id FROM wlan_public
    WHERE online_ratio > 0 AND window_start >= %(since)s AND window_start < %(until)s
)
SELECT published.key, count(*)::integer, sum(zone.access_point_count)::integer,
       array_remove(array_agg(DISTINCT member.metadata ->> 'district') FILTER (
           WHERE zone.published_site_id IN (SELECT site_id FROM working)), NULL)
FROM wlan_zone AS zone
JOIN site AS member USING (site_id)
JOIN site AS published ON published.site_id = zone.published_site_id
GROUP BY published.key
UNION ALL
SELECT key, 1, 0, NULL FROM site
WHERE kind = 'wlan_zone' AND NOT EXISTS (SELECT FROM wlan_zone WHERE wlan_zone.site_id = site.site_id)
ORDER BY 1

-- name: wlan_hours
-- Sums over published hours of WLAN by zone; what is suppressed is null in them and in no sum.
SELECT site.key, count(*)::integer, count(*) FILTER (WHERE NOT suppressed)::integer,
       count(*) FILTER (WHERE clients_concurrent_avg IS NOT NULL)::integer,
       coalesce(sum(coverage_ratio * width_s), 0),
       coalesce(sum(access_point_count) FILTER (WHERE online_ratio IS NOT NULL), 0)::double precision,
       coalesce(sum(online_ratio * access_point_count), 0),
       coalesce(sum(clients_concurrent_avg), 0), coalesce(max(clients_concurrent_max), 0),
       coalesce(sum(rx_bytes + tx_bytes), 0), count(rx_bytes + tx_bytes)::integer,
       coalesce(sum(airtime_busy_pct * access_point_count), 0),
       coalesce(sum(access_point_count) FILTER (WHERE airtime_busy_pct IS NOT NULL), 0)::double precision,
       coalesce(sum(energy_wh), 0), count(energy_wh)::integer,
       coalesce(sum(energy_wh) FILTER (WHERE rx_bytes + tx_bytes IS NOT NULL), 0),
       coalesce(sum(rx_bytes + tx_bytes) FILTER (WHERE energy_wh IS NOT NULL), 0),
       bool_or(simulated)
FROM wlan_public JOIN site USING (site_id)
WHERE window_start >= %(since)s AND window_start < %(until)s
GROUP BY site.key
ORDER BY site.key

-- name: wlan_moments
-- How many different hours have a zone that is shown, and the greatest sum over the zones that are.
SELECT count(*)::integer, coalesce(max(clients), 0)
FROM (
    SELECT sum(clients_concurrent_max) AS clients FROM wlan_public
    WHERE NOT suppressed AND window_start >= %(since)s AND window_start < %(until)s
    GROUP BY window_start
) AS moment

-- name: intensities
-- Intensity of the grid over a span.
SELECT begin_at, width_s, g_per_kwh, source FROM grid_intensity
WHERE grid = %(grid)s AND begin_at >= %(since)s AND begin_at < %(until)s
ORDER BY begin_at
