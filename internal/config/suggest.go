package config

import (
	"slices"
	"strings"
)

// suggest is the mend for a word that is not one of known: the nearest one, if any is
// near, and the whole list.
func suggest(word string, known []string) string {
	if len(known) == 0 {
		return "remove it: nothing can be set here"
	}
	list := "known: " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
	if near := nearest(word, known); near != "" {
		return "did you mean " + near + "? " + list
	}
	return "remove it, or use another; " + list
}

// nearest is the known word at most two letters away, "" if there is none.
func nearest(word string, known []string) (near string) {
	if len(word) > 64 {
		return ""
	}
	best := 3
	for _, k := range known {
		if n := distance(word, k); n < best && n < len(k) {
			best, near = n, k
		}
	}
	return near
}

// distance is the number of letters to insert, drop or replace between a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, corner+1)
		}
	}
	return row[len(b)]
}
