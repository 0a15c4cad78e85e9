-- B0 without those for whom a letter of the customer or a release of the host was on file, from sixty days
-- before the change to two weeks after it.
SELECT DISTINCT handoffs.account
FROM handoffs
JOIN acceptances USING (handoff)
JOIN holders ON holders.account = handoffs.account AND holders.holder = handoffs.guest
WHERE holders.at >= acceptances.at AND julianday(holders.at) < julianday(acceptances.at) + 365
  AND NOT EXISTS (
    SELECT 1 FROM letters
    WHERE letters.account = handoffs.account AND letters.gaining = handoffs.guest
      AND julianday(letters.at) BETWEEN julianday(holders.at) - 60 AND julianday(holders.at) + 14
  )
  AND NOT EXISTS (
    SELECT 1 FROM releases
    WHERE releases.account = handoffs.account
      AND julianday(releases.at) BETWEEN julianday(holders.at) - 60 AND julianday(holders.at) + 14
  )
ORDER BY 1;
