package engine

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// issue files a lookup code.
func (d *desk) issue(code string) {
	d.update(func(tx record.Tx) error {
		return tx.Put(record.OpenLookup(d.store.Vault().Tag, code, "conv/kiosk/1", time.Now()))
	})
}

func TestPromise15_ALookupCodeInAMessageReachesNoDisk(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	code := record.NewLookup([record.LookupBytes]byte{200, 117, 90, 3, 250, 31, 99, 180, 7, 210})
	plain := strings.ReplaceAll(code, "-", "")
	d.issue(code)
	d.says("p", "1", "我的查询码 "+code+" 帮我看看")
	d.says("p", "2", plain+"这个呢")
	d.settle()
	for _, r := range d.all(bots.KindEvent, "") {
		if h, ok := r.(*bots.Event).Body.(*bots.Heard); ok && (!h.Secret || !strings.Contains(h.Text, record.Masked)) {
			t.Errorf("kept as %q, secret %v", h.Text, h.Secret)
		}
	}
	for _, l := range one[bots.Report](d).Lines {
		if strings.Contains(l.Text, code[:9]) || strings.Contains(l.Text, plain[:9]) {
			t.Errorf("the report says %q", l.Text)
		}
	}
	if lacks(t, d.dir, code[:9]) && lacks(t, d.dir, plain[:9]) {
		return
	}
	t.Error("the code is in a file")
}

// lacks says whether no file of a directory holds a text.
func lacks(t *testing.T, dir, text string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("nothing to look at: %v", err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err == nil && bytes.Contains(b, []byte(text)) {
			return false
		}
	}
	return true
}

func TestWhatIsNoCodeOfOursIsKept(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	code := strings.ReplaceAll(record.NewLookup([record.LookupBytes]byte{200, 117, 90, 3, 250, 31, 99, 180, 7, 210}), "-", "")
	d.says("p", "1", "车架号 "+code)
	d.settle()
	if r := one[bots.Report](d); r.Lines[0].Text != "车架号 "+code {
		t.Errorf("%q", r.Lines[0].Text)
	}
}

func TestAReferenceNamesTheUnitsRegion(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	d.accounts["wb"].Region = "460100"
	d.says("p", "1", "我要举报")
	d.says("q", "2", "我也要举报")
	d.settle()
	seen := map[string]bool{}
	for _, r := range d.all(bots.KindReport, "") {
		ref := r.(*bots.Report).Reference
		if again := record.NewReference("460100", d.store.Vault().Tag("code", bots.Target{Kind: bots.KindReport, ID: r.Meta().ID}.String()+"#0"), r.Meta().Created); ref != again || seen[ref] {
			t.Errorf("%q, decided again %q", ref, again)
		}
		seen[ref] = true
		if c, err := record.Fetch[record.Code](t.Context(), d.store, ref); err != nil || c.On.ID != r.Meta().ID {
			t.Errorf("%q leads to %+v, %v", ref, c, err)
		}
	}
	if len(seen) != 2 {
		t.Errorf("%d references", len(seen))
	}
}

func TestAProofGoesWithTheTextWhereItFits(t *testing.T) {
	const proof = "收件凭证 30条"
	for name, c := range map[string]struct {
		lint func(string) error
		want bool
	}{
		"it fits":    {nil, true},
		"it doesn't": {func(text string) error { return tooLongWith(text, proof) }, false},
	} {
		d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}, lint: c.lint, prove: func(r *bots.Report, files []string) string {
			if len(r.Lines) != 1 || r.Reference == "" || len(files) != 0 {
				t.Errorf("proves %+v with %v", r, files)
			}
			return proof
		}})
		d.hears(adapters.Inbound{Key: "1", Kind: adapters.KindMessage, Ref: "1", From: adapters.Person{ID: "p"}, Text: "我要举报", At: time.Now()})
		d.settle()
		if got := one[bots.Draft](d); strings.Contains(got.Text, proof) != c.want {
			t.Errorf("%s: %q", name, got.Text)
		}
	}
}

func tooLongWith(text, part string) error {
	if strings.Contains(text, part) {
		return errors.New("too long")
	}
	return nil
}

// What officers, volunteers, partner sites and other units write is refused with a lookup code in it, before anything of it is kept.
func TestPromise15_ALookupCodeIsRefusedWhoeverWritesIt(t *testing.T) {
	d, h := handedOver(t, &clerk{}, map[string]string{"unit": "a"})
	code := record.NewLookup([record.LookupBytes]byte{200, 117, 90, 3, 250, 31, 99, 180, 7, 210})
	plain := strings.ReplaceAll(code, "-", "")
	d.issue(code)
	d.volunteers()
	before := len(d.all(bots.KindEvent, ""))
	tip := tipOf("有人在群里发了这个")
	tip["source"] = "业主群 " + plain
	for what, r := range map[string]bots.Result{
		"a volunteer's tip":      d.decides("zhou", bots.SendTip, nil, tipOf("有人在群里发了 "+code), ""),
		"the source of a tip":    d.decides("zhou", bots.SendTip, nil, tip, ""),
		"a partner's answer":     d.decides("zhang@coconut", bots.AnswerFindings, h, map[string]string{"text": "已整改 " + code}, ""),
		"an officer's reply":     d.decides("lin", bots.ReplyTo, h, map[string]string{"text": "你的查询码是" + plain}, ""),
		"the reason of anything": d.decides("lin", bots.ApproveHandoff, h, nil, "他报的 "+code),
	} {
		if r.Status != bots.Refused || r.Code != "lookup-code" {
			t.Errorf("%s: %+v", what, r)
		}
	}
	if r, err := d.AnswerHandoff(t.Context(), h.ID, bots.HandoffAnswer{As: bots.HandoffAccepted, Note: code}, "form"); err != nil || r.Code != "lookup-code" {
		t.Errorf("another unit's answer: %+v, %v", r, err)
	}
	if n := len(d.all(bots.KindEvent, "")); n != before || !lacks(t, d.dir, code[:9]) || !lacks(t, d.dir, plain[:9]) {
		t.Errorf("%d events, want %d; or the code is in a file", n, before)
	}
	if r := d.decides("zhou", bots.SendTip, nil, tipOf("编号 460100-20261125-004217-X 的帖子，卡号 6217 0012 1000 1234 567"), ""); r.Status != bots.Applied {
		t.Errorf("a tip without one: %+v", r)
	}
}
