"""`make bench`: every benchmark, one after the other. Timings are printed beside their budgets and gate no test."""

from __future__ import annotations

from tests.bench import bench_ami, bench_backtest, bench_board, bench_frame, bench_publish, bench_scale

if __name__ == "__main__":
    missed = 0
    for benchmark in (bench_ami, bench_publish, bench_frame, bench_board, bench_backtest, bench_scale):
        missed += benchmark.main()
        print()
    raise SystemExit(1 if missed else 0)
