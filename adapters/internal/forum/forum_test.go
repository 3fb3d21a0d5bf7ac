package forum_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

func TestHoldsCode(t *testing.T) {
	for _, c := range []struct {
		text, code string
		want       bool
	}{
		{"编号NP-7Q4。", "NP-7Q4", true},
		{"NP-7Q4", "NP-7Q4", true},
		{"NP-7Q45", "NP-7Q4", false},
		{"ANP-7Q4", "NP-7Q4", false},
		{"NP-7Q45，更正 NP-7Q4", "NP-7Q4", true},
		{"NP-7Q4-1", "NP-7Q4", false},
		{"<p>NP-7Q4</p>", "NP-7Q4", true},
		{"", "NP-7Q4", false},
		{"anything", "", false},
	} {
		if got := forum.HoldsCode(c.text, c.code); got != c.want {
			t.Errorf("%q in %q: %v", c.code, c.text, got)
		}
	}
}

func TestCursor_WaitsForWhatWasPassedOver(t *testing.T) {
	c := forum.Cursor{At: 10}.Next(14, []forum.ID{11, 13, 14}, true)
	if want := (forum.Cursor{At: 14, Gaps: []forum.Gap{{ID: 12}}}); !cmp.Equal(c, want) {
		t.Fatalf("%+v", c)
	}
	if !c.Fresh(12) || !c.Fresh(15) || c.Fresh(13) || c.Fresh(9) {
		t.Errorf("fresh are 12 and what is behind 14: %+v", c)
	}
	if cut := c.Next(14, nil, false); !cmp.Equal(cut, c) {
		t.Errorf("a poll that was cut short counts as none: %+v", cut)
	}
	for i := range 3 {
		if c.Fresh(12) != true {
			t.Fatalf("given up after %d polls", i)
		}
		c = c.Next(14, nil, true)
	}
	if c.Fresh(12) {
		t.Errorf("after three polls it is still waited for: %+v", c)
	}
}

func TestCursor_TakesAGap(t *testing.T) {
	c := forum.Cursor{At: 14, Gaps: []forum.Gap{{ID: 12}, {ID: 13}}}.Next(14, []forum.ID{12}, true)
	if c.Fresh(12) || !c.Fresh(13) {
		t.Errorf("%+v", c)
	}
}

func TestCursor_IsBounded(t *testing.T) {
	c := forum.Cursor{}.Next(1e9, nil, true)
	if len(c.Gaps) != forum.Reach || c.Gaps[0].ID != 1e9-forum.Reach+1 {
		t.Errorf("%d gaps", len(c.Gaps))
	}
	if back := c.Next(5, nil, true); back.At != 1e9 {
		t.Errorf("it went back to %d", back.At)
	}
}

// Whatever was stored as a cursor, it is refused without being shown, or it survives being
// written and read again, and never grows beyond its bound.
func FuzzParseCursor(f *testing.F) {
	for _, s := range []string{``, `null`, `{}`, `[]`, `{"at":12}`, `{"at":-1}`, `{"at":"12"}`, `{"at":12,"gaps":[{"id":11,"tries":2}]}`, `{"at":1e30}`, `{"at":9223372036854775807}`, `{"start":true,"since":-5}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := forum.ParseCursor("poll", adapters.Cursor(s))
		if err != nil {
			var ours *adapters.Error
			if !errors.As(err, &ours) || ours.Class != adapters.Rejected || c.At != 0 {
				t.Errorf("%q: %+v, %v", s, c, err)
			}
			return
		}
		again, err := forum.ParseCursor("poll", c.Cursor())
		if err != nil || again.Cursor() != c.Cursor() {
			t.Errorf("%q: %s, then %s, %v", s, c.Cursor(), again.Cursor(), err)
		}
		next := c.Next(c.At, nil, true)
		if len(next.Gaps) > forum.Reach || next.At < c.At {
			t.Errorf("%q: %+v", s, next)
		}
	})
}

func TestLiberalValues(t *testing.T) {
	var v struct {
		Number, Text, Address, Null forum.ID
		Ms, MsText, MsOdd           forum.Millis
		At, AtOdd                   forum.Stamp
		One, Zero, True, Odd        forum.Flag
	}
	err := json.Unmarshal([]byte(`{"Number":7,"Text":"8","Address":"https://other.example/1","Null":null,"Ms":1764057600000,"MsText":"1764057600000","MsOdd":"soon",
		"At":"2026-11-25T08:00:00.123Z","AtOdd":"today","One":1,"Zero":0,"True":true,"Odd":{}}`), &v)
	if err != nil || v.Number != 7 || v.Text != 8 || v.Address != 0 || v.Null != 0 {
		t.Errorf("ids: %+v, %v", v, err)
	}
	if v.Ms.IsZero() || !v.Ms.Equal(v.MsText.Time) || !v.MsOdd.IsZero() || v.At.IsZero() || !v.AtOdd.IsZero() {
		t.Errorf("times: %+v", v)
	}
	if !v.One || v.Zero || !v.True || v.Odd {
		t.Errorf("flags: %+v", v)
	}
}
