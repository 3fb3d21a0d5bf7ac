package adapters_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"netpatrol/adapters"
)

// zeros gives so many bytes, and then EOF.
type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.left)
	z.left -= n
	return int(n), nil
}

func TestBounded(t *testing.T) {
	for _, c := range []struct {
		name   string
		says   int64
		gives  int64
		want   adapters.Class
		whole  bool
		atOnce bool
	}{
		{name: "as said", says: 5000, gives: 5000, whole: true},
		{name: "without a size", says: -1, gives: 5000, whole: true},
		{name: "as large as may be", says: -1, gives: adapters.MaxMedia, whole: true},
		{name: "one byte more", says: -1, gives: adapters.MaxMedia + 1, want: adapters.Rejected},
		{name: "says it is too large", says: adapters.MaxMedia + 1, want: adapters.Rejected, atOnce: true},
		{name: "cut short", says: 5000, gives: 4999, want: adapters.NotSent},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := adapters.Bounded("fetch", adapters.Content{Size: c.says, Body: io.NopCloser(&zeros{c.gives})})
			if (err != nil) != c.atOnce {
				t.Fatalf("refused at once: %v, want %v", err, c.atOnce)
			}
			var n int64
			if err == nil {
				n, err = io.Copy(io.Discard, got.Body)
			}
			if c.whole && (err != nil || n != c.gives) {
				t.Errorf("%d bytes, %v; want all %d", n, err, c.gives)
			}
			if !c.whole && (err == nil || adapters.ClassOf(err) != c.want) {
				t.Errorf("%v after %d bytes, want class %q", err, n, c.want)
			}
		})
	}
}

func TestBoundedTellsWhatBroke(t *testing.T) {
	broken := io.MultiReader(strings.NewReader("half"), errReader{})
	c, err := adapters.Bounded("fetch", adapters.Content{Size: -1, Body: io.NopCloser(broken)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(c.Body); !errors.Is(err, errBroken) || adapters.ClassOf(err) != adapters.NotSent {
		t.Errorf("%v", err)
	}
}

var errBroken = errors.New("connection reset")

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errBroken }
