-- Whoever touched last has earned it: the guest is recorded as holder or books an order within a year of the
-- handoff, and the last one at the customer before that was the host.
WITH gains AS (
    SELECT account, holder AS partner, at FROM holders
    UNION ALL
    SELECT account, partner, at FROM orders
)
SELECT DISTINCT handoffs.account
FROM handoffs
JOIN acceptances USING (handoff)
JOIN gains ON gains.account = handoffs.account AND gains.partner = handoffs.guest
WHERE gains.at >= acceptances.at AND julianday(gains.at) < julianday(acceptances.at) + 365
  AND handoffs.host = (
    SELECT touches.partner FROM touches
    WHERE touches.account = handoffs.account AND touches.at < gains.at
    ORDER BY touches.at DESC LIMIT 1
  )
ORDER BY 1;
