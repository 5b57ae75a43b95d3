-- name: incidents
-- Spells in which an incident was confirmed or continued, from their begin to their end.
SELECT extract(epoch FROM min(told.window_start))::double precision AS "time",
       (extract(epoch FROM max(told.window_start)) + max(told.width_s))::double precision AS timeend,
       told.name || ', ' || told.section AS text,
       'incident' AS tags
FROM (
    SELECT i.window_start, i.width_s, s.name, s.metadata -> 'sections' -> (i.section - 1) ->> 'name' AS section, i.part,
           i.window_start - row_number() OVER (
               PARTITION BY i.site_id, i.section, i.part ORDER BY i.window_start) * make_interval(secs => i.width_s) AS spell
    FROM incident_indicator AS i JOIN site AS s USING (site_id)
    WHERE $__timeFilter(i.window_start) AND i.state_california_7 >= 7
) AS told
GROUP BY told.name, told.section, told.part, told.spell
ORDER BY 1
