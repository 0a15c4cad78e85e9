-- The account was recorded for the guest within a year of the handoff.
SELECT DISTINCT handoffs.account
FROM handoffs
JOIN acceptances USING (handoff)
JOIN holders ON holders.account = handoffs.account AND holders.holder = handoffs.guest
WHERE holders.at >= acceptances.at AND julianday(holders.at) < julianday(acceptances.at) + 365
ORDER BY 1;
