package main

import (
	"bytes"
	"strings"
	"testing"
)

// The town keeps one promise, breaks the others in every way there is, and is told so.
func TestEveryWayToKeepAPromiseBadlyIsFound(t *testing.T) {
	var out bytes.Buffer
	ok, err := run(t.Context(), "testdata/town", &out)
	if err != nil {
		t.Fatal(err)
	}
	if ok {
		t.Error("the town passed")
	}
	for _, want := range []string{
		"1 bank/bank.go:11 red TestPromise1_NoNegativePayment",
		"2 bank/bank.go:14 SURVIVED 1 tests stay green",
		"3 bank/bank.go:17 NO TEST write TestPromise3_… in ./bank",
		"4 gate/gate.go:5 red TestPromise4_AGateNeedsAKey",
		"5 bank/bank.go:24 RED WITH THE GUARD ON TestPromise5_IsRedAnyway",
		"7 gate/gate.go:13 red TestPromise7_TheWatchmanIsThere (crashed)",
		"promise 9: tests in [./bank] name it, and no guard keeps it",
		"promise 16: no guard yet",
		`bank/bank.go:27: a promise comment that does not end an if line: write "if bad { // promise N"`,
	} {
		if !strings.Contains(squeeze(out.String()), want) {
			t.Errorf("missing: %s", want)
		}
	}
	if t.Failed() {
		t.Log("\n" + out.String())
	}
}

func squeeze(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.Join(strings.Fields(l), " ")
	}
	return strings.Join(lines, "\n")
}

func TestABuildFailureIsNotRed(t *testing.T) {
	got, by := compare(outcome{passed: 1}, outcome{noBuild: "x.go:1: undefined: y"})
	if got != NoBuild || by == "" {
		t.Errorf("got %s by %q", got, by)
	}
	o := read(bytes.NewBufferString(`{"Action":"build-output","Output":"# town/bank\n"}
{"Action":"build-output","Output":"bank.go:3:1: undefined: y\n"}
{"Action":"build-fail"}
{"Action":"fail","FailedBuild":"town/bank.test"}
`))
	if o.noBuild != "bank.go:3:1: undefined: y" || len(o.failed) > 0 {
		t.Errorf("read %+v", o)
	}
}

func TestOnlyTheConditionIsSwitchedOff(t *testing.T) {
	source := []byte("if x, err := f(\"; {\"); err != nil || x { // promise 1")
	g := Guard{start: 23, end: 38}
	want := `if x, err := f("; {"); false && (err != nil || x) { // promise 1`
	if got := string(g.disabled(source)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
