-- name: sites
-- Data centres to choose from.
SELECT DISTINCT name AS __text, key AS __value FROM green_it_day ORDER BY 1

-- name: period
-- Sums and ratios of the days of the period that are known well enough.
SELECT sum(eit_kwh) AS eit_kwh, sum(edc_kwh) AS edc_kwh,
       sum(edc_kwh) FILTER (WHERE eit_kwh IS NOT NULL) / nullif(sum(eit_kwh) FILTER (WHERE edc_kwh IS NOT NULL), 0) AS pue,
       sum(co2_location_kg) AS co2_location_kg, sum(co2_market_kg) AS co2_market_kg,
       sum(ref_ratio * edc_kwh) / nullif(sum(edc_kwh) FILTER (WHERE ref_ratio IS NOT NULL), 0) AS ref
FROM green_it_day
WHERE $__timeFilter(window_start) AND key = ANY (ARRAY[$site]::text[])

-- name: energy
-- Energy over time, summed over the chosen sites: of IT, and what comes on top of it; both make the whole.
SELECT date_trunc('$period', d.window_start, 'Europe/Berlin') AS "time", sum(d.eit_kwh) AS eit_kwh,
       sum(d.edc_kwh - d.eit_kwh) AS rest_kwh
FROM green_it_day AS d
WHERE $__timeFilter(d.window_start) AND d.key = ANY (ARRAY[$site]::text[]) AND d.edc_kwh IS NOT NULL
GROUP BY 1
ORDER BY 1

-- name: pue
-- PUE by site over time.
SELECT date_trunc('$period', d.window_start, 'Europe/Berlin') AS "time", d.name AS metric,
       sum(d.edc_kwh) FILTER (WHERE d.eit_kwh IS NOT NULL)
           / nullif(sum(d.eit_kwh) FILTER (WHERE d.edc_kwh IS NOT NULL), 0) AS "value"
FROM green_it_day AS d
WHERE $__timeFilter(d.window_start) AND d.key = ANY (ARRAY[$site]::text[])
GROUP BY 1, 2
ORDER BY 1, 2

-- name: carbon
-- CO2 over time, by where it was used and by what was bought.
SELECT date_trunc('$period', d.window_start, 'Europe/Berlin') AS "time", sum(d.co2_location_kg) AS co2_location_kg,
       sum(d.co2_market_kg) AS co2_market_kg
FROM green_it_day AS d
WHERE $__timeFilter(d.window_start) AND d.key = ANY (ARRAY[$site]::text[])
GROUP BY 1
ORDER BY 1

-- name: power
-- Mean power by measurement point over time, summed over the chosen sites.
SELECT $__timeGroup(told.window_start, $__interval, NULL) AS "time", told.measurement_point AS metric, avg(told.power_kw) AS "value"
FROM (
    SELECT i.window_start, s.metadata ->> 'measurement_point' AS measurement_point,
           sum(i.energy_kwh * 3600 / i.width_s) AS power_kw
    FROM energy_indicator AS i JOIN sensor AS s USING (sensor_id) JOIN site USING (site_id)
    WHERE $__interval_ms < 3600000 AND $__timeFilter(i.window_start) AND site.key = ANY (ARRAY[$site]::text[]) AND i.coverage_ratio > 0.9
    GROUP BY 1, 2
    UNION ALL
    SELECT i.window_start, s.metadata ->> 'measurement_point' AS measurement_point, sum(i.energy_kwh) AS power_kw
    FROM energy_indicator_1h AS i JOIN sensor AS s USING (sensor_id) JOIN site USING (site_id)
    WHERE $__interval_ms >= 3600000 AND $__timeFilter(i.window_start) AND site.key = ANY (ARRAY[$site]::text[]) AND i.covered_s > 3240
    GROUP BY 1, 2
) AS told
GROUP BY 1, 2
ORDER BY 1, 2

