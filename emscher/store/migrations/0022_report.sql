-- The council's report: targets with their decisions, measures, and reports as they were frozen.

CREATE TABLE target (
    site_key text NOT NULL,
    indicator text NOT NULL,
    value double precision NOT NULL,
    unit text NOT NULL,
    better text NOT NULL CHECK (better IN ('lower', 'higher')),
    due date NOT NULL,
    decision text NOT NULL,
    responsible text NOT NULL,
    baseline_year integer NOT NULL,
    baseline_value double precision NOT NULL,
    remark text NOT NULL DEFAULT '',
    simulated boolean NOT NULL,
    PRIMARY KEY (site_key, indicator, due),
    CHECK (due > make_date(baseline_year, 12, 31))
);
COMMENT ON TABLE target IS
    'What the council decided, for twelve months each; the path from the end of the baseline year to the due date is linear';
COMMENT ON COLUMN target.site_key IS 'A site, or city for the sum of all';

CREATE TABLE measure (
    number text PRIMARY KEY,
    title text NOT NULL,
    planned_kwh_per_year double precision NOT NULL CHECK (planned_kwh_per_year >= 0),
    achieved_kwh_per_year double precision,
    cost_eur double precision,
    responsible text NOT NULL,
    due date NOT NULL,
    next_step text NOT NULL,
    simulated boolean NOT NULL
);
COMMENT ON TABLE measure IS 'What is done to save energy; achieved is empty until it was measured';

CREATE TABLE report (
    report_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    quarter text NOT NULL UNIQUE,
    frozen_at timestamptz NOT NULL,
    software_version text NOT NULL,
    factor_vintage integer,
    completeness_pct double precision,
    document text NOT NULL,
    sha256 text NOT NULL,
    CONSTRAINT hash_fits CHECK (sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex'))
);
COMMENT ON TABLE report IS 'Reports as the council got them; a row is never changed, a correction is shown beside it';
COMMENT ON COLUMN report.document IS 'The JSON byte for byte, so that its hash can be computed again';
COMMENT ON COLUMN report.completeness_pct IS 'The least of all meters at all sites; empty where nothing is metered';

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON report
    FOR EACH STATEMENT EXECUTE FUNCTION never_changed();

INSERT INTO threshold (name, scope, value, unit, valid_from, valid_to, source, status) VALUES
    ('ems_power_at_least', '', 300, 'kW', '2025-07-01', NULL, 'EnEfG section 12(1)', 'verified'),
    ('publication_power_at_least', '', 300, 'kW', '2023-11-18', NULL,
     'EnEfG section 13, annex 3, by 31 March each year', 'verified'),
    ('customer_statement_power_at_least', '', 300, 'kW', '2023-11-18', NULL, 'EnEfG section 15, each year', 'verified');
