package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
		"8 yard/yard.go:5 DOES NOT BUILD yard/yard_test.go:5:46: undefined: undone",
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

func TestAProcessThatDiesOutsideItsTestsIsNotRed(t *testing.T) {
	for _, c := range []struct{ before, after outcome }{
		{outcome{passed: 1}, outcome{dead: "exit status 1"}},
		{outcome{dead: "exit status 1"}, outcome{failed: []string{"TestPromise1_X"}}},
	} {
		if got, by := compare(c.before, c.after); got != Dead || by != "exit status 1" {
			t.Errorf("got %s by %q", got, by)
		}
	}
}

func TestOnlyWhatTheTestsSayOfThemselvesIsRead(t *testing.T) {
	o := read([]byte("\x16=== RUN   TestPromise1_A\n\x16=== RUN   TestPromise1_A/sub\n--- FAIL: TestPromise1_A (0.00s)\nno end of line" +
		"\x16--- PASS: TestPromise1_A (0.00s)\n\x16    --- FAIL: TestPromise1_A/sub (0.00s)\n" +
		"\x16=== RUN   TestPromise1_B\n\x16--- FAIL: TestPromise1_B (0.00s)\n\x16=== RUN   TestPromise1_C\n\x16--- SKIP: TestPromise1_C (0.00s)\n\x16=== RUN   TestPromise1_D\n"))
	want := outcome{passed: 1, failed: []string{"TestPromise1_B"}, begun: "TestPromise1_D"}
	if diff := cmp.Diff(want, o, cmp.AllowUnexported(outcome{})); diff != "" {
		t.Error(diff)
	}
}

func TestEveryConditionGetsASwitchOfItsOwn(t *testing.T) {
	source := []byte("if x, err := f(\"; {\"); err != nil || x { // promise 1\n} else if y { // promise 2")
	guards := []Guard{{ID: 7, start: 23, end: 38}, {ID: 8, start: 64, end: 65}}
	want := `if x, err := f("; {"); guardThatIsOff != "7" && (err != nil || x) { // promise 1` + "\n" + `} else if guardThatIsOff != "8" && (y) { // promise 2`
	if got := string(switched(source, guards)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
