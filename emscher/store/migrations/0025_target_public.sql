-- What the council decided is public; who answers for it in the administration is said in the council's report.

CREATE VIEW target_public AS
SELECT site_key, indicator, value, unit, better, due, decision, baseline_year, baseline_value, simulated
FROM target;
GRANT SELECT ON target_public TO emscher_public;
