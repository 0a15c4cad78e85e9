"""Answers "who holds each account now" with DuckDB from CloudEvents lines, for the benchmark `rebuild`.

    python holders_duckdb.py history.ndjson THREADS

One round for each line on standard input; prints milliseconds, milliseconds of processor time, accounts and a
digest of the answer, which is the one that Chaperone's view must give too.
"""

import hashlib
import sys
import time

import duckdb

# Only what the question needs is read: naming the columns spares DuckDB the search for all others.
QUESTION = """
SELECT subject, arg_max(data.holder, (data."from", number)) AS holder
FROM (
    SELECT subject, data, row_number() OVER () AS number
    FROM read_json(
        $file, format = 'newline_delimited',
        columns = {type: 'VARCHAR', subject: 'VARCHAR', data: 'STRUCT(holder VARCHAR, "from" VARCHAR)'}
    )
    WHERE type = 'chaperone.account.holder_recorded.v1'
)
GROUP BY subject ORDER BY subject
"""


def main() -> None:
    file, threads = sys.argv[1], int(sys.argv[2])
    connection = duckdb.connect(config={"threads": threads})
    print(f"duckdb {duckdb.__version__}, {threads} threads", flush=True)
    for _ in sys.stdin:
        started, used = time.perf_counter(), time.process_time()
        held = connection.execute(QUESTION, {"file": file}).fetchall()
        took, used = time.perf_counter() - started, time.process_time() - used
        digest = hashlib.sha256("".join(f"{subject} {holder}\n" for subject, holder in held).encode())
        print(f"{took * 1e3:.3f} {used * 1e3:.3f} {len(held)} {digest.hexdigest()}", flush=True)


if __name__ == "__main__":
    main()
