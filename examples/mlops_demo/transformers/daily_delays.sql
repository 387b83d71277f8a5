-- How each service (a carrier on a route) did on each day. Whole numbers only, so that sums over any days are exact.
SELECT
    service_day,
    carrier,
    origin,
    dest,
    COUNT(*) AS planned,
    COUNT(arr_delay) AS landed,
    CAST(COALESCE(SUM(arr_delay), 0) AS BIGINT) AS delay_minutes,
    COUNT(*) FILTER (WHERE arr_delay > 15) AS late
FROM {{ df_1 }}
GROUP BY service_day, carrier, origin, dest
ORDER BY service_day, carrier, origin, dest
