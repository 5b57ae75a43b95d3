-- Public WLAN: what is published is written down once and never changed, so that no two answers can be subtracted.

ALTER TABLE wlan_indicator
    ADD COLUMN airtime_busy_pct double precision,
    ADD COLUMN energy_wh double precision;

INSERT INTO threshold (name, value, unit, valid_from, source, status) VALUES
    ('wlan_publication_latest', 1440, 'min', '2000-01-01',
     'Own rule: an hour whose access points have not all reported by then is published without them', 'own');

-- Every zone with the one it is published in: a zone of too few access points joins the one that its metadata name
-- (merge_into), else the nearest that is large enough, else all that are too small form one.
CREATE VIEW wlan_zone AS
WITH counted AS (
    SELECT site.site_id, site.longitude, site.latitude, site.metadata ->> 'merge_into' AS merge_into,
           count(*)::integer AS access_point_count,
           count(*) >= threshold_at('wlan_smallest_zone', now()) AS is_large
    FROM site JOIN sensor USING (site_id)
    WHERE sensor.stream = 'wlan' AND site.key <> 'unconfigured'
    GROUP BY site.site_id
)
SELECT zone.site_id, zone.access_point_count,
       CASE WHEN zone.is_large THEN zone.site_id
            ELSE coalesce(
                named.site_id, nearest.site_id,
                (SELECT min(site_id) FROM counted WHERE is_large), (SELECT min(site_id) FROM counted))
            END AS published_site_id
FROM counted AS zone
LEFT JOIN LATERAL (
    SELECT other.site_id FROM counted AS other JOIN site USING (site_id)
    WHERE site.key = zone.merge_into AND other.is_large
) AS named ON true
LEFT JOIN LATERAL (
    SELECT other.site_id FROM counted AS other
    WHERE other.is_large AND other.longitude IS NOT NULL AND zone.longitude IS NOT NULL
    ORDER BY ((other.longitude - zone.longitude) * cos(radians(zone.latitude))) ^ 2 + (other.latitude - zone.latitude) ^ 2,
             other.site_id
    LIMIT 1
) AS nearest ON true;

CREATE TABLE wlan_unpublished (
    site_id integer NOT NULL,
    window_start timestamptz NOT NULL,
    PRIMARY KEY (site_id, window_start)
);
COMMENT ON TABLE wlan_unpublished IS 'Zones'' hours that were computed and are not published yet';

CREATE FUNCTION note_unpublished_wlan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO wlan_unpublished VALUES (NEW.site_id, NEW.window_start) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER note_unpublished AFTER INSERT ON wlan_indicator
    FOR EACH ROW EXECUTE FUNCTION note_unpublished_wlan();
INSERT INTO wlan_unpublished SELECT site_id, window_start FROM wlan_indicator;

CREATE TABLE wlan_publication (
    site_id integer NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    zone_count integer NOT NULL,
    access_point_count integer NOT NULL,
    clients_concurrent_avg double precision,
    clients_concurrent_max double precision,
    rx_bytes double precision,
    tx_bytes double precision,
    airtime_busy_pct double precision,
    online_ratio double precision,
    energy_wh double precision,
    coverage_ratio double precision NOT NULL,
    reason text CHECK (reason IN ('zone_too_small', 'not_reported', 'too_few_devices')),
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (site_id, window_start),
    CONSTRAINT suppressed_is_empty CHECK (reason IS NULL OR (
        clients_concurrent_avg IS NULL AND clients_concurrent_max IS NULL AND rx_bytes IS NULL AND tx_bytes IS NULL
        AND airtime_busy_pct IS NULL AND energy_wh IS NULL))
);
COMMENT ON TABLE wlan_publication IS
    'Devices, not persons: one zone over one hour as published; a row is never changed, late readings do not reach it';
COMMENT ON COLUMN wlan_publication.reason IS
    'Why the hour is not shown; devices at once are whole numbers, volumes whole megabytes';

CREATE FUNCTION never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is published is never changed';
END
$$;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON wlan_publication
    FOR EACH STATEMENT EXECUTE FUNCTION never_changed();

