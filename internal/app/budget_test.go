package app

import (
	"maps"
	"slices"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/bridge"
	"netpatrol/adapters/discourse"
	"netpatrol/adapters/discuz"
	"netpatrol/adapters/manual"
	"netpatrol/adapters/mastodon"
	"netpatrol/adapters/nodebb"
	"netpatrol/adapters/wechat"
	"netpatrol/adapters/weibo"
	"netpatrol/bots"
	"netpatrol/bots/bottest"
	"netpatrol/bots/intake"
	"netpatrol/internal/record"
	"netpatrol/templates"
)

// budgets are what each platform allows: how long a private message may be, in its own unit, and how often and
// how long a person may be answered. The last is narrower than any.
func budgets() map[string]adapters.Limits {
	all := map[string]adapters.Limits{"kiosk": KioskPlatform().Manifest.Limits}
	for _, p := range []adapters.Platform{wechat.Platform(), weibo.Platform(), mastodon.Platform(), discourse.Platform(), nodebb.Platform(), discuz.Platform(), bridge.Platform(), manual.Platform()} {
		all[p.Manifest.Name] = p.Manifest.Limits
	}
	narrow := func(on adapters.Kind, n int, within time.Duration) adapters.ReplyWindow {
		return adapters.ReplyWindow{Trigger: on, N: n, Within: within}
	}
	all["weibo as its strictest page has it"] = adapters.Limits{
		Text:    all["weibo"].Text,
		Windows: []adapters.ReplyWindow{narrow(adapters.KindMessage, 3, 72*time.Hour), narrow(adapters.KindMenu, 1, 72*time.Hour)},
	}
	all["one reply a message"] = adapters.Limits{
		Text:    []adapters.TextLimit{{Channel: adapters.Private, Max: 300, Unit: adapters.FullWidths}},
		Windows: []adapters.ReplyWindow{narrow(adapters.KindMessage, 1, 48*time.Hour), narrow(adapters.KindMenu, 1, time.Minute)},
	}
	return all
}

// Every dialogue of the intake fits every platform: each answer is short enough in the platform's unit and leaves
// while the platform still takes one, with the last credit of a window kept back.
func TestTheDialoguesFitEveryPlatform(t *testing.T) {
	set, err := templates.Default()
	if err != nil {
		t.Fatal(err)
	}
	played := bottest.Scenes(t, "../../bots/intake/testdata/*.txt", intake.NewAt(intake.Local{Keep: 3650 * 24 * time.Hour}))
	if len(played) < 100 {
		t.Errorf("%d dialogues", len(played))
	}
	for name, limits := range budgets() {
		t.Run(name, func(t *testing.T) {
			answers, read := 0, 0
			for _, scene := range played {
				if happens(scene, bots.MenuPressed) && !hears(limits, adapters.KindMenu) || happens(scene, bots.Followed) && !hears(limits, adapters.KindFollow) {
					continue // the platform tells of no such thing
				}
				b := &budget{t: t, set: set, limits: limits, conv: &bots.Conversation{Opened: map[adapters.Kind]time.Time{}}, spent: &record.Ledger{}}
				b.play(scene)
				answers += len(b.spent.Entries)
				read += b.read
			}
			if read < 30 {
				t.Errorf("what was read was read back %d times only", read)
			}
			if answers < 150 {
				t.Errorf("only %d answers were given: this test proves little", answers)
			}
		})
	}
}

func happens(s bottest.Scene, kind bots.EventKind) bool {
	return slices.ContainsFunc(s.Turns, func(t bottest.Turn) bool { return t.Event.Kind == kind })
}

func hears(l adapters.Limits, kind adapters.Kind) bool {
	return len(l.Windows) == 0 || slices.ContainsFunc(l.Windows, func(w adapters.ReplyWindow) bool { return w.Trigger == kind })
}

// budget is one conversation as a platform counts it.
type budget struct {
	t      *testing.T
	set    *templates.Set
	limits adapters.Limits
	conv   *bots.Conversation
	spent  *record.Ledger
	read   int // messages in which what was read is read back
}

func (b *budget) play(s bottest.Scene) {
	for _, turn := range s.Turns {
		if _, heard := turn.Event.Body.(*bots.Heard); heard {
			b.conv.Opened[adapters.Kind(turn.Event.Kind)] = turn.Event.Accepted
		}
		for _, x := range turn.Effects {
			if r, ok := x.(bots.Reply); ok {
				b.fits(s.Title, r)
				b.leaves(s.Title, r, turn.Event)
			}
		}
	}
}

// fits measures the message in both languages.
func (b *budget) fits(scene string, r bots.Reply) {
	limit, ok := b.limits.For(adapters.Private)
	if !ok {
		b.read += len(r.Told)
		return
	}
	for lang, unit := range map[string]string{"zh-Hans": "海滨市公安局网络安全保卫支队", "en": "Haibin Cyber Police"} {
		vars := map[string]string{"Unit": unit, "Code": "K7M2P9XW", "Automatic": "true", "Reference": "460100-20260301-000042-K"}
		maps.Copy(vars, r.Vars)
		if r.Informs { // there is always room for it
			vars["Privacy"] = "true"
		}
		if len(r.Told) > 0 {
			vars["Read"] = "true"
			if out, err := b.set.Render(lang, r.Template, vars); err == nil && limit.Check(out.Text) == nil {
				b.read++
				continue
			}
			vars["Read"] = "" // the engine leaves it out, and it goes with the next
		}
		out, err := b.set.Render(lang, r.Template, vars)
		if err != nil {
			b.t.Errorf("%s: %v", scene, err)
			continue
		}
		if err := limit.Check(out.Text); err != nil {
			b.t.Errorf("%s: %s in %s: %v\n%s", scene, r.Template, lang, err, out.Text)
		}
	}
}

// leaves spends a credit as the outbox does. Only what is said unasked, a day later, may wait until the person
// writes again, where a platform takes one reply a message.
func (b *budget) leaves(scene string, r bots.Reply, e bots.Event) {
	at, unasked := e.Accepted, false
	if len(b.spent.Entries) > 0 && e.Kind == bots.Reminded {
		unasked = at.Sub(b.spent.Entries[len(b.spent.Entries)-1].At) > 12*time.Hour
	}
	free := len(b.limits.Windows) == 0 || r.Purpose == bots.ForEmergency
	for _, w := range b.limits.Windows {
		kept := record.WindowKept(w)
		if r.Purpose == bots.ForReceipt {
			kept = 0
		}
		left, _ := record.WindowLeft(w, b.conv, b.spent, "", at)
		free = free || left > kept
	}
	switch {
	case !free && unasked && b.limits.Windows[0].N == 1:
		return
	case !free:
		b.t.Errorf("%s: %s at %s would wait until the person writes again", scene, r.Template, at.Format(time.DateTime))
	}
	b.spent.Entries = append(b.spent.Entries, record.LedgerEntry{At: at})
}
