-- Road sections: travel time and how reliable it is, from the cross-sections that the city's description names.

CREATE TABLE section_indicator (
    site_id integer NOT NULL,
    section smallint NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    length_m double precision,
    speed_kmh double precision,
    travel_time_s double precision,
    free_travel_time_s double precision,
    travel_time_p95_s double precision,
    travel_time_index_ratio double precision,
    planning_time_index_ratio double precision,
    buffer_index_ratio double precision,
    coverage_ratio double precision NOT NULL,
    reason smallint NOT NULL,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (site_id, section, window_start)
);
COMMENT ON COLUMN section_indicator.section IS 'Number of the section in the description of its site, from 1';
COMMENT ON COLUMN section_indicator.reason IS
    'Why something is missing: 0 nothing is, 1 a part''s speed, 2 the speed of free flow is not configured, 3 the configuration is wrong';
SELECT keep_indicators('section_indicator', '7 days');

SELECT roll_up_buckets('section_indicator', 'site_id, section', $measures$
    max(length_m) AS length_m,
    max(length_m) * 3.6 / nullif(sum(travel_time_s * coverage_ratio)
        / nullif(sum(coverage_ratio) FILTER (WHERE travel_time_s IS NOT NULL), 0), 0) AS speed_kmh,
    sum(travel_time_s * coverage_ratio)
        / nullif(sum(coverage_ratio) FILTER (WHERE travel_time_s IS NOT NULL), 0) AS travel_time_s,
    avg(free_travel_time_s) AS free_travel_time_s,
    sum(travel_time_index_ratio * coverage_ratio)
        / nullif(sum(coverage_ratio) FILTER (WHERE travel_time_index_ratio IS NOT NULL), 0) AS travel_time_index_ratio,
    sum(coverage_ratio * width_s) AS covered_s
$measures$, ARRAY['1h', '1d']);

-- Sites that have sections are few; every cross-section that is computed asks for them.
CREATE INDEX site_with_sections ON site (site_id) WHERE metadata ? 'sections';

GRANT SELECT ON section_indicator, section_indicator_1h, section_indicator_1d TO emscher_public;
