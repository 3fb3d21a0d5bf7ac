package outbox

import (
	"context"
	"slices"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// flagging is a platform whose moderators take flags.
type flagging struct {
	*platform
	flags []adapters.Flag
	say   func(adapters.Flag) (adapters.Receipt, error)
}

func (f *flagging) Caps() adapters.Caps {
	c := f.platform.Caps()
	c.Flag = f
	return c
}

func (f *flagging) FlagKinds() []adapters.FlagKind { return []adapters.FlagKind{adapters.FlagSpam} }

func (f *flagging) Flag(_ context.Context, _ adapters.Attempt, x adapters.Flag) (adapters.Receipt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flags = append(f.flags, x)
	if f.say != nil {
		return f.say(x)
	}
	return adapters.Receipt{Ref: "flag:" + x.Post}, nil
}

func (f *flagging) taken() []adapters.Flag {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.flags)
}

// flagging makes the account one that flags, and whose posts can be looked at.
func (w *world) flagging() (*flagging, func(*Options)) {
	f := &flagging{platform: w.accounts["wb"]}
	f.look = seen
	return f, func(o *Options) { o.Accounts = func(string) (adapters.Account, bool) { return f, true } }
}

// flag is an approved flag of a post.
func (w *world) flag(post adapters.Ref) *record.Item {
	return w.item(bots.ForFlag, func(d *bots.Draft) {
		d.Channel, d.To, d.Parent, d.Flag, d.Stream = adapters.Moderators, adapters.Person{}, post, adapters.FlagSpam, "post/"+string(post)
		d.Post, d.PostText = post, "稳赚不赔"
	})
}

func TestAFlagReachesTheModerators(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		f, with := w.flagging()
		it := w.flag("post-1")
		w.run(with)
		pass(time.Minute)
		got := w.wantState(it, record.ItemDelivered)
		want := adapters.Flag{Post: "post-1", Kind: adapters.FlagSpam, Text: it.Text, Language: it.Language}
		if taken := f.taken(); len(taken) != 1 || taken[0] != want {
			t.Errorf("the moderators have %+v, want %+v", taken, want)
		}
		if got.Looked.IsZero() || got.Receipt.Ref != "flag:post-1" {
			t.Errorf("looked %v, receipt %+v", got.Looked, got.Receipt)
		}
		w.wantOutcomes(it, "1|delivered")
	})
}

func TestPromise3_AFlaggedPostIsLookedAtAgain(t *testing.T) {
	for name, look := range map[string]func() (adapters.Sight, error){
		"deleted": func() (adapters.Sight, error) { return adapters.Sight{}, nil },
		"changed": func() (adapters.Sight, error) {
			s, _ := seen()
			s.Text = "更正：此前内容不实"
			return s, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				f, with := w.flagging()
				f.look = look
				it := w.flag("post-1")
				w.run(with)
				pass(time.Minute)
				w.wantState(it, record.ItemHeld)
				if n := len(f.taken()); n != 0 {
					t.Errorf("%d flags of what is no longer what the officer saw", n)
				}
			})
		})
	}
}

func TestARefusedFlagIsPutBeforeAnOfficer(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		f, with := w.flagging()
		f.say = func(adapters.Flag) (adapters.Receipt, error) {
			return adapters.Receipt{}, &adapters.Error{Class: adapters.Rejected, Op: "flag"}
		}
		it := w.flag("post-1")
		w.run(with)
		pass(time.Minute)
		w.wantState(it, record.ItemRejected)
		w.wantAlarm(whyRefused)
	})
}

// TestAFlagOfUnknownOutcomeIsLookedUpByItsPost: and holds back no flag of another post.
func TestAFlagOfUnknownOutcomeIsLookedUpByItsPost(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		f, with := w.flagging()
		f.say = func(x adapters.Flag) (adapters.Receipt, error) {
			if x.Post == "post-1" {
				return adapters.Receipt{}, &adapters.Error{Op: "flag"}
			}
			return adapters.Receipt{Ref: "flag:" + x.Post}, nil
		}
		var asked adapters.FindQuery
		f.find = func(q adapters.FindQuery) (adapters.Finding, error) {
			asked = q
			return adapters.Finding{Verdict: adapters.Found, Receipt: adapters.Receipt{Ref: "flag:post-1"}}, nil
		}
		it, other := w.flag("post-1"), w.flag("post-2")
		w.run(with)
		pass(time.Second)
		w.wantState(it, record.ItemUnknown)
		w.wantState(other, record.ItemDelivered)
		pass(time.Hour)
		w.wantState(it, record.ItemDelivered)
		if asked.Channel != adapters.Moderators || asked.Parent != "post-1" || asked.Flag != adapters.FlagSpam {
			t.Errorf("asked for %+v", asked)
		}
		if n := len(f.taken()); n != 2 {
			t.Errorf("%d flags were sent", n)
		}
	})
}