-- name: applications
-- Energy of applications over the period: active by CPU time, idle by reservation; the most first.
SELECT s.metadata ->> 'application' AS application, sum(coalesce(i.energy_kwh, 0) + coalesce(i.idle_kwh, 0)) AS energy_kwh
FROM workload_indicator_1d AS i JOIN sensor AS s USING (sensor_id) JOIN site USING (site_id)
WHERE $__timeFilter(i.window_start) AND site.key = ANY (ARRAY[$site]::text[])
  AND s.metadata ->> 'application' IS NOT NULL AND s.metadata ->> 'application' <> 'whole-node'
  AND (i.energy_kwh IS NOT NULL OR i.idle_kwh IS NOT NULL)
GROUP BY 1
ORDER BY 2 DESC
LIMIT 12

-- name: servers
-- How much of each server is used over the period, the least first, and whether that is idle by the limits.
WITH used AS (
    SELECT node.site_id, node.node, avg(node.usage) AS mean_usage,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY node.usage) AS p95_usage, count(*) / 24.0 AS days
    FROM (
        SELECT s.site_id, s.metadata ->> 'node' AS node, w.window_start,
               coalesce(sum(w.cpu_share_ratio) FILTER (WHERE s.metadata ->> 'application' = 'whole-node'),
                        sum(w.cpu_share_ratio)) AS usage
        FROM workload_indicator_1h AS w JOIN sensor AS s USING (sensor_id) JOIN site USING (site_id)
        WHERE $__timeFilter(w.window_start) AND site.key = ANY (ARRAY[$site]::text[]) AND s.metadata ->> 'node' IS NOT NULL
        GROUP BY 1, 2, 3
    ) AS node
    WHERE node.usage IS NOT NULL
    GROUP BY 1, 2
), metered AS (
    SELECT meter.site_id, meter.metadata ->> 'node' AS node, sum(e.energy_kwh) AS energy_kwh
    FROM (
        SELECT sensor_id, sum(energy_kwh) AS energy_kwh FROM energy_indicator WHERE $__timeFilter(window_start) GROUP BY 1
    ) AS e
    JOIN sensor AS meter USING (sensor_id) JOIN site USING (site_id)
    WHERE meter.metadata ->> 'measurement_point' = coalesce(site.metadata ->> 'node_measurement_point', 'it_input')
    GROUP BY 1, 2
)
SELECT site.name AS site, used.node, used.mean_usage, used.p95_usage, used.days, metered.energy_kwh,
       CASE WHEN used.mean_usage >= threshold_at('idle_server_mean_below', $__timeTo()::timestamptz)
                OR used.p95_usage >= threshold_at('idle_server_p95_below', $__timeTo()::timestamptz) THEN 0
            WHEN used.days >= threshold_at('idle_server_days_at_least', $__timeTo()::timestamptz) THEN 2 ELSE 1 END AS state
FROM used JOIN site USING (site_id) LEFT JOIN metered USING (site_id, node)
ORDER BY used.mean_usage

-- name: targets
-- Targets with where they stand; twelve months, or what the days there are would come to.
SELECT coalesce(s.name, t.site_key) AS site, t.indicator, t.light,
       t.reached_value, t.path_value, t.value AS target_value, t.off_pct, t.due, t.days, t.decision, t.responsible
FROM target_state AS t LEFT JOIN site AS s ON s.key = t.site_key
WHERE t.site_key = 'city' OR t.site_key = ANY (ARRAY[$site]::text[])
ORDER BY t.light DESC, t.site_key, t.indicator

-- name: measures
-- Measures with what they were to save and did.
SELECT title, planned_kwh_per_year, achieved_kwh_per_year, due, responsible, next_step
FROM measure ORDER BY number

-- name: factors
-- Emission factors of the newest years, as CO2 is computed with.
SELECT DISTINCT ON (year) year::text AS year, g_per_kwh / 1000 AS kg_per_kwh, vintage::text AS vintage, status, source
FROM emission_factor
WHERE energy_source = 'electricity mix Germany' AND NOT upstream_included
ORDER BY year DESC, vintage DESC
LIMIT 5
