package cmd

import (
	"bytes"
	"strings"
	"testing"
)

// Whatever a table of sites holds, it is refused with what is wrong, or every site of it is one line of five cells.
func FuzzSites(f *testing.F) {
	const head = "id,name,page,contact,officer\n"
	for _, table := range []string{
		"", head, "\uFEFF" + head + "coconut,椰风社区,https://coconut.example/,0898,chen\n", head + "a,b\n", head + "a,\"b\nc\",d,e,f\n", head + "a,\"b,c,d,e\n", "id;name;page;contact;officer\n",
		head + "\xff\x00,,,,\r\n", head + strings.Repeat("a,b,c,d,e\n", 300), strings.ReplaceAll(head, "\n", "\r"),
	} {
		f.Add([]byte(table))
	}
	f.Fuzz(func(t *testing.T, table []byte) {
		all, err := parseSites("sites.csv", table)
		if err != nil {
			if all != nil || !strings.Contains(err.Error(), "sites.csv") {
				t.Errorf("%d sites with %v", len(all), err)
			}
			return
		}
		lines := bytes.Count(table, []byte("\n")) + 1
		for i, s := range all {
			if s.line < 2 || s.line > lines || i > 0 && s.line <= all[i-1].line {
				t.Errorf("site %d is said to stand in line %d of %d", i, s.line, lines)
			}
		}
	})
}
