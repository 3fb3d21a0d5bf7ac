// Package bench measures netpatrol's goals against peers. It is a module of its own,
// so that the product depends on none of them.
//
// Each goal has one Benchmark. Candidates take turns, A B C A B C, for at least
// seven rounds in one process on one disk, and the median of the rounds' ratios is
// reported: absolute figures of one machine say little, ratios of one run say more. A
// benchmark measures and prints; it never fails for being slow. How to run them, and
// what they showed, is in docs/benchmarks.md.
package bench
