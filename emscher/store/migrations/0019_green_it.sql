-- Figures of Green IT: limits and factors with their sources, contracts of supply, entered quantities, published sums.

CREATE TABLE supply_contract (
    contract_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site_key text,
    supplier text NOT NULL,
    product text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    g_per_kwh double precision NOT NULL CHECK (g_per_kwh >= 0),
    gas text NOT NULL,
    renewable_ratio double precision NOT NULL CHECK (renewable_ratio BETWEEN 0 AND 1),
    proof text NOT NULL DEFAULT '',
    source text NOT NULL,
    -- A factor of 0 is claimed with proof or not at all.
    CONSTRAINT nothing_for_nothing CHECK (g_per_kwh > 0 OR proof <> ''),
    CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
COMMENT ON TABLE supply_contract IS 'Contracts of electricity, for market-based CO2; a contract without a site supplies all of them';
COMMENT ON COLUMN supply_contract.proof IS 'For instance the cancellation of guarantees of origin; empty where there is none';

CREATE TABLE site_quantity (
    site_key text NOT NULL,
    name text NOT NULL CHECK (name IN ('renewable_kwh', 'reused_heat_kwh', 'water_m3')),
    first_day date NOT NULL,
    last_day date NOT NULL,
    value double precision NOT NULL CHECK (value >= 0),
    unit text NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (site_key, name, first_day),
    CHECK (last_day > first_day)
);
COMMENT ON TABLE site_quantity IS 'What no meter here delivers, over days from first_day up to but not including last_day';

GRANT SELECT ON supply_contract, site_quantity TO emscher_public;

-- How many meters a site has at each point, and what they gave each day: sums, of which no server can be told.
CREATE VIEW meter_public AS
SELECT site_id, coalesce(metadata ->> 'measurement_point', '') AS measurement_point, count(*) AS meter_count
FROM sensor WHERE stream = 'energy'
GROUP BY 1, 2;

CREATE VIEW energy_day_public AS
SELECT s.site_id, coalesce(s.metadata ->> 'measurement_point', '') AS measurement_point, i.window_start,
       bool_or(i.simulated) AS simulated, sum(i.energy_kwh) AS energy_kwh, sum(i.estimated_kwh) AS estimated_kwh,
       sum(i.covered_s) AS covered_s, sum(i.reset_count) AS reset_count, sum(i.backward_count) AS backward_count,
       sum(i.missing_count) AS missing_count
FROM energy_indicator_1d AS i JOIN sensor AS s USING (sensor_id)
GROUP BY 1, 2, 3;

GRANT SELECT ON meter_public, energy_day_public TO emscher_public;

INSERT INTO threshold (name, scope, value, unit, valid_from, valid_to, source, status) VALUES
    ('figure_completeness_at_least', '', 90, '%', '2000-01-01', NULL,
     'Own rule; EnEfG section 12(2) asks for continuous measurement', 'own'),
    ('pue_at_most', 'started before 2026-07-01', 1.5, '1', '2027-07-01', '2030-06-30', 'EnEfG section 11(1) no. 1', 'verified'),
    ('pue_at_most', 'started before 2026-07-01', 1.3, '1', '2030-07-01', NULL, 'EnEfG section 11(1) no. 2', 'verified'),
    ('pue_at_most', 'started from 2026-07-01', 1.2, '1', '2028-07-01', NULL,
     'EnEfG section 11(2) no. 1; within two years of the start, electricity of a pure heat upgrade left out', 'verified'),
    ('erf_at_least', 'started from 2026-07-01', 0.10, '1', '2028-07-01', NULL, 'EnEfG section 11(2) no. 2', 'verified'),
    ('erf_at_least', 'started from 2027-07-01', 0.15, '1', '2029-07-01', NULL, 'EnEfG section 11(2) no. 2', 'verified'),
    ('erf_at_least', 'started from 2028-07-01', 0.20, '1', '2030-07-01', NULL, 'EnEfG section 11(2) no. 2', 'verified'),
    ('ref_at_least', '', 0.5, '1', '2024-01-01', '2026-12-31', 'EnEfG section 11(5) no. 1', 'verified'),
    ('ref_at_least', '', 1.0, '1', '2027-01-01', NULL, 'EnEfG section 11(5) no. 2', 'verified'),
    ('data_centre_power_at_least', '', 300, 'kW', '2023-11-18', NULL,
     'EnEfG section 3 no. 24, connected power without redundancy', 'verified'),
    ('certified_ems_power_at_least', 'data centre of or for a public body', 300, 'kW', '2026-01-01', NULL,
     'EnEfG section 12(3)', 'verified'),
    ('certified_ems_power_at_least', 'IT operated for a public body', 300, 'kW', '2026-01-01', NULL,
     'EnEfG section 12(5)', 'verified'),
    ('it_operator_power_at_least', '', 50, 'kW', '2023-11-18', NULL, 'EnEfG section 3 no. 4', 'verified'),
    ('eu_report_power_at_least', '', 500, 'kW', '2024-06-06', NULL,
     'Delegated Regulation (EU) 2024/1364, installed IT power demand', 'verified'),
    ('pue_at_most', 'label, started 2024 or later', 1.25, '1', '2023-01-01', NULL, 'DE-UZ 228', 'secondary'),
    ('pue_at_most', 'label, started 2019 to 2023', 1.30, '1', '2023-01-01', NULL, 'DE-UZ 228', 'secondary'),
    ('pue_at_most', 'label, started 2015 to 2018', 1.50, '1', '2023-01-01', NULL, 'DE-UZ 228', 'secondary'),
    ('pue_at_most', 'label, started 2014 or earlier', 1.60, '1', '2023-01-01', NULL, 'DE-UZ 228', 'secondary'),
    ('cer_above', 'label, started 2024 or later', 9, '1', '2023-01-01', NULL, 'DE-UZ 228', 'secondary'),
    ('ref_at_least', 'label', 1.0, '1', '2023-01-01', NULL, 'DE-UZ 228 no. 3.2.4', 'secondary'),
    ('iteusv_at_least', 'label', 0.20, '1', '2023-01-01', NULL, 'DE-UZ 228 no. 3.3.3, over 12 months', 'secondary'),
    ('idle_server_mean_below', '', 0.05, '1', '2000-01-01', NULL, 'Anthesis and Koomey 2015; limit own', 'secondary'),
    ('idle_server_p95_below', '', 0.10, '1', '2000-01-01', NULL, 'Own rule', 'own'),
    ('idle_server_days_at_least', '', 90, 'd', '2000-01-01', NULL, 'Own rule: a candidate, to be confirmed by its owner', 'own');

INSERT INTO emission_factor (energy_source, year, vintage, g_per_kwh, gas, upstream_included, status, source) VALUES
    ('electricity mix Germany', 1990, 2025, 764, 'CO2', false, 'final', 'Federal Environment Agency, secondary'),
    ('electricity mix Germany', 2014, 2017, 564, 'CO2', false, 'at publication', 'Federal Environment Agency 2017, secondary'),
    ('electricity mix Germany', 2015, 2017, 534, 'CO2', false, 'provisional', 'Federal Environment Agency 2017, secondary'),
    ('electricity mix Germany', 2015, 2021, 527, 'CO2', false, 'revised', 'Federal Environment Agency 2021, secondary'),
    ('electricity mix Germany', 2017, 2020, 485, 'CO2', false, 'final', 'Federal Environment Agency, secondary'),
    ('electricity mix Germany', 2018, 2020, 468, 'CO2', false, 'provisional', 'Federal Environment Agency, secondary'),
    ('electricity mix Germany', 2019, 2020, 401, 'CO2', false, 'estimate', 'Federal Environment Agency, secondary'),
    ('electricity mix Germany', 2020, 2021, 366, 'CO2', false, 'estimate', 'Federal Environment Agency, secondary'),
    ('electricity mix Germany', 2024, 2025, 363, 'CO2', false, 'estimate', 'Federal Environment Agency, two secondary sources'),
    ('electricity mix Germany', 2025, 2026, 344, 'CO2', false, 'first estimate',
     'Federal Environment Agency, two secondary sources; primary not seen');
