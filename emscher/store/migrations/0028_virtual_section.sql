-- Virtual cross-sections, balanced from measured ones, and how far a measured one is from its balance.

CREATE TABLE virtual_section_indicator (
    site_id integer NOT NULL,
    section smallint NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    flow_veh_h double precision,
    speed_kmh double precision,
    density_veh_km double precision,
    quality_ratio double precision,
    interpolated boolean NOT NULL,
    measured_flow_veh_h double precision,
    deviation_pct double precision,
    reason smallint NOT NULL,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (site_id, section, window_start)
);
COMMENT ON COLUMN virtual_section_indicator.section IS
    'Number of the virtual cross-section in the description of its site, from 1';
COMMENT ON COLUMN virtual_section_indicator.reason IS
    'Why there is no flow: 0 there is one, 1 a part has none, 2 the configuration is wrong';
SELECT keep_indicators('virtual_section_indicator', '7 days');

-- Over a longer time a deviation is that of the vehicles, of the minutes in which both are known: a detector drifts slowly.
SELECT roll_up_buckets('virtual_section_indicator', 'site_id, section', $measures$
    sum(flow_veh_h * width_s) / sum(width_s) FILTER (WHERE flow_veh_h IS NOT NULL) AS flow_veh_h,
    sum(speed_kmh * flow_veh_h * width_s)
        / nullif(sum(flow_veh_h * width_s) FILTER (WHERE speed_kmh IS NOT NULL), 0) AS speed_kmh,
    sum(density_veh_km * width_s) / sum(width_s) FILTER (WHERE density_veh_km IS NOT NULL) AS density_veh_km,
    sum(quality_ratio * width_s) / sum(width_s) AS quality_ratio,
    sum(measured_flow_veh_h * width_s)
        / sum(width_s) FILTER (WHERE measured_flow_veh_h IS NOT NULL) AS measured_flow_veh_h,
    100 * (sum(measured_flow_veh_h * width_s) FILTER (WHERE flow_veh_h IS NOT NULL)
        / nullif(sum(flow_veh_h * width_s) FILTER (WHERE measured_flow_veh_h IS NOT NULL), 0) - 1) AS deviation_pct,
    sum(width_s) FILTER (WHERE flow_veh_h IS NOT NULL) AS covered_s
$measures$, ARRAY['15min', '1h', '1d']);

CREATE INDEX site_with_virtual_sections ON site (site_id) WHERE metadata ? 'virtual_sections';

GRANT SELECT ON virtual_section_indicator, virtual_section_indicator_15min, virtual_section_indicator_1h,
    virtual_section_indicator_1d TO emscher_public;
