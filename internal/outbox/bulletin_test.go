package outbox

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// newsroom is a platform that also previews, and remembers the whole parts it was given.
type newsroom struct {
	*platform
	parts    []adapters.Part
	previews []adapters.Person
}

func (n *newsroom) Caps() adapters.Caps {
	c := n.platform.Caps()
	c.Publish, c.Preview = n, n
	return c
}

func (n *newsroom) Publish(ctx context.Context, at adapters.Attempt, p adapters.Part) (adapters.Receipt, error) {
	n.mu.Lock()
	n.parts = append(n.parts, p)
	n.mu.Unlock()
	return n.platform.Publish(ctx, at, p)
}

func (n *newsroom) Preview(_ context.Context, at adapters.Attempt, to adapters.Person, p adapters.Part) (adapters.Receipt, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.parts, n.previews = append(n.parts, p), append(n.previews, to)
	return adapters.Receipt{Ref: adapters.Ref("preview-" + at.Item)}, nil
}

func (w *world) newsroom(o *Options) *newsroom {
	n := &newsroom{platform: w.accounts["wb"]}
	o.Accounts = func(string) (adapters.Account, bool) { return n, true }
	return n
}

func withPicture(data string) func(*bots.Draft) {
	return func(d *bots.Draft) {
		d.Extras.Pictures = []adapters.Picture{{Name: "poster.jpg", Type: "image/jpeg", Size: len(data), Digest: record.PictureDigest([]byte(data))}}
	}
}

func TestAPreviewGoesToTheColleagueAlone(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		var n *newsroom
		it := w.item(bots.ForPreview, to("colleague"), func(d *bots.Draft) { d.Channel = adapters.Preview })
		w.run(func(o *Options) { n = w.newsroom(o) })
		pass(time.Second)
		w.wantState(it, record.ItemDelivered)
		if len(n.previews) != 1 || n.previews[0].ID != "colleague" || len(w.accounts["wb"].sent()) != 0 {
			t.Errorf("previewed to %v, published %q", n.previews, w.accounts["wb"].sent())
		}
	})
}

func TestAnAccountThatCannotPreviewSaysSo(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForPreview, to("colleague"), func(d *bots.Draft) { d.Channel = adapters.Preview })
		w.run()
		pass(time.Second)
		w.wantState(it, record.ItemRejected)
		if sent := w.accounts["wb"].sent(); len(sent) != 0 {
			t.Errorf("sent %q", sent)
		}
	})
}

func TestPromise1_OnlyTheApprovedPicturesLeave(t *testing.T) {
	for name, c := range map[string]struct {
		read func(context.Context, string) ([]byte, error)
		want string
	}{
		"these very bytes":    {func(context.Context, string) ([]byte, error) { return []byte("poster"), nil }, record.ItemDelivered},
		"other bytes":         {func(context.Context, string) ([]byte, error) { return []byte("another"), nil }, record.ItemHeld},
		"they cannot be read": {func(context.Context, string) ([]byte, error) { return nil, errors.New("gone") }, record.ItemHeld},
		"nobody keeps any":    {nil, record.ItemHeld},
		"another in the seal": {func(context.Context, string) ([]byte, error) { return []byte("swapped"), nil }, record.ItemHeld},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				var n *newsroom
				it := w.item(bots.ForBulletin, withPicture("poster"))
				if name == "another in the seal" {
					change(w, it.ID, func(i *record.Item) { i.Extras.Pictures[0].Digest = record.PictureDigest([]byte("swapped")) })
				}
				w.run(func(o *Options) { n, o.Pictures = w.newsroom(o), c.read })
				pass(time.Second)
				w.wantState(it, c.want)
				if got := len(n.parts) == 1 && string(n.parts[0].Pictures[0].Data) == "poster"; got != (c.want == record.ItemDelivered) {
					t.Errorf("published %+v", n.parts)
				}
			})
		})
	}
}

// left publishes a bulletin as a draft for a person to send; check says what became of it.
func left(w *world, check func(adapters.Receipt) (adapters.Receipt, error)) *record.Item {
	p := w.accounts["wb"]
	p.say = func(context.Context, adapters.Attempt) (adapters.Receipt, error) {
		return adapters.Receipt{Ref: "draft-1", Pending: true}, nil
	}
	p.plan = func(b adapters.Bulletin) (adapters.Plan, error) {
		return adapters.Plan{Parts: []adapters.Part{{Title: b.Title, Text: b.Text, Shows: strings.ReplaceAll(b.Text, "**", "")}}}, nil
	}
	p.check = check
	return w.item(bots.ForBulletin, func(d *bots.Draft) { d.Title, d.Text = "警惕返利", "**不要**垫付。" })
}

