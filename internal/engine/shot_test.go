package engine

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// drawer keeps what it is given, if it says that it is a picture.
type drawer struct{ kept map[string]string } // subject -> bytes

func (d *drawer) Keep(_ context.Context, subject string, from io.Reader) (Kept, error) {
	b, err := io.ReadAll(from)
	if err != nil {
		return Kept{}, err
	}
	kind, _, known := strings.Cut(string(b), ":")
	if !known {
		return Kept{}, &Unfit{Why: "不是可以留存的文件"}
	}
	d.kept[subject] = string(b)
	return Kept{Type: kind + "/x", Size: int64(len(b)), SHA256: "00ff"}, nil
}

func (d *drawer) Drop(string, string) error { return nil }

func TestByHand_AScreenshotIsKeptWithWhomItShows(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	files := &drawer{map[string]string{}}
	d.o.Evidence = files
	it := d.toPost()
	attach := func(officer, bytes string) error {
		return d.Attach(t.Context(), officer, it.ID, strings.NewReader(bytes))
	}
	code := func(err error) string {
		var r *record.Refusal
		if errors.As(err, &r) {
			return r.Code
		}
		return ""
	}
	if got := code(attach("chen", "image:1")); got != "not-yours" {
		t.Errorf("before it was taken: %s", got)
	}
	d.decides("chen", bots.TakeHand, it, nil, "")
	for bytes, want := range map[string]string{"words": "no-picture", "audio:1": "no-picture"} {
		if got := code(attach("chen", bytes)); got != want {
			t.Errorf("%s: %s, want %s", bytes, got, want)
		}
	}
	if got := code(attach("lin", "image:1")); got != "not-yours" {
		t.Errorf("by another: %s", got)
	}
	if err := attach("chen", "image:1"); err != nil {
		t.Fatal(err)
	}
	if got := code(attach("chen", "image:2")); got != "shot" {
		t.Errorf("a second one: %s", got)
	}
	v := one[record.Evidence](d)
	if v.Subject != it.Subject || v.Stream != v.Subject || v.By != "chen" || v.State != record.EvidenceKept || files.kept[it.Subject] == "" {
		t.Errorf("%+v", v)
	}
	if got := one[record.Item](d); got.Hand.Shot != v.ID {
		t.Errorf("%+v", got.Hand)
	}
	if err := d.Attach(t.Context(), "chen", "none", strings.NewReader("image:1")); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("of nothing: %v", err)
	}
}

func TestByHand_ASecondOfficerComparesTheScreenshot(t *testing.T) {
	for name, c := range map[string]struct {
		fields  map[string]string
		state   string
		alarmed bool
	}{
		"every line is there": {map[string]string{"lines": "same"}, record.ItemDelivered, false},
		"one is not":          {map[string]string{"lines": "differs", "shows": "别的"}, record.ItemByHand, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
			d.o.Evidence = &drawer{map[string]string{}}
			it := d.toPost()
			d.decides("chen", bots.TakeHand, it, nil, "")
			if err := d.Attach(t.Context(), "chen", it.ID, strings.NewReader("image:1")); err != nil {
				t.Fatal(err)
			}
			wantResult(t, "no text, a screenshot", d.decides("chen", bots.ProveHand, it, nil, ""), "")
			if got := one[record.Item](d); got.State != record.ItemByHand || !got.Hand.Unproven {
				t.Fatalf("%s, %+v", got.State, got.Hand)
			}
			wantResult(t, "half of it", d.decides("lin", bots.CompareHand, it, c.fields, ""), "lines")
			lines := make([]string, len(it.Compared()))
			for n := range lines {
				lines[n] = c.fields["lines"]
			}
			c.fields["lines"] = strings.Join(lines, ",")
			wantResult(t, "one's own", d.decides("chen", bots.CompareHand, it, c.fields, ""), "two-people")
			wantResult(t, "another's", d.decides("lin", bots.CompareHand, it, c.fields, ""), "")
			if got := one[record.Item](d); got.State != c.state {
				t.Errorf("%s, %+v", got.State, got.Hand)
			}
			if n := len(d.all(record.KindAlarm, "")); (n == 1) != c.alarmed {
				t.Errorf("%d alarms", n)
			}
		})
	}
}