-- Publish every hour that is over for long enough and that nothing is due for: complete ones at once, others at last.
CREATE FUNCTION publish_wlan(at timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    published bigint;
BEGIN
    INSERT INTO wlan_publication
    SELECT site_id, window_start, width_s, simulated, zone_count, access_point_count,
           CASE WHEN reason IS NULL THEN round(clients_concurrent_avg) END,
           CASE WHEN reason IS NULL THEN round(clients_concurrent_max) END,
           CASE WHEN reason IS NULL THEN 1e6 * round(rx_bytes / 1e6) END,
           CASE WHEN reason IS NULL THEN 1e6 * round(tx_bytes / 1e6) END,
           CASE WHEN reason IS NULL THEN round(airtime_busy_pct) END,
           online_ratio,
           CASE WHEN reason IS NULL THEN round(energy_wh) END,
           coverage_ratio, reason, at
    FROM (
        SELECT hour.site_id, hour.window_start,
               max(found.width_s) AS width_s, bool_or(found.simulated) AS simulated,
               count(*)::integer AS zone_count, sum(zone.access_point_count)::integer AS access_point_count,
               sum(found.clients_concurrent_avg) AS clients_concurrent_avg,
               sum(found.clients_concurrent_max) AS clients_concurrent_max,
               sum(found.rx_bytes) AS rx_bytes, sum(found.tx_bytes) AS tx_bytes,
               sum(found.airtime_busy_pct * zone.access_point_count)
                   / sum(zone.access_point_count) FILTER (WHERE found.airtime_busy_pct IS NOT NULL) AS airtime_busy_pct,
               sum(found.online_ratio * zone.access_point_count)
                   / sum(zone.access_point_count) FILTER (WHERE found.online_ratio IS NOT NULL) AS online_ratio,
               sum(found.energy_wh) AS energy_wh,
               least(sum(found.coverage_ratio * found.access_point_count) / sum(zone.access_point_count), 1)
                   AS coverage_ratio,
               CASE WHEN sum(least(found.access_point_count, zone.access_point_count))
                        < threshold_at('wlan_smallest_zone', hour.window_start) THEN 'zone_too_small'
                    WHEN sum(found.clients_concurrent_avg) IS NULL OR sum(found.clients_concurrent_max) IS NULL
                        THEN 'not_reported'
                    WHEN sum(found.clients_concurrent_max) > 0
                        AND sum(found.clients_concurrent_avg) < threshold_at('wlan_smallest_count', hour.window_start)
                        THEN 'too_few_devices' END AS reason
        FROM (
            SELECT DISTINCT zone.published_site_id AS site_id, waiting.window_start
            FROM wlan_unpublished AS waiting JOIN wlan_zone AS zone USING (site_id)
            WHERE waiting.window_start <= at
        ) AS hour
        JOIN wlan_zone AS zone ON zone.published_site_id = hour.site_id
        LEFT JOIN wlan_indicator AS found ON found.site_id = zone.site_id AND found.window_start = hour.window_start
        WHERE NOT EXISTS (
            SELECT FROM due_window AS due JOIN wlan_zone AS waiting USING (site_id)
            WHERE due.family = 'wlan' AND waiting.published_site_id = hour.site_id
              AND due.window_start = hour.window_start)
        GROUP BY hour.site_id, hour.window_start
        HAVING hour.window_start + make_interval(
            secs => max(found.width_s),
            mins => threshold_at(
                CASE WHEN bool_and(coalesce(
                    found.coverage_ratio >= 1 AND found.access_point_count >= zone.access_point_count, false))
                THEN 'wlan_publication_delay' ELSE 'wlan_publication_latest' END, hour.window_start)::integer) <= at
    ) AS summed
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS published = ROW_COUNT;
    DELETE FROM wlan_unpublished AS waiting
    USING wlan_zone AS zone, wlan_publication AS done
    WHERE zone.site_id = waiting.site_id AND done.site_id = zone.published_site_id
      AND done.window_start = waiting.window_start;
    RETURN published;
END
$$;
GRANT EXECUTE ON FUNCTION publish_wlan, note_unpublished_wlan, never_changed TO emscher_writer;

DROP VIEW wlan_public;
CREATE VIEW wlan_public AS
SELECT site_id, window_start, width_s, simulated, zone_count, access_point_count, clients_concurrent_avg,
       clients_concurrent_max, rx_bytes, tx_bytes, airtime_busy_pct, online_ratio, energy_wh, coverage_ratio,
       reason IS NOT NULL AS suppressed, reason, computed_at
FROM wlan_publication;

-- Every sum that is published is a sum of published hours alone: what is suppressed is in none of them.
CREATE VIEW wlan_public_1d AS
SELECT site_id, time_bucket('1 day', window_start, 'Europe/Berlin') AS window_start, bool_or(simulated) AS simulated,
       round(avg(clients_concurrent_avg)) AS clients_concurrent_avg,
       max(clients_concurrent_max) AS clients_concurrent_max,
       sum(rx_bytes) AS rx_bytes, sum(tx_bytes) AS tx_bytes, round(avg(airtime_busy_pct)) AS airtime_busy_pct,
       avg(online_ratio) AS online_ratio, sum(energy_wh) AS energy_wh, avg(coverage_ratio) AS coverage_ratio,
       count(*) FILTER (WHERE NOT suppressed) AS shown_hours,
       count(*) FILTER (WHERE suppressed) AS suppressed_hours,
       max(computed_at) AS computed_at
FROM wlan_public
GROUP BY site_id, time_bucket('1 day', window_start, 'Europe/Berlin');

CREATE VIEW wlan_profile AS
SELECT site_id, extract(isodow FROM window_start AT TIME ZONE 'Europe/Berlin')::integer AS weekday,
       extract(hour FROM window_start AT TIME ZONE 'Europe/Berlin')::integer AS hour,
       bool_or(simulated) AS simulated,
       round(avg(clients_concurrent_avg)) AS clients_concurrent_avg,
       max(clients_concurrent_max) AS clients_concurrent_max,
       avg(rx_bytes + tx_bytes) AS volume_bytes,
       count(*) FILTER (WHERE NOT suppressed) AS shown_hours,
       count(*) FILTER (WHERE suppressed) AS suppressed_hours
FROM wlan_public
GROUP BY 1, 2, 3;

GRANT SELECT ON wlan_zone, wlan_public, wlan_public_1d, wlan_profile TO emscher_public;
