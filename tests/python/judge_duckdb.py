"""Answers "which accounts did a guest take over" in SQL with DuckDB, for the benchmark `judge`.

    python judge_duckdb.py FOLDER THREADS

Each line on standard input asks for one thing; the answer begins with milliseconds and milliseconds of processor time:

    add FILE      CloudEvents lines into a Parquet file in FOLDER, with the columns the queries need already taken apart
    events        how many are there
    b0, b1, b3    the query of that name in crates/channel-world/src/baseline, over tables filled from the Parquet files;
                  how many accounts it names, and where they stand, one a line

The queries are the ones `chaperone judge` runs in SQLite, read from the same files.
"""

import pathlib
import sys
import time

import duckdb

BASELINES = pathlib.Path(__file__).parents[2] / "crates/channel-world/src/baseline"

# Only what the queries need is read: naming the columns spares DuckDB the search for all others.
PARTS = ["handoff", "host", "guest", "holder", "gaining", "partner"]
TIMES = ["signed_at", '"from"']
ADD = f"""
COPY (
    SELECT type, subject AS account, split_part(subject, '.', 1) || '/' || data.handoff AS handoff,
           CAST(time AS TIMESTAMPTZ) AS time, {", ".join(f"data.{part}" for part in PARTS[1:])},
           {", ".join(f"TRY_CAST(data.{part} AS TIMESTAMPTZ) AS {part}" for part in TIMES)}
    FROM read_json($file, format = 'newline_delimited', columns = {{
        type: 'VARCHAR', subject: 'VARCHAR', time: 'VARCHAR',
        data: 'STRUCT({", ".join(f"{part} VARCHAR" for part in PARTS + TIMES)})'}})
) TO '%s' (FORMAT parquet, COMPRESSION zstd)
"""

# What the judge fills row by row, in one pass each.
TABLES = {
    "handoffs": "SELECT handoff, any_value(account) AS account, any_value(host) AS host, any_value(guest) AS guest "
    "FROM told WHERE type = 'chaperone.handoff.invited.v1' GROUP BY handoff",
    "acceptances": "SELECT handoff, time AS at FROM told WHERE type = 'chaperone.handoff.accepted.v1'",
    "holders": "SELECT account, holder, time AS at FROM told "
    "WHERE type IN ('chaperone.account.holder_recorded.v1', 'chaperone.change.executed.v1')",
    "letters": "SELECT account, gaining, signed_at AS at FROM told WHERE type = 'chaperone.consent.letter_recorded.v1'",
    "releases": 'SELECT account, "from" AS at FROM told WHERE type = \'chaperone.handoff.released.v1\'',
    "touches": "SELECT account, partner, time AS at FROM told "
    "WHERE type IN ('chaperone.trade.meeting_held.v1', 'chaperone.trade.quote_issued.v1')",
    "orders": "SELECT account, partner, time AS at FROM told "
    "WHERE type IN ('chaperone.trade.order_booked.v1', 'chaperone.trade.renewal_booked.v1')",
}
NEEDED = {
    "b0": ["handoffs", "acceptances", "holders"],
    "b1": ["handoffs", "acceptances", "holders", "orders", "touches"],
    "b3": ["handoffs", "acceptances", "holders", "letters", "releases"],
}


def answer(connection: duckdb.DuckDBPyConnection, folder: pathlib.Path, words: list[str]) -> str:
    """What is said beside the times."""
    match words:
        case ["add", file]:
            part = folder / f"{len(list(folder.glob('*.parquet'))):05}.parquet"
            connection.execute(ADD % part, {"file": file})
            return ""
        case ["events"]:
            return str(connection.execute("SELECT count(*) FROM told").fetchone()[0])
        case [query]:
            for table in NEEDED[query]:
                connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {TABLES[table]}")
            # DuckDB reads a bare "at" before FROM as the beginning of a clause.
            text = (BASELINES / f"{query}.sql").read_text().replace(", at FROM", ', "at" FROM')
            named = connection.execute(text).fetchall()
            file = folder / f"{query}.accounts"
            file.write_text("".join(f"{account}\n" for (account,) in named))
            return f"{len(named)} {file}"
    raise ValueError(f"nobody knows how to answer {words}")


def memory_mb() -> int:
    """The most memory this process has used, in megabytes."""
    status = pathlib.Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def main() -> None:
    folder, threads = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(exist_ok=True)
    connection = duckdb.connect(config={"threads": threads})
    connection.execute("SET TimeZone = 'UTC'")
    # What SQLite calls by another name.
    connection.execute("CREATE MACRO julianday(instant) AS epoch(instant) / 86400")
    print(f"duckdb {duckdb.__version__}, {threads} threads", flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] != "add":
            connection.execute(f"CREATE OR REPLACE VIEW told AS SELECT * FROM read_parquet('{folder}/*.parquet')")
        started, used = time.perf_counter(), time.process_time()
        said = answer(connection, folder, words)
        took, used = time.perf_counter() - started, time.process_time() - used
        print(f"{took * 1e3:.3f} {used * 1e3:.3f} {memory_mb()} {said}", flush=True)


if __name__ == "__main__":
    main()
