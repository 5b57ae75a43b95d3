-- Hours of cross-sections, one from each quarter: flow, peak hour factor, density and its grade.

CREATE TABLE peak_hour_indicator (
    site_id integer NOT NULL,
    bearing_deg smallint NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    flow_veh_h double precision,
    quarter_flow_max_veh_h double precision,
    peak_hour_factor_ratio double precision,
    lane_density_veh_km double precision,
    street_qsv smallint,
    coverage_ratio double precision NOT NULL,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (site_id, bearing_deg, window_start)
);
COMMENT ON TABLE peak_hour_indicator IS 'Hours that overlap: each begins a quarter after the one before';
COMMENT ON COLUMN peak_hour_indicator.flow_veh_h IS 'NULL until all four quarters are known, and where one is not';
COMMENT ON COLUMN peak_hour_indicator.street_qsv IS '0 = A to 5 = F; lanes of type main alone have limits';
SELECT keep_indicators('peak_hour_indicator', '7 days');

-- A day has the hour with the most vehicles, and the factor of that hour.
SELECT roll_up_buckets('peak_hour_indicator', 'site_id, bearing_deg', $measures$
    max(flow_veh_h) AS flow_veh_h,
    max(quarter_flow_max_veh_h) AS quarter_flow_max_veh_h,
    (max(ARRAY[flow_veh_h, peak_hour_factor_ratio]) FILTER (WHERE peak_hour_factor_ratio IS NOT NULL))[2]
        AS peak_hour_factor_ratio,
    max(lane_density_veh_km) AS lane_density_veh_km,
    max(street_qsv) AS street_qsv,
    sum(coverage_ratio * 900) AS covered_s
$measures$, ARRAY['1d']);

INSERT INTO threshold (name, scope, value, unit, valid_from, source, status) VALUES
    ('traffic_street_density_a', 'main', 7, 'veh/km', '2000-01-01', 'HBS 2015, S3, from general knowledge', 'unverified'),
    ('traffic_street_density_b', 'main', 14, 'veh/km', '2000-01-01', 'HBS 2015, S3, from general knowledge', 'unverified'),
    ('traffic_street_density_c', 'main', 23, 'veh/km', '2000-01-01', 'HBS 2015, S3, from general knowledge', 'unverified'),
    ('traffic_street_density_d', 'main', 34, 'veh/km', '2000-01-01', 'HBS 2015, S3, from general knowledge', 'unverified'),
    ('traffic_street_density_e', 'main', 45, 'veh/km', '2000-01-01', 'HBS 2015, S3, from general knowledge', 'unverified');

GRANT SELECT ON peak_hour_indicator, peak_hour_indicator_1d TO emscher_public;
