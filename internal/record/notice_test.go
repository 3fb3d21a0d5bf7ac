package record

import (
	"errors"
	"testing"
	"time"
)

func TestPromise4_NobodyIsToldTwiceOfOneMessage(t *testing.T) {
	ways := []string{"subscription", "template"}
	for name, c := range map[string]struct {
		results []string
		want    string
	}{
		"nobody was told":          {nil, "subscription"},
		"the first was refused":    {[]string{NoticeRefused}, "template"},
		"both were refused":        {[]string{NoticeRefused, NoticeRefused}, ""},
		"told":                     {[]string{NoticeSent}, ""},
		"nobody knows":             {[]string{NoticeBegun}, ""},
		"refused, then unknown":    {[]string{NoticeRefused, NoticeBegun}, ""},
		"refused, then they heard": {[]string{NoticeRefused, NoticeSent}, ""},
	} {
		i := &Item{}
		for n, r := range c.results {
			i.Notices = append(i.Notices, Notice{Way: ways[n], Result: r})
		}
		if got := i.NextWay(ways); got != c.want {
			t.Errorf("%s: next %q, want %q", name, got, c.want)
		}
	}
}

func TestNotice_OnlyAHeldItemAndOnlyOnce(t *testing.T) {
	i := &Item{}
	i.State = ItemDue
	var refused *Refusal
	if err := i.Notify("template", time.Now()); !errors.As(err, &refused) {
		t.Errorf("of a due item: %v", err)
	}
	i.State = ItemHeld
	if err := i.Notify("template", time.Now()); err != nil || i.Notices[0].Result != NoticeBegun {
		t.Errorf("%v, %+v", err, i.Notices)
	}
	if err := i.Notified(NoticeSent, "ref", ""); err != nil || i.Notices[0].Ref != "ref" {
		t.Errorf("%v, %+v", err, i.Notices)
	}
	if err := i.Notified(NoticeRefused, "", ""); !errors.As(err, &refused) {
		t.Errorf("a second word counts: %v", err)
	}
}