func TestPromise1_WhatCameOutIsHeldAgainstTheSeal(t *testing.T) {
	for name, c := range map[string]struct {
		shown   adapters.Shown
		altered string
	}{
		"the same, but for white space and markup": {adapters.Shown{Title: "警惕返利", Text: " 不要垫付。\n"}, ""},
		"another title":        {adapters.Shown{Title: "警惕反利", Text: "不要垫付。"}, "标题"},
		"a sentence was added": {adapters.Shown{Title: "警惕返利", Text: "不要垫付。请转账。"}, "正文"},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				it := left(w, func(adapters.Receipt) (adapters.Receipt, error) {
					return adapters.Receipt{Ref: "article-1", Shown: &c.shown}, nil
				})
				w.run()
				pass(time.Minute)
				got := w.wantState(it, record.ItemDelivered)
				if !strings.HasPrefix(got.Altered, c.altered) || (got.Altered == "") != (c.altered == "") || (got.Receipt.Shown == nil) != (c.altered == "") {
					t.Errorf("altered %q, shown %+v", got.Altered, got.Receipt.Shown)
				}
				if alarms := w.alarms(); (len(alarms) == 1) != (c.altered != "") {
					t.Errorf("alarms %q", alarms)
				}
			})
		})
	}
}

func TestPromise4_AVanishedDraftIsAnOfficersMatter(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := left(w, func(r adapters.Receipt) (adapters.Receipt, error) {
			r.Pending, r.Vanished = true, true
			return r, nil
		})
		w.run(func(o *Options) {
			o.Idem = func(string, adapters.Channel) adapters.Idempotency { return adapters.Keyed } // even so
			o.Pace.Vanish = 20 * time.Minute
		})
		pass(10 * time.Minute)
		w.wantState(it, record.ItemAccepted)
		change(w, it.ID, func(i *record.Item) { i.Hint = "http://mp/9" })
		pass(12 * time.Hour)
		w.wantState(it, record.ItemUnknown)
		if sent := w.accounts["wb"].sent(); len(sent) != 1 {
			t.Errorf("filed %d times: a person may have sent the first", len(sent))
		}
		if alarms := w.alarms(); len(alarms) != 1 || !strings.Contains(alarms[0], "草稿箱") || !strings.Contains(alarms[0], "http://mp/9") {
			t.Errorf("alarms %q", alarms)
		}
	})
}

func TestAVanishedDraftThatTurnsUpIsDelivered(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		began := time.Now()
		it := left(w, func(r adapters.Receipt) (adapters.Receipt, error) {
			if time.Since(began) < 20*time.Minute {
				r.Pending, r.Vanished = true, true
				return r, nil
			}
			return adapters.Receipt{Ref: "article-1", Shown: &adapters.Shown{Title: "警惕返利", Text: "不要垫付。"}}, nil
		})
		w.run()
		pass(50 * time.Minute)
		w.wantState(it, record.ItemDelivered)
	})
}

func TestWhatThePlatformSaidOfItsOwnAccordGoesToTheOfficer(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := left(w, func(adapters.Receipt) (adapters.Receipt, error) {
			return adapters.Receipt{}, &adapters.Error{Class: adapters.Rejected, Op: "check"}
		})
		w.run()
		pass(time.Second)
		change(w, it.ID, func(i *record.Item) { i.Hint = "err(20008)" })
		pass(time.Minute)
		got := w.wantState(it, record.ItemRejected)
		if alarms := w.alarms(); !strings.Contains(got.Why, "err(20008)") || len(alarms) != 1 || !strings.Contains(alarms[0], "err(20008)") {
			t.Errorf("why %q, alarms %q", got.Why, alarms)
		}
	})
}

func TestABulletinThePlatformRefusesAtOnceGoesToAnOfficer(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.accounts["wb"]
		p.say = func(context.Context, adapters.Attempt) (adapters.Receipt, error) {
			return adapters.Receipt{}, &adapters.Error{Class: adapters.Rejected, Op: "publish", Code: "53503"}
		}
		it := w.item(bots.ForBulletin)
		w.run()
		pass(time.Minute)
		w.wantState(it, record.ItemRejected)
		if alarms := w.alarms(); len(alarms) != 1 || !strings.Contains(alarms[0], "没有发布") {
			t.Errorf("alarms %q", alarms)
		}
	})
}

func TestQuotas_QuietAndAdvisory(t *testing.T) {
	daily := adapters.Quota{Scope: adapters.ScopeAccount, Channel: adapters.Public, N: 1, Per: 24 * time.Hour, Zone: "Asia/Shanghai", Pushes: true}
	for name, c := range map[string]struct {
		advisory bool
		quiet    bool
		second   string
	}{
		"the second of a day waits":         {false, false, record.ItemDue},
		"one that notifies nobody does not": {false, true, record.ItemDelivered},
		"nor one that a person sends":       {true, false, record.ItemDelivered},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				q := daily
				q.Advisory = c.advisory
				w.accounts["wb"].limits = adapters.Limits{Quotas: []adapters.Quota{q}}
				w.item(bots.ForBulletin)
				second := w.item(bots.ForBulletin, func(d *bots.Draft) { d.Extras.Quiet = c.quiet })
				w.run()
				pass(time.Minute)
				w.wantState(second, c.second)
				l, err := record.Fetch[record.Ledger](context.Background(), w.store, record.QuotaLedgerID("wb", q))
				if c.advisory != errors.Is(err, record.ErrNotFound) || err == nil && len(l.Entries) != 1 {
					t.Errorf("counted %+v, %v: a person's send is counted when they make it", l, err)
				}
			})
		})
	}
}
