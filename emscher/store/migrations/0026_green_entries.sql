-- What an officer enters for Green IT and WLAN: more kinds of quantities, the grid's intensity by the quarter hour, and
-- factors of two more years.

ALTER TABLE site_quantity DROP CONSTRAINT site_quantity_name_check;
ALTER TABLE site_quantity ADD CONSTRAINT site_quantity_name_check
    CHECK (name IN ('renewable_kwh', 'reused_heat_kwh', 'water_m3', 'mobile_volume_gb', 'district_count'));
COMMENT ON COLUMN site_quantity.site_key IS 'A site, or city for what is the whole city''s';

CREATE TABLE grid_intensity (
    grid text NOT NULL,
    begin_at timestamptz NOT NULL,
    width_s integer NOT NULL CHECK (width_s BETWEEN 60 AND 3600 AND 3600 % width_s = 0),
    g_per_kwh double precision NOT NULL CHECK (g_per_kwh >= 0),
    source text NOT NULL,
    PRIMARY KEY (grid, begin_at)
);
COMMENT ON TABLE grid_intensity IS 'Carbon intensity of electricity over a day, to shift work to where it is low; never for a balance';
GRANT SELECT ON grid_intensity TO emscher_public;

-- The newest estimates of these years as the publication of 2025 has them (Climate Change 13/2025).
INSERT INTO emission_factor (energy_source, year, vintage, g_per_kwh, gas, upstream_included, status, source) VALUES
    ('electricity mix Germany', 2022, 2025, 433, 'CO2', false, 'final', 'Federal Environment Agency 13/2025, secondary'),
    ('electricity mix Germany', 2023, 2025, 386, 'CO2', false, 'provisional', 'Federal Environment Agency 13/2025, secondary')
ON CONFLICT DO NOTHING;
