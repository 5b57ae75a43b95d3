-- Cross-sections: the lanes of a site that lead the same way, per minute.

CREATE TABLE cross_section_indicator (
    site_id integer NOT NULL,
    bearing_deg smallint NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    flow_veh_h double precision,
    heavy_share_pct double precision,
    speed_kmh double precision,
    density_veh_km double precision,
    pcu_flow_pcu_h double precision,
    quality_ratio double precision,
    lane_count smallint NOT NULL,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (site_id, bearing_deg, window_start)
);
COMMENT ON COLUMN cross_section_indicator.bearing_deg IS 'Where the lanes lead: 0 north, 90 east, 180 south, 270 west';
COMMENT ON COLUMN cross_section_indicator.quality_ratio IS 'Share of the lanes'' time with a plausible count';
SELECT keep_indicators('cross_section_indicator', '7 days');

INSERT INTO threshold (name, value, unit, valid_from, source, status) VALUES
    ('traffic_heavy_pcu', 2.2, 'pcu', '2000-01-01',
     'Table DUA25, parameter k1 of its test; motorways, not checked for city streets', 'unverified'),
    ('traffic_heavy_pcu_per_kmh', 0.02, 'pcu/(km/h)', '2000-01-01',
     'Table DUA25, parameter k2 of its test; motorways, not checked for city streets', 'unverified');

GRANT SELECT ON cross_section_indicator TO emscher_public;
