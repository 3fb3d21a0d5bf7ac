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
