-- name: targets
-- Every target.
SELECT site_key, indicator, value, unit, better, due, decision, responsible, baseline_year, baseline_value, remark
FROM target ORDER BY site_key, indicator, due

-- name: measures
-- Every measure.
SELECT number, title, planned_kwh_per_year, responsible, due, next_step, achieved_kwh_per_year, cost_eur
FROM measure ORDER BY number

-- name: plan_is_simulated
-- Whether any target or measure is an example.
SELECT EXISTS (SELECT FROM target WHERE simulated) OR EXISTS (SELECT FROM measure WHERE simulated)

-- name: clear_targets
-- Take all targets away; frozen reports have their own copy.
DELETE FROM target

-- name: clear_measures
-- Take all measures away.
DELETE FROM measure

-- name: add_target
-- Write a target.
INSERT INTO target (site_key, indicator, value, unit, better, due, decision, responsible, baseline_year,
                    baseline_value, remark, simulated)
VALUES (%(site)s, %(indicator)s, %(value)s, %(unit)s, %(better)s, %(due)s, %(decision)s, %(responsible)s,
        %(baseline_year)s, %(baseline_value)s, %(remark)s, %(simulated)s)

-- name: add_measure
-- Write a measure.
INSERT INTO measure (number, title, planned_kwh_per_year, achieved_kwh_per_year, cost_eur, responsible, due,
                     next_step, simulated)
VALUES (%(number)s, %(title)s, %(planned_kwh_per_year)s, %(achieved_kwh_per_year)s, %(cost_eur)s, %(responsible)s,
        %(due)s, %(next_step)s, %(simulated)s)

-- name: wlan
-- Public WLAN as it is published: what is suppressed is in no sum here.
SELECT count(DISTINCT site_id)::integer,
       (SELECT count(*)::integer FROM wlan_zone),
       sum(online_ratio * access_point_count) / sum(access_point_count) FILTER (WHERE online_ratio IS NOT NULL),
       sum(rx_bytes + tx_bytes),
       count(*) FILTER (WHERE NOT suppressed)::integer,
       count(*) FILTER (WHERE suppressed)::integer,
       coalesce(bool_or(simulated), false)
FROM wlan_public
WHERE window_start >= %(since)s AND window_start < %(until)s

-- name: frozen
-- Reports that were frozen, up to a quarter, the newest first.
SELECT quarter, frozen_at, sha256, document FROM report WHERE quarter <= %(quarter)s ORDER BY quarter DESC LIMIT 8

-- name: freeze
-- Keep a report for good; nothing happens where its quarter has one.
INSERT INTO report (quarter, frozen_at, software_version, factor_vintage, completeness_pct, document, sha256)
VALUES (%(quarter)s, %(frozen_at)s, %(software_version)s, %(factor_vintage)s, %(completeness_pct)s, %(document)s,
        %(sha256)s)
ON CONFLICT (quarter) DO NOTHING
